"""What a model file is made of: operators and how often each occurs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

STANDARD_DOMAINS = ("", "ai.onnx")
"""ONNX operators of these domains run in every runtime."""


def tflite_operators(content: bytes) -> dict[str, int]:
    """Count the operators of a TFLite file over all its signatures and loop bodies, most frequent first.

    Those that are not built in are named after their custom code (`"FlexTensorListReserve"`) or `"CUSTOM"`.
    """
    from ai_edge_litert import schema_py_generated as schema

    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
    model = schema.Model.GetRootAs(content, 0)
    codes = []
    for index in range(model.OperatorCodesLength()):
        code = model.OperatorCodes(index)
        builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        custom = code.CustomCode()
        codes.append(custom.decode() if custom else names[builtin])
    graphs = [model.Subgraphs(index) for index in range(model.SubgraphsLength())]
    counted = Counter(
        codes[graph.Operators(index).OpcodeIndex()] for graph in graphs for index in range(graph.OperatorsLength())
    )
    return dict(counted.most_common())


def onnx_operators(graph: Any) -> dict[str, int]:
    """Count the nodes of an ONNX graph and its loop bodies, most frequent first; `"domain:name"` where not standard."""
    counted: Counter[str] = Counter()
    stack = [graph]
    while stack:
        for node in stack.pop().node:
            counted[node.op_type if node.domain in STANDARD_DOMAINS else f"{node.domain}:{node.op_type}"] += 1
            stack.extend(attribute.g for attribute in node.attribute if attribute.HasField("g"))
    return dict(counted.most_common())


def operators(path: Path) -> dict[str, int]:
    """Count the operators of a `.tflite` or `.onnx` file.

    Raises:
        ValueError: The suffix is neither.
    """
    if path.suffix == ".tflite":
        return tflite_operators(path.read_bytes())
    if path.suffix == ".onnx":
        import onnx

        return onnx_operators(onnx.load(path).graph)
    raise ValueError(f"Expected a .tflite or .onnx file. Received: {path}")
