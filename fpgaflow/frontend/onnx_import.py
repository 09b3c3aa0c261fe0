"""From an ONNX model (float, QDQ or QONNX) to the real-valued graph."""

from __future__ import annotations

import onnx
from onnx import NodeProto

from fpgaflow.errors import InputRefused, UnsupportedOperator
from fpgaflow.frontend.names import sanitise
from fpgaflow.frontend.onnx_builder import Builder
from fpgaflow.frontend.onnx_call import Call, batched
from fpgaflow.frontend.onnx_fold import FOLDED, fold
from fpgaflow.frontend.onnx_operators import ACCEPTED, CONSTANTS_TOO, REMEDIES, handler_of
from fpgaflow.frontend.onnx_structure import Structure, image_layout, structure_of
from fpgaflow.frontend.onnx_tensors import read_tensor
from fpgaflow.frontend.onnx_values import Constant, Tensor, Unknown, Value
from fpgaflow.ir import nodes as n
from fpgaflow.ir.graph import Graph


def import_onnx(model: onnx.ModelProto, *, name: str) -> Graph:
    """Turn an ONNX model into the graph.

    Args:
        model: float, or with quantizers (QDQ, QONNX) whose scales are powers of two and whose
            zero points are zero. It takes the normalised image, [batch, channels, height, width]
            or [batch, features]; a model whose first node turns [batch, height, width, channels]
            is understood too.
        name: the network's name.

    Returns:
        A legal real-valued graph, channels-last. Quantizers of activations are `FakeQuantize`
        nodes; quantized weights and biases are integers with their format. A value's source is
        the ONNX node's name.

    Raises:
        InputRefused: a malformed model, weights elsewhere or not finite, scales that are no
            powers of two.
        UnsupportedOperator: naming every node that the graph has no operation for.
    """
    return _Import(structure_of(model, name), name).run()


class _Import:
    """One import: what each name stands for, and what was refused."""

    def __init__(self, structure: Structure, name: str) -> None:
        self.structure = structure
        self.builder = Builder(sanitise(name))
        self.values: dict[str, Value] = {}
        self.refusals: list[UnsupportedOperator] = []

    def run(self) -> Graph:
        self._image()
        for proto in self.structure.nodes:
            try:
                value = self._node(proto)
            except UnsupportedOperator as error:
                self.refusals.append(error)
                value = Unknown()
            self.values.update(dict.fromkeys(filter(None, proto.output[1:]), Unknown()))
            if proto.output and proto.output[0]:
                self.values[proto.output[0]] = value
        if self.refusals:
            raise _together(self.builder.name, self.refusals)
        return self.builder.finish(tuple(self._output(name) for name in self.structure.outputs))

    def _image(self) -> None:
        image, given = self.structure.image, self.structure.shape
        # The size is checked before any array of that size is made.
        self.builder.check_size(given, f"model {self.builder.name}, input {image!r}")
        layout = image_layout(self.structure)
        turned = layout.order is not None
        shape = layout.shape if turned else layout.graph_shape
        node = n.Input(name=self.builder.fresh(image), source=image, shape=shape)
        self.values[image] = self.builder.emit(node, layout)

    def _node(self, proto: NodeProto) -> Value:
        inputs = tuple(self._value(name) if name else None for name in proto.input)
        domain = "" if proto.domain == "ai.onnx" else proto.domain
        call = Call(
            builder=self.builder,
            proto=proto,
            inputs=inputs,
            attributes={attribute.name: attribute for attribute in proto.attribute},
            opset=self.structure.opsets.get(domain, 1),
            batch=self.structure.batch,
            readers=tuple(self.structure.readers[name] for name in proto.input),
        )
        if any(self.structure.readers.get(name) for name in filter(None, proto.output[1:])):
            raise call.unsupported("more than its first output is used", accepted="one output")
        return self._apply(call, domain)

    def _apply(self, call: Call, domain: str) -> Value:
        operator = call.proto.op_type
        handler = handler_of(domain, operator)
        if any(isinstance(value, Unknown) for value in call.inputs):
            if handler is None and operator not in FOLDED:
                raise _unknown(call)
            return Unknown()
        given = [value for value in call.inputs if value is not None]
        constants = bool(given) and all(isinstance(value, Constant) for value in given)
        alone = operator == "Constant" or (constants and operator not in CONSTANTS_TOO)
        if alone and not domain:
            return fold(call)
        if handler is None:
            raise _unknown(call)
        return handler(call)

    def _value(self, name: str) -> Value:
        if name not in self.values:
            place = f"model {self.builder.name}, initializer {name!r}"
            tensor = self.structure.initializers.get(name)
            if tensor is None:
                raise InputRefused(
                    f"{place}: a sparse tensor",
                    accepted="dense weights",
                    remedy="export the model with dense weights",
                )
            values = read_tensor(tensor, place)
            self.builder.charge(values.size, place)
            self.values[name] = Constant(
                values=values, label=f"initializer {name!r}", data_type=tensor.data_type
            )
        return self.values[name]

    def _output(self, name: str) -> str:
        value = self._value(name)
        place = f"model {self.builder.name}, output {name!r}"
        if not isinstance(value, Tensor):
            raise InputRefused(
                f"{place}: not computed from the image, or the codes or border of a half-finished "
                "layer",
                accepted="feature maps and vectors",
            )
        layout = value.layout
        if layout.order is None or len(layout.shape) == 3:
            return self.builder.in_natural_shape(value).node if layout.order is None else value.node
        raise InputRefused(
            f"{place}: a feature map flattened to {batched(layout.shape)}",
            accepted="feature maps and vectors",
            remedy="end the model with the feature map, before it is flattened: the graph's order "
            "is [h, w, c]",
        )


def _unknown(call: Call) -> UnsupportedOperator:
    operator, domain = call.proto.op_type, call.proto.domain
    where = f" of domain {domain}" if domain not in ("", "ai.onnx") else ""
    return call.unsupported(
        f"there is no hardware for this operator{where}",
        accepted=ACCEPTED,
        remedy=REMEDIES.get(operator, "express it with accepted operators, or remove it"),
    )


def _together(name: str, refusals: list[UnsupportedOperator]) -> UnsupportedOperator:
    """Return one error that names all refused nodes."""
    count = f"{len(refusals)} nodes" if len(refusals) > 1 else "1 node"
    lines = [f"model {name}: {count} cannot become part of the graph"]
    lines += [f"    {refusal.found}" for refusal in refusals]
    accepted = dict.fromkeys(refusal.accepted for refusal in refusals if refusal.accepted)
    remedies = dict.fromkeys(refusal.remedy for refusal in refusals if refusal.remedy)
    return UnsupportedOperator(
        "\n".join(lines), accepted="\n    ".join(accepted), remedy="\n    ".join(remedies)
    )
