"""ONNX files: size limits first, then decoding, ONNX's own checker, and no NaN."""

from __future__ import annotations

from collections.abc import Iterator

import onnx
import torch
from google.protobuf.message import DecodeError
from onnx import numpy_helper

from fpgaflow.frontend.checkpoint_guard import (
    MAX_PROTOBUF_STRUCTURE_BYTES,
    refusal,
    refusing_damage,
)
from fpgaflow.frontend.checkpoint_protobuf import structure_bytes
from fpgaflow.frontend.checkpoint_weights import check_finite
from fpgaflow.frontend.sniff import FileKind

_WHAT = FileKind.ONNX.value
_FLOATS = (
    onnx.TensorProto.FLOAT,
    onnx.TensorProto.FLOAT16,
    onnx.TensorProto.DOUBLE,
)


def load_onnx(data: bytes, source: str) -> onnx.ModelProto:
    """Decode and check an ONNX model.

    Raises:
        InputRefused: it is truncated or malformed, too much of it is structure, it keeps weights in
            another file, or a constant is NaN.
    """
    with refusing_damage(source, _WHAT):
        structure = structure_bytes(data)
    if structure > MAX_PROTOBUF_STRUCTURE_BYTES:
        raise refusal(
            source,
            f"{_WHAT} with {structure} bytes beside raw weights; the limit is "
            f"{MAX_PROTOBUF_STRUCTURE_BYTES}",
            "store the weights as raw data, as torch.onnx.export does",
        )
    with refusing_damage(source, _WHAT, (DecodeError,)):
        model = onnx.load_model_from_string(data)
    for tensor in _tensors(model.graph):
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            raise refusal(
                source,
                f"{_WHAT} that keeps tensor {tensor.name!r} in another file",
                "save it as one file: onnx.save(model, path, save_as_external_data=False)",
            )
        _check_tensor(tensor, source)
    with refusing_damage(source, _WHAT, (onnx.checker.ValidationError,)):
        _check_model(model)
    return model


def _check_model(model: onnx.ModelProto) -> None:
    # The checker wants a shape for each output, exporters may leave it out, and nothing here reads
    # it: an unshaped output gets an empty shape while the checker looks.
    unshaped = [
        output.type.tensor_type
        for output in model.graph.output
        if output.type.HasField("tensor_type") and not output.type.tensor_type.HasField("shape")
    ]
    for tensor_type in unshaped:
        tensor_type.shape.SetInParent()
    # The checker knows no operators outside ONNX's own domains; QONNX's are for the importer to
    # judge, so they are only checked for belonging to a declared domain.
    onnx.checker.check_model(model, skip_opset_compatibility_check=True)
    for tensor_type in unshaped:
        tensor_type.ClearField("shape")


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t


def _check_tensor(tensor: onnx.TensorProto, source: str) -> None:
    with refusing_damage(source, _WHAT):
        array = numpy_helper.to_array(tensor)
        if tensor.data_type not in _FLOATS:
            return
        values = torch.from_numpy(array.copy())
    # Infinity is legal in a constant (the fill before a max pool, a limit of Clip); the importer
    # refuses it where it would be a weight.
    if bool(torch.isnan(values).any()):
        check_finite(tensor.name, values, source)
