"""Where a frame's input and outputs lie in memory: what the board packs, and how it reads back.

The compiler describes each value by a `MapLayout`; the board's runtime and the tests need nothing
else of the compiler (docs/engine.md, "Lanes and memories").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import prod
from typing import cast as as_type

import numpy as np
from numpy.typing import NDArray

from fpgaflow.errors import InputRefused
from fpgaflow.ir.arithmetic import Integers, cast
from fpgaflow.ir.fixed import FixedType, Overflow, Rounding
from fpgaflow.ir.graph import Graph

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLayout:
    """A value as the banks hold it, bank after bank, in a region of memory.

    Attributes:
        name: of the graph's value.
        shape: of the graph's value.
        map_shape: height, width and channels of the map in which its numbers lie, in their order;
            a vector [n] lies as [1, 1, n], or as the map that it is another view of.
        element: its format; 9 to 16 bits take two planes.
        offset: bytes into the region where bank 0 begins.
        banks: that hold rows of it.
        bank_bytes: of each, padding included.
        band_rows: rows in a bank.
        row_pitch: bytes from row to row.
        pixel_pitch: bytes from pixel to pixel.
        channel: bytes into a pixel where the value's first channel lies.
        planes: bytes into a bank of the high and the low plane, or of the only one.
    """

    name: str
    shape: tuple[int, ...]
    map_shape: tuple[int, int, int]
    element: FixedType
    offset: int
    banks: int
    bank_bytes: int
    band_rows: int
    row_pitch: int
    pixel_pitch: int
    channel: int
    planes: tuple[int, ...]

    def write(self, values: Integers, region: Bytes) -> None:
        """Put integers of the format, [frames, *shape], into [frames, region bytes]."""
        frames = len(values)
        maps = values.reshape(frames, *self.map_shape)
        low_first = [maps & 255, maps >> 8 & 255]
        for part, plane in zip(reversed(low_first[: len(self.planes)]), self.planes, strict=True):
            place = self._indices(plane)
            region[:, place.ravel()] = part.astype(np.uint8).reshape(frames, -1)

    def read(self, region: Bytes) -> Integers:
        """Return the integers, int64 [frames, *shape], from [frames, region bytes]."""
        frames = len(region)
        value = np.zeros((frames, prod(self.shape)), np.int64)
        for plane in self.planes:
            value = value << 8 | region[:, self._indices(plane).ravel()]
        if self.element.signed:
            bits = 8 * len(self.planes)
            value = (value ^ (1 << bits - 1)) - (1 << bits - 1)
        return value.reshape(frames, *self.shape)

    def check(self, region_bytes: int) -> None:
        """Refuse what is no layout of a value in a region of so many bytes.

        Raises:
            ValueError: numbers that contradict each other, or bytes beyond the region.
        """
        if len(self.map_shape) != 3 or min(*self.map_shape, *self.shape, self.band_rows) < 1:
            raise ValueError(f"{self.name} has shape {list(self.shape)}, {list(self.map_shape)}")
        height, width, channels = self.map_shape
        rows, banks = min(self.band_rows, height), -(-height // self.band_rows)
        if prod(self.shape) != height * width * channels or banks > self.banks:
            raise ValueError(f"{self.name} does not fill its map and its banks")
        if min(self.offset, self.channel, *self.planes) < 0 or not 1 <= len(self.planes) <= 2:
            raise ValueError(f"{self.name} lies outside its region")
        # Pitches this large keep the numbers apart, so that the region bounds how many there are.
        apart = (
            self.pixel_pitch >= self.channel + channels,
            self.row_pitch >= width * self.pixel_pitch,
            self.bank_bytes >= max(self.planes) + rows * self.row_pitch,
            8 * (len(self.planes) - 1) < self.element.width <= 8 * len(self.planes),
        )
        if not all(apart):
            raise ValueError(f"{self.name} lies upon itself")
        if self.offset + banks * self.bank_bytes > region_bytes:
            raise ValueError(f"{self.name} lies outside its region")

    def _indices(self, plane: int) -> NDArray[np.int64]:
        height, width, channels = self.map_shape
        row, column, channel = np.ogrid[:height, :width, :channels]
        bank, row = row // self.band_rows, row % self.band_rows
        base = self.offset + plane + self.channel
        return (
            base
            + bank * self.bank_bytes
            + row * self.row_pitch
            + column * self.pixel_pitch
            + channel
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameLayout:
    """The input and the outputs of a program.

    Attributes:
        input: where the image lies in a frame's input bytes.
        outputs: where each of the graph's outputs lies in a frame's output bytes, in order.
        input_bytes: of a frame.
        output_bytes: likewise.
    """

    input: MapLayout
    outputs: tuple[MapLayout, ...]
    input_bytes: int
    output_bytes: int

    def pack(self, images: Bytes) -> Bytes:
        """Return the input bytes [n, input bytes] of raw pixels, uint8 [n, *input shape].

        Raises:
            InputRefused: images of another type or shape.
        """
        shape = self.input.shape
        if images.dtype != np.uint8 or images.shape[1:] != shape:
            raise InputRefused(
                f"images for {self.input.name}: {images.dtype} of shape {list(images.shape)}",
                accepted=f"uint8 of shape [n, {', '.join(map(str, shape))}]",
            )
        region = np.zeros((len(images), self.input_bytes), np.uint8)
        self.input.write(cast(images.astype(np.int64), 0, self.input.element), region)
        return region

    def unpack(self, region: Bytes) -> dict[str, Integers]:
        """Return each output's integers, int64 [n, *shape], from [n, output bytes] of uint8.

        Raises:
            InputRefused: bytes of another type or number.
        """
        if region.dtype != np.uint8 or region.shape[1:] != (self.output_bytes,):
            raise InputRefused(
                f"output bytes: {region.dtype} of shape {list(region.shape)}",
                accepted=f"uint8 of shape [n, {self.output_bytes}]",
            )
        return {one.name: one.read(region) for one in self.outputs}

    def require(self, graph: Graph, *, input_bytes: int, output_bytes: int) -> None:
        """Refuse the layout of another network or program.

        Args:
            graph: the fixed-point network.
            input_bytes: of a frame, as the program says.
            output_bytes: likewise.

        Raises:
            InputRefused: values, shapes, formats or sizes differ.
        """
        values = (self.input, *self.outputs)
        found = [(one.name, one.shape, one.element) for one in values]
        wanted = [
            (name, graph.types[name].shape, graph.types[name].element)
            for name in (graph.input.name, *graph.outputs)
        ]
        sizes = (self.input_bytes, self.output_bytes) == (input_bytes, output_bytes)
        if found != wanted or not sizes:
            raise InputRefused(
                f"layout of a frame: not that of the network {graph.name} and its program",
                accepted="what the compiler wrote",
                remedy="compile the model again",
            )

    def to_json(self) -> dict[str, object]:
        """Return plain data for a JSON file."""
        return asdict(self)


def as_map(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Return [height, width, channels] of a value's shape; a vector [n] lies as [1, 1, n]."""
    if len(shape) == 1:
        return (1, 1, shape[0])
    height, width, channels = shape
    return (height, width, channels)


def frame_layout(data: Mapping[str, object]) -> FrameLayout:
    """Return the layout that `FrameLayout.to_json` wrote.

    Raises:
        InputRefused: the data is not one.
    """
    try:
        outputs = as_type("list[Mapping[str, object]]", data["outputs"])
        found = FrameLayout(
            input=_map_layout(as_type("Mapping[str, object]", data["input"])),
            outputs=tuple(_map_layout(one) for one in outputs),
            input_bytes=_number(data["input_bytes"]),
            output_bytes=_number(data["output_bytes"]),
        )
        found.input.check(found.input_bytes)
        for one in found.outputs:
            one.check(found.output_bytes)
        return found
    except (KeyError, TypeError, ValueError) as error:
        raise InputRefused(
            f"layout of a frame: damaged ({error!r})",
            accepted="what the compiler wrote",
            remedy="compile the model again",
        ) from error


def _map_layout(data: Mapping[str, object]) -> MapLayout:
    names = ("shape", "map_shape", "planes")
    lists = {name: tuple(map(_number, _list(data[name]))) for name in names}
    rest = {
        one.name: _number(data[one.name])
        for one in fields(MapLayout)
        if one.name not in {"name", "element", *lists}
    }
    element = _element(as_type("Mapping[str, object]", data["element"]))
    name = data["name"]
    if not isinstance(name, str):
        raise TypeError(f"name {name!r}")
    return MapLayout(name=name, element=element, **lists, **rest)  # pyright: ignore[reportArgumentType]


def _element(data: Mapping[str, object]) -> FixedType:
    return FixedType(
        width=_number(data["width"]),
        integer=_number(data["integer"]),
        signed=bool(data["signed"]),
        rounding=Rounding(data["rounding"]),
        overflow=Overflow(data["overflow"]),
    )


def _list(value: object) -> list[object]:
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{value!r} is no list")
    return list(as_type("list[object]", value))


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no integer")
    return value
