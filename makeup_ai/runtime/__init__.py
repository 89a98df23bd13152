"""One session over LiteRT and over ONNX Runtime: named inputs to named outputs."""
