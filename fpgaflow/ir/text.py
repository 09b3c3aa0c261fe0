"""The graph as text: what `--dump` prints and what golden files hold.

One line a node, in order. A parameter is shown by its name, type and the first digits of the
SHA-256 of its values, so that a changed weight changes the text.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields

from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.nodes import Node
from fpgaflow.ir.types import Parameter, TensorType

_STRUCTURE = {"name", "inputs", "source", "element"}


def to_text(graph: Graph) -> str:
    """Return the graph's text, ending in a newline; equal graphs give equal texts."""
    lines = [f"graph {graph.name} -> {', '.join('%' + name for name in graph.outputs)} {{"]
    lines += [f"  {_node(graph, node)}" for node in graph.nodes]
    return "\n".join([*lines, "}"]) + "\n"


def digest(parameter: Parameter) -> str:
    """Return eight hexadecimal digits that stand for a parameter's values."""
    return hashlib.sha256(parameter.values.tobytes()).hexdigest()[:8]


def _node(graph: Graph, node: Node) -> str:
    operands = ", ".join(f"%{name}" for name in node.inputs)
    text = f"%{node.name} = {operation_name(node)}({operands})"
    attributes = [_attribute(graph, node, f.name) for f in fields(node) if f.name not in _STRUCTURE]
    text += "".join(f" {attribute}" for attribute in attributes if attribute)
    text += f" : {graph.types[node.name]}"
    return f"{text}  # {node.source}" if node.source else text


def operation_name(node: Node) -> str:
    """Return the operation's name in kebab case, e.g. `max-pool`."""
    name = type(node).__name__
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")


def _attribute(graph: Graph, node: Node, name: str) -> str:
    value: object = getattr(node, name)
    if isinstance(value, str) and value in graph.parameters:
        parameter = graph.parameters[value]
        kind = TensorType(shape=parameter.values.shape, element=parameter.element)
        return f"{name}=@{value}:{kind}#{digest(parameter)}"
    if value is None:
        return ""
    if isinstance(value, FixedType):
        return f"{name}={value}".replace(" ", "/")
    if isinstance(value, tuple) and type(value) is tuple:
        return f"{name}={','.join(str(part) for part in value)}"
    return f"{name}={value}"
