"""Walks an exported program and turns each operation into nodes of the graph."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import cast

import torch
from torch import fx
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, OutputKind

from fpgaflow.errors import InputRefused, UnsupportedOperator
from fpgaflow.frontend.layout import Layout
from fpgaflow.frontend.torch_builder import GraphBuilder
from fpgaflow.frontend.torch_call import Call, plain_name
from fpgaflow.frontend.torch_fold import fold, operation_name, with_operands
from fpgaflow.frontend.torch_place import Place, place_of
from fpgaflow.frontend.torch_refusals import Refusal, refusal_error
from fpgaflow.frontend.torch_registry import HANDLERS, REMEDIES
from fpgaflow.frontend.torch_values import BatchSize, Constant, Operand, Unknown, Value
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import Input, Shape

_VECTOR, _MAP = 1, 3


def convert(program: ExportedProgram, *, name: str) -> Graph:
    """Return the graph of a functional program (no operation writes to its input).

    Raises:
        InputRefused: the inputs or outputs are not one image in, values out.
        UnsupportedOperator: naming every operation that cannot be imported.
    """
    return _Walk(program, name).graph()


class _Walk:
    """The state of one walk: what each of the program's nodes stands for."""

    def __init__(self, program: ExportedProgram, name: str) -> None:
        self._program = program
        self._name = name
        self._builder = GraphBuilder()
        self._operands: dict[fx.Node, Operand] = {}
        self._refusals: list[Refusal] = []
        self._batch: object = None

    def graph(self) -> Graph:
        nodes = list(self._program.graph.nodes)
        self._bind_placeholders([node for node in nodes if node.op == "placeholder"])
        results = self._user_outputs()
        live = _ancestors(results)
        for node in nodes:
            if node in live and node.op != "placeholder":
                self._operands[node] = self._convert(node)
        outputs = tuple(self._output(node) for node in results)
        if self._refusals:
            raise refusal_error(self._name, self._refusals)
        return self._builder.finish(self._name, outputs)

    def _bind_placeholders(self, placeholders: Sequence[fx.Node]) -> None:
        specs = self._program.graph_signature.input_specs
        images: list[fx.Node] = []
        for node, spec in zip(placeholders, specs, strict=True):
            if spec.kind is InputKind.USER_INPUT:
                images.append(node)
            elif spec.target is not None:
                self._operands[node] = self._stored(spec.kind, spec.target)
        if len(images) != 1:
            names = ", ".join(node.name for node in images) or "none"
            raise InputRefused(
                f"{self._name}: forward takes {len(images)} inputs ({names})",
                accepted="one image, or one vector",
                remedy="wrap the network in a module whose forward takes the image alone",
            )
        self._operands[images[0]] = self._input(images[0])

    def _stored(self, kind: InputKind, target: str) -> Operand:
        if kind not in (InputKind.PARAMETER, InputKind.BUFFER, InputKind.CONSTANT_TENSOR):
            return Unknown()
        pool = self._program.constants
        tensor = pool[target] if target in pool else self._program.state_dict[target]
        return Constant(tensor=cast("torch.Tensor", tensor).detach().cpu(), name=target)

    def _input(self, node: fx.Node) -> Value:
        value = node.meta.get("val")
        shape: list[object] = list(value.shape) if isinstance(value, torch.Tensor) else []
        sizes = [size for size in shape[1:] if isinstance(size, int)]
        if len(sizes) not in (_VECTOR, _MAP) or len(sizes) != len(shape) - 1:
            raise InputRefused(
                f"{self._name}: the input {node.name} has shape [{', '.join(map(str, shape))}]",
                accepted="[batch, channels, height, width] or [batch, n], fixed but for the batch",
                remedy="export with an example image; only the batch may be dynamic",
            )
        self._batch = shape[0]
        layout = Layout(shape=tuple(sizes))
        name = self._builder.new_name("input")
        self._builder.add(Input(name=name, source=node.name, shape=layout.graph_shape))
        return Value(node=name, layout=layout)

    def _user_outputs(self) -> list[fx.Node]:
        output = next(node for node in self._program.graph.nodes if node.op == "output")
        arguments = cast("Sequence[object]", output.args[0])
        results: list[fx.Node] = []
        for argument, spec in zip(
            arguments, self._program.graph_signature.output_specs, strict=True
        ):
            if spec.kind is OutputKind.BUFFER_MUTATION:
                raise UnsupportedOperator(
                    f"{self._name}: forward changes the buffer {spec.target}",
                    accepted="a network that keeps no state from image to image",
                    remedy="call .eval() before exporting, if this is batch norm's statistics",
                )
            if spec.kind is OutputKind.USER_OUTPUT and isinstance(argument, fx.Node):
                results.append(argument)
        if not results:
            raise InputRefused(f"{self._name}: forward returns no tensor")
        return results

    def _convert(self, node: fx.Node) -> Operand:
        """Return what a node stands for; note a refusal where it cannot be imported."""
        operands = [self._operands[argument] for argument in node.all_input_nodes]
        if node.target is operator.getitem:
            return self._element(node, operands[0])
        if not isinstance(node.meta.get("val"), (torch.Tensor, tuple, list)):
            return self._number(node)
        if all(isinstance(operand, (Constant, BatchSize)) for operand in operands):
            folded = fold(node, self._operands)
            if folded is not None:
                return folded
        return self._handle(node, operands)

    def _number(self, node: fx.Node) -> Operand:
        batch = operation_name(node) == "sym_size.int" and node.args[1] == 0
        return BatchSize() if batch else Unknown()

    def _handle(self, node: fx.Node, operands: Sequence[Operand]) -> Operand:
        name = operation_name(node)
        kind = plain_name(name)
        if name not in HANDLERS:
            return self._refuse(kind, node, "", REMEDIES.get(kind, ""))
        if any(isinstance(operand, Unknown) for operand in operands):
            return Unknown()
        try:
            return HANDLERS[name](self._call(node, name))
        except UnsupportedOperator as error:
            return self._refuse(kind, node, error.found, error.remedy)

    def _refuse(self, kind: str, node: fx.Node, reason: str, remedy: str) -> Operand:
        place = place_of(node)
        self._refusals.append(Refusal(kind=kind, place=place, reason=reason, remedy=remedy))
        return self._stand_in(node)

    def _stand_in(self, node: fx.Node) -> Operand:
        """Return a value of a refused operation's shape, so that what follows is looked at too."""
        shape = self._image_shape(node) if isinstance(node.meta["val"], torch.Tensor) else None
        if shape is None or len(shape) not in (_VECTOR, _MAP):
            return Unknown()
        layout = Layout(shape=shape)
        name = self._builder.new_name("refused")
        self._builder.add(Input(name=name, shape=layout.graph_shape))
        return Value(node=name, layout=layout)

    def _element(self, node: fx.Node, operand: Operand) -> Operand:
        """Return the first of several results; handlers give no other."""
        if isinstance(operand, Unknown):
            return self._stand_in(node)
        if node.args[1] == 0:
            return operand
        source = cast("fx.Node", node.args[0])
        reason = "only the first of its results is known (return_indices=False)"
        return self._refuse(plain_name(operation_name(source)), node, reason, "")

    def _call(self, node: fx.Node, name: str) -> Call:
        normal = node.normalized_arguments(
            self._program.graph_module, normalize_to_only_use_kwargs=True
        )
        assert normal is not None, f"{node.target} has no signature"
        arguments = {
            key: with_operands(value, self._operands.__getitem__)
            for key, value in normal.kwargs.items()
        }
        return Call(
            operation=name,
            place=place_of(node),
            arguments=arguments,
            result_shape=self._image_shape(node),
            builder=self._builder,
        )

    def _image_shape(self, node: fx.Node) -> Shape | None:
        value = node.meta.get("val")
        if isinstance(value, (tuple, list)):
            value = cast("Sequence[object]", value)[0]
        shape = list(cast("torch.Tensor", value).shape)
        # Compared as text: comparing symbols would evaluate them.
        if not shape or str(shape[0]) != str(self._batch):
            return None
        return tuple(map(int, shape[1:]))

    def _output(self, node: fx.Node) -> str:
        """Return the name of an output's node, in the natural order of the graph."""
        operand = self._operands[node]
        if isinstance(operand, Unknown):
            return ""
        if not isinstance(operand, Value):
            raise InputRefused(
                f"{self._name}: the output {node.name} does not depend on the input",
                accepted="outputs computed from the image",
            )
        layout = operand.layout
        call = Call(
            operation="output.default",
            place=Place(),
            arguments={},
            result_shape=layout.shape,
            builder=self._builder,
        )
        try:
            if layout.is_map:
                return call.map_node(operand)
            if len(layout.shape) == _VECTOR and layout.order is None:
                return call.vector_node(operand)
        except UnsupportedOperator as error:
            self._refuse(plain_name(operation_name(node)), node, error.found, error.remedy)
            return ""
        self._refuse(
            plain_name(operation_name(node)),
            node,
            f"the network returns shape {list(layout.shape)} in another order than hardware "
            "computes it (channels last)",
            "return the feature map itself, or the output of a linear layer",
        )
        return ""


def _ancestors(results: Sequence[fx.Node]) -> set[fx.Node]:
    """Return the nodes that the results need."""
    live: set[fx.Node] = set()
    waiting = list(results)
    while waiting:
        node = waiting.pop()
        if node not in live:
            live.add(node)
            waiting += node.all_input_nodes
    return live
