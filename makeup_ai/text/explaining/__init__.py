"""Which words an answer rests on: attribution for any predictor, and how it is shown."""
