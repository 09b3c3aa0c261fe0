"""What a bundle says of itself: manifest.json, schema 1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType

from fpgaflow.errors import InputRefused
from fpgaflow.runtime.fields import Fields
from fpgaflow.runtime.streams import NUMBERS, StreamFormat

SCHEMA = 1
MANIFEST = "manifest.json"
FAMILIES = ("zynq-7000", "zynqmp")
SOURCES = ("generated", "vivado")
_WORD = (1 << 32) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """A file of the bundle: its path inside, its size and the SHA-256 of its bytes."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardEntry:
    """The board that the design is for.

    Attributes:
        name: as `fpgaflow boards` lists it.
        title: the vendor's name.
        family: "zynq-7000" or "zynqmp".
        part: the device.
    """

    name: str
    title: str
    family: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowEntry:
    """A block's registers: its name in the design, its base address and the bytes it takes."""

    cell: str
    base: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """One register of the accelerator.

    Attributes:
        name: also its name in Python.
        offset: bytes from the base.
        bits: 32, or 64 with the low word first.
        direction: "input" is written, "output" is a counter, "state" is read and no counter.
        unit: what a counter counts.
        layer: the layer it counts for; None for the whole design.
    """

    name: str
    offset: int
    bits: int
    direction: str
    unit: str
    layer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRows:
    """Rows of an engine's program that compute a layer: from `row` to the next entry's."""

    row: int
    layer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineEntry:
    """What a bundle says of the engine that its program is for.

    Attributes:
        version: of programs and registers.
        lanes_k: see `fpgaflow.engine.config.EngineConfig`, as the next four.
        lanes_o: likewise.
        lanes_p: likewise.
        act_lines: likewise.
        w_rows: likewise.
        program: path of the program.
        frames: path of how a frame's input and output lie in memory.
        input_bytes: of a frame in memory.
        output_bytes: likewise.
        spill_bytes: of the buffer for feature maps that leave the chip for a while.
        per_run: what a run adds to each counter, as predicted, whatever the number of its images.
        layers: of the program, by their first rows.
    """

    version: int
    lanes_k: int
    lanes_o: int
    lanes_p: int
    act_lines: int
    w_rows: int
    program: str
    frames: str
    input_bytes: int
    output_bytes: int
    spill_bytes: int
    per_run: Mapping[str, int]
    layers: tuple[LayerRows, ...]

    def layer_at(self, row: int) -> str:
        """Return the layer that a row of the program belongs to; empty where none does."""
        found = ""
        for one in self.layers:
            if one.row > row:
                break
            found = one.layer
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything that the runtime needs to know of a design.

    Attributes:
        name: of the design.
        fpgaflow: the version that made the bundle.
        board: what it is for.
        clock_mhz: the clock that was asked for.
        cycles_per_image: as modelled.
        dma: the AXI DMA; None in an engine's design, which has none.
        dma_length_bits: a transfer is at most 2**bits - 1 bytes; 0 without a DMA.
        accelerator: the block that computes.
        accelerator_type: what Vivado calls it (VLNV).
        registers: its registers.
        images: how pixels go in.
        scores: how results come out.
        per_image: what one image adds to each counter, as predicted, by register name.
        class_names: one for each score; empty where they are not known.
        bitstream: path of the .bit; None where the design was not synthesized.
        description: path of the .hwh.
        description_source: "vivado", or "generated" before synthesis.
        golden_images: how many images with known scores the bundle holds.
        files: every other file of the bundle.
        engine: what its program is for; None where the network itself is the design.
    """

    name: str
    fpgaflow: str
    board: BoardEntry
    clock_mhz: float
    cycles_per_image: int
    dma: WindowEntry | None
    dma_length_bits: int
    accelerator: WindowEntry
    accelerator_type: str
    registers: tuple[RegisterEntry, ...]
    images: StreamFormat
    scores: StreamFormat
    per_image: Mapping[str, int]
    class_names: tuple[str, ...]
    bitstream: str | None
    description: str
    description_source: str
    golden_images: int
    files: tuple[FileEntry, ...]
    engine: EngineEntry | None = None

    @property
    def windows(self) -> tuple[WindowEntry, ...]:
        """The registers that the processor reaches."""
        return (self.accelerator,) if self.dma is None else (self.dma, self.accelerator)

    @property
    def counters(self) -> tuple[RegisterEntry, ...]:
        """The registers that count."""
        return tuple(one for one in self.registers if one.direction == "output")

    def register(self, name: str) -> RegisterEntry:
        """Return the register of that name; KeyError when there is none."""
        for one in self.registers:
            if one.name == name:
                return one
        raise KeyError(name)


def write_manifest(manifest: Manifest) -> bytes:
    """Return the file's bytes; equal manifests give equal bytes."""
    names = Manifest.__dataclass_fields__
    values = {name: _plain(getattr(manifest, name)) for name in names}
    text = json.dumps({"schema": SCHEMA, **values}, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def _plain(value: object) -> object:
    if isinstance(value, EngineEntry):
        return {name: _plain(getattr(value, name)) for name in EngineEntry.__dataclass_fields__}
    if isinstance(value, Mapping):
        return dict(value)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if hasattr(type(value), "__dataclass_fields__"):
        return asdict(value)  # pyright: ignore[reportArgumentType]
    return value


def read_manifest(data: bytes, bundle: str) -> Manifest:
    """Read a manifest; keys that this version does not know are passed over.

    Args:
        data: the file's bytes.
        bundle: the bundle's name, for messages.

    Raises:
        InputRefused: damaged, of another schema, or a field is wrong; the message names it.
    """
    place = f"{bundle}, {MANIFEST}"
    try:
        value: object = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise InputRefused(
            f"{place} is no JSON file: {error}", remedy="make the bundle again"
        ) from error
    fields = Fields(value, place)
    if fields.whole("schema") != SCHEMA:
        fields.refuse(f"schema is {fields.whole('schema')}, not {SCHEMA}")
    manifest = _manifest(fields)
    names = {one.name for one in manifest.registers}
    for name in (*_needed(manifest), *manifest.per_image):
        if name not in names:
            fields.refuse(f"there is no register {name}")
    if (manifest.dma is None) == (manifest.engine is None):
        fields.refuse("it has neither a DMA nor an engine, or both")
    return manifest


def _needed(manifest: Manifest) -> tuple[str, ...]:
    engine = manifest.engine
    return ("frames", "clear") if engine is None else ("frames", "status", *engine.per_run)


def _manifest(fields: Fields) -> Manifest:
    per_image = fields.object("per_image")
    return Manifest(
        name=fields.text("name"),
        fpgaflow=fields.text("fpgaflow"),
        board=_board(fields.object("board")),
        clock_mhz=fields.number("clock_mhz"),
        cycles_per_image=fields.whole("cycles_per_image"),
        dma=None if fields.absent("dma") else _window(fields.object("dma")),
        dma_length_bits=fields.whole("dma_length_bits", at_most=26),
        accelerator=_window(fields.object("accelerator")),
        accelerator_type=fields.text("accelerator_type"),
        registers=tuple(_register(one) for one in fields.objects("registers")),
        images=_stream(fields.object("images")),
        scores=_stream(fields.object("scores")),
        per_image=MappingProxyType({name: per_image.whole(name) for name in per_image.names()}),
        class_names=fields.texts("class_names"),
        bitstream=fields.optional_text("bitstream"),
        description=fields.text("description"),
        description_source=fields.choice("description_source", SOURCES),
        golden_images=fields.whole("golden_images"),
        files=tuple(_file(one) for one in fields.objects("files")),
        engine=None if fields.absent("engine") else _engine(fields.object("engine")),
    )


def _engine(fields: Fields) -> EngineEntry:
    per_run = fields.object("per_run")
    return EngineEntry(
        version=fields.whole("version"),
        lanes_k=fields.whole("lanes_k"),
        lanes_o=fields.whole("lanes_o"),
        lanes_p=fields.whole("lanes_p"),
        act_lines=fields.whole("act_lines"),
        w_rows=fields.whole("w_rows"),
        program=fields.text("program"),
        frames=fields.text("frames"),
        input_bytes=fields.whole("input_bytes", at_most=_WORD),
        output_bytes=fields.whole("output_bytes", at_most=_WORD),
        spill_bytes=fields.whole("spill_bytes", at_most=_WORD),
        per_run=MappingProxyType({name: per_run.whole(name) for name in per_run.names()}),
        layers=tuple(
            LayerRows(row=one.whole("row"), layer=one.text("layer"))
            for one in fields.objects("layers")
        ),
    )


def _board(fields: Fields) -> BoardEntry:
    return BoardEntry(
        name=fields.text("name"),
        title=fields.text("title"),
        family=fields.choice("family", FAMILIES),
        part=fields.text("part"),
    )


def _window(fields: Fields) -> WindowEntry:
    return WindowEntry(
        cell=fields.text("cell"), base=fields.whole("base"), bytes=fields.whole("bytes")
    )


def _register(fields: Fields) -> RegisterEntry:
    return RegisterEntry(
        name=fields.text("name"),
        offset=fields.whole("offset", at_most=2**20),
        bits=fields.whole("bits", at_most=64),
        direction=fields.choice("direction", ("input", "output", "state")),
        unit=fields.text("unit"),
        layer=fields.optional_text("layer"),
    )


def _stream(fields: Fields) -> StreamFormat:
    beat_bits = fields.whole("beat_bits", at_most=1024)
    if beat_bits < 32 or beat_bits % 32:
        fields.refuse(f"beat_bits is {beat_bits}, no multiple of 32")
    return StreamFormat(
        shape=fields.sizes("shape"),
        number=fields.choice("number", tuple(NUMBERS)),
        beat_bits=beat_bits,
    )


def _file(fields: Fields) -> FileEntry:
    return FileEntry(
        path=fields.text("path"), bytes=fields.whole("bytes"), sha256=fields.text("sha256")
    )
