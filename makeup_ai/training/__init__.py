"""The workshop wing: everything in here needs the pip extra `train`; nothing outside does."""

from importlib.util import find_spec

if find_spec("keras") is None:
    raise ImportError("Training and export need more packages. Remedy: pip install 'makeup-ai[train]'")
