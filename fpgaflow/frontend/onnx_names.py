"""What a node is called in the model's source, from what exporters leave of it."""

from __future__ import annotations

import re

from onnx import NodeProto

_LEAF_MODULES = ("Conv", "BatchNormalization", "Gemm")
_LEAF_WORDS = {
    "AveragePool": "pool",
    "Clip": "relu",
    "GlobalAveragePool": "pool",
    "GlobalMaxPool": "pool",
    "MaxPool": "pool",
}
"""What a module that is nothing but this operator has in its name, where not the operator's."""

_SCOPES = "pkg.torch.onnx.name_scopes"
_WEIGHT = re.compile(r"(.+)\.(weight|kernel)")


def readable_name(proto: NodeProto) -> str:
    """Return a name for a node: of its layer's weights, else its own, made a module path.

    torch.onnx.export names nodes by the module path (`/layer1/layer1.0/relu/Relu`), or numbers
    them (`node_Conv_351`) and writes the path beside; initializers keep their PyTorch names.
    """
    weight = _WEIGHT.fullmatch(proto.input[1]) if len(proto.input) > 1 else None
    if weight is not None and proto.op_type in (*_LEAF_MODULES, "MatMul"):
        return weight[1]
    scopes = [entry.value for entry in proto.metadata_props if entry.key == _SCOPES]
    parts = re.findall(r"'([^']*)'", scopes[0]) if scopes else []
    if len(parts) > 1 and proto.name.startswith("node_"):
        return ".".join(filter(None, parts[-2:]))
    name = proto.name or next((name for name in proto.output if name), proto.op_type)
    return module_path(name, proto.op_type)


def module_path(name: str, operator: str) -> str:
    """Return what a node is called in the model's source, from an exporter's node name.

    `/layer1/layer1.0/conv1/Conv` is `layer1.0.conv1`: torch.onnx.export repeats the path of a
    container in its members. The operator stays where the function was called in a module that
    does other things as well (`/layer1/layer1.0/Add` is `layer1.0.add`).
    """
    parts = [part for part in name.split("/") if part]
    kept: list[str] = []
    for part in parts:
        if kept and part.startswith(f"{kept[-1]}."):
            kept.pop()
        kept.append(part)
    if len(kept) > 1 and re.fullmatch(rf"{re.escape(operator)}(_\d+)?", kept[-1]):
        word = _LEAF_WORDS.get(operator, operator.lower())
        leaf = operator in _LEAF_MODULES or word in kept[-2].lower()
        kept[-1:] = [] if leaf else [kept[-1].lower()]
    return ".".join(kept)
