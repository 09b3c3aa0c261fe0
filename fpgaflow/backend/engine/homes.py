"""Which values share a buffer: operands of a concatenation lie where the whole will be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fpgaflow.backend.engine.lower_shapes import same_bytes
from fpgaflow.backend.engine.lowering import Lowering
from fpgaflow.backend.engine.network import Item, Join, Layer, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where a value lies.

    Attributes:
        root: the value whose buffer it is.
        channel: bytes into a pixel of it.
        pitch: bytes of a pixel.
    """

    root: str
    channel: int
    pitch: int


def find_homes(state: Lowering) -> dict[str, View]:
    """Give each value its place in a buffer, and copy what cannot lie where it should.

    Joins are looked at from the last to the first, so that one that holds another comes first, as
    in a dense block, where one buffer grows. Changes `state.items` and `state.values`.
    """
    homes: dict[str, tuple[str, int]] = {}
    items: list[Item] = []
    for item in reversed(state.items):
        items.append(item)
        if isinstance(item, Join):
            items.extend(reversed(_place(state, item, homes)))
    state.items[:] = reversed(items)
    _even_pitches(state, homes)
    return {name: _view(state.values, name, homes) for name in state.values}


def _place(state: Lowering, join: Join, homes: dict[str, tuple[str, int]]) -> list[Item]:
    """Home a join's operands in it; return the copies that go before it."""
    if _lies_together(state, join, homes):
        return []
    copies: list[Item] = []
    channel = 0
    for index, (name, element) in enumerate(zip(join.operands, join.elements, strict=True)):
        value = state.values[name]
        free = name not in homes and not value.fixed and not value.storage
        if not (free and same_bytes(value.element, element)):
            value = _copy(state, join, value, index, copies)
        homes[value.name] = (join.output, channel)
        channel += value.shape[2]
    return copies


def _copy(state: Lowering, join: Join, value: Value, index: int, copies: list[Item]) -> Value:
    before = len(state.items)
    copied = state.converted(
        join.node,
        value,
        join.elements[index],
        name=f"{join.output}.{index}",
        band=state.values[join.output].band_rows,
    )
    copies.extend(state.items[before:])
    del state.items[before:]
    return copied


def _lies_together(state: Lowering, join: Join, homes: dict[str, tuple[str, int]]) -> bool:
    """Home a join where its operands lie side by side already."""
    if join.output in homes or state.values[join.output].fixed:
        return False
    values = [state.values[name] for name in join.operands]
    if not all(
        value.name in homes and same_bytes(value.element, element)
        for value, element in zip(values, join.elements, strict=True)
    ):
        return False
    parent, first = homes[values[0].name]
    channel = first
    for value in values:
        if homes[value.name] != (parent, channel):
            return False
        channel += value.shape[2]
    homes[join.output] = (parent, first)
    return True


def _view(values: Mapping[str, Value], name: str, homes: Mapping[str, tuple[str, int]]) -> View:
    value = values[name]
    if value.storage:
        return View(root=value.storage, channel=0, pitch=value.shape[2])
    channel = 0
    while name in homes:
        name, offset = homes[name]
        channel += offset
    return View(root=name, channel=channel, pitch=values[name].shape[2])


def _even_pitches(state: Lowering, homes: Mapping[str, tuple[str, int]]) -> None:
    """Copy an addend that lies in a wider buffer than the other: both share the pitch."""
    items: list[Item] = []
    for item in state.items:
        if not isinstance(item, Layer) or len(item.inputs) != 2:
            items.append(item)
            continue
        views = [_view(state.values, name, homes) for name in item.inputs]
        inputs = list(item.inputs)
        if views[0].pitch != views[1].pitch:
            for index, view in enumerate(views):
                value = state.values[inputs[index]]
                if view.pitch != value.shape[2]:
                    before = len(state.items)
                    name = f"{item.output}.{index}"
                    copied = state.converted(item.node, value, value.element, name=name)
                    items.append(state.items[before])
                    del state.items[before:]
                    inputs[index] = copied.name
        items.append(replace(item, inputs=tuple(inputs)))
    state.items[:] = items
