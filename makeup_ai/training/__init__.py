"""The workshop wing: everything in here needs the pip extra `train`; nothing outside does."""
