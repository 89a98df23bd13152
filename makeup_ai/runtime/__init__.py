"""Model files behind one session: LiteRT for `.tflite`, ONNX Runtime for `.onnx`."""

from makeup_ai.runtime.session import RUNTIMES, Session, open_session
from makeup_ai.runtime.signature import LENGTHS, Bucket, Signature, Tensor, padded

__all__ = ["LENGTHS", "RUNTIMES", "Bucket", "Session", "Signature", "Tensor", "open_session", "padded"]
