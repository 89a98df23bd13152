"""The bridge: Keras models to TFLite and ONNX, verified and benchmarked; installed as `makeup_ai.export`."""
