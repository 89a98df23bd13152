"""`python -m makeup_ai` is `makeup-ai`."""

import sys

from makeup_ai.cli import main

sys.exit(main())
