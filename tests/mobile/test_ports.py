"""The TypeScript ports give Python's answers, on vectors that are written anew for every run."""

import sys
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden.py"


@pytest.mark.browser
def test_ports_answer_as_python_does(node, run, tmp_path):
    vectors = tmp_path / "golden.json"
    run([sys.executable, str(GOLDEN), str(vectors)], timeout=120)
    told = run(["npm", "test"], env={"MAKEUP_AI_GOLDEN": str(vectors), "NO_COLOR": "1"}, timeout=300)
    assert "passed" in told and "failed" not in told
