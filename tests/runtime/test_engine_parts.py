"""The parts of the engine's runtime one by one: words for a status, registers, packing, checks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fpgaflow.api.engine_bundle import assemble_engine, layer_rows
from fpgaflow.backend.engine.compiler import compile_for_engine
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.faults import EngineFault
from fpgaflow.engine.program import Program
from fpgaflow.engine.registers import ABORT, COUNTERS, Register, Status
from fpgaflow.errors import DeviceFailed, InputRefused
from fpgaflow.hardware.engine_registers import engine_registers
from fpgaflow.interpret import numpy_engine
from fpgaflow.runtime.control import CTRL, DONE, IDLE, START
from fpgaflow.runtime.description import check_description, read_description
from fpgaflow.runtime.emulation.engine_check import check_program
from fpgaflow.runtime.emulation.engine_functional import FunctionalEngine
from fpgaflow.runtime.emulation.memory import Ddr
from fpgaflow.runtime.engine_control import COUNTER_NAMES
from fpgaflow.runtime.engine_packing import pack_images
from fpgaflow.runtime.engine_status import explain_stop
from fpgaflow.runtime.manifest import EngineEntry, LayerRows, read_manifest, write_manifest
from tests.backend.networks import dense, residual
from tests.runtime.bundles import pixels
from tests.runtime.engine_bundles import engine_graph, engine_parts

SMALL = EngineConfig(lanes_k=4, lanes_o=2, lanes_p=2, act_lines=128, w_rows=128)
ENGINE = EngineEntry(
    version=1,
    lanes_k=12,
    lanes_o=4,
    lanes_p=8,
    act_lines=3072,
    w_rows=3072,
    program="engine.bin",
    frames="frames.json",
    input_bytes=64,
    output_bytes=16,
    spill_bytes=0,
    per_run={},
    layers=(
        LayerRows(row=2, layer="stem"),
        LayerRows(row=9, layer=""),
        LayerRows(row=11, layer="fc"),
    ),
)


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (0, ""),
        (1, " at row 1 of the program"),
        (2, " at the layer stem (row 2)"),
        (8, " at the layer stem (row 8)"),
        (9, " at row 9 of the program"),
        (400, " at the layer fc (row 400)"),
    ],
)
def test_a_stop_names_the_layer(row: int, place: str) -> None:
    error = explain_stop(Status.ADDRESS, row, 3, ENGINE)
    assert error.found == (
        f"a run of 3 images stopped{place}: an instruction leaves the feature-map banks "
        "(status 8, ADDRESS)"
    )
    assert error.remedy.startswith("load the bundle again")


@pytest.mark.parametrize("status", [one for one in Status if one is not Status.OK])
def test_every_status_has_words_and_a_remedy(status: Status) -> None:
    error = explain_stop(status, 0, 1, ENGINE)
    assert error.found.endswith(f"(status {int(status)}, {status.name})")
    assert error.remedy


def test_a_status_that_nobody_knows() -> None:
    error = explain_stop(99, 0, 1, ENGINE)
    assert str(error).startswith(
        "a run of 1 images stopped with the status 99, which this version does not know\n"
        "  accepted: 0 to 13\n"
    )


def test_the_registers_lie_where_the_engine_has_them() -> None:
    found = {one.name: one for one in engine_registers().registers}
    control = {Register.CTRL, Register.GIER, Register.IER, Register.ISR, Register.COUNTERS}
    for place in set(Register) - control:
        assert found[place.name.lower()].offset == place
    counters = [one for one in engine_registers().registers if one.direction == "output"]
    assert tuple(one.name for one in counters) == COUNTER_NAMES
    assert [one.offset for one in counters] == [
        Register.COUNTERS + 8 * index for index in range(len(COUNTERS))
    ]
    words = [offset for one in found.values() for _, offset in one.words]
    assert len(words) == len(set(words))
    assert max(words) < 0x1000


def test_the_description_names_every_register() -> None:
    manifest, files = assemble_engine(engine_parts())
    text = files[manifest.description]
    block = read_description(text, "x.hwh")[manifest.accelerator.cell]
    assert block.type == manifest.accelerator_type == "fpgaflow:rtl:fpgaflow_engine:1.0"
    assert block.registers["frames_done_2"] == 0x84
    moved = text.replace(b'NAME="status"', b'NAME="state"')
    with pytest.raises(DeviceFailed, match="there is no register status"):
        check_description(manifest, read_description(moved, "x.hwh"), "x.hwh")


def test_a_manifest_is_read_as_it_was_written() -> None:
    manifest, _ = assemble_engine(engine_parts())
    assert read_manifest(write_manifest(manifest), "b.zip") == manifest


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda one: one.update(engine=None), "there is no register clear"),
        (lambda one: one["engine"].pop("w_rows"), ", engine: w_rows is missing"),
        (lambda one: one["engine"].update(per_run={"x": 1}), "there is no register x"),
        (lambda one: one["engine"]["layers"][0].pop("row"), ", engine, layers[0]: row is missing"),
        (
            lambda one: one["engine"].update(spill_bytes=1 << 32),
            ", engine: spill_bytes is 4294967296",
        ),
        (
            lambda one: one.update(dma={"cell": "d", "base": 0, "bytes": 1}),
            "it has neither a DMA nor an engine, or both",
        ),
    ],
)
def test_wrong_fields_of_a_manifest_are_named(
    change: Callable[[dict[str, object]], object], message: str
) -> None:
    values = json.loads(write_manifest(assemble_engine(engine_parts())[0]))
    change(values)
    with pytest.raises(InputRefused) as caught:
        read_manifest(json.dumps(values).encode(), "b.zip")
    found = caught.value.found.removeprefix("b.zip, manifest.json")
    assert found.removeprefix(": ").startswith(message)


def test_layers_begin_where_their_rows_do() -> None:
    program = compile_for_engine(residual(), SMALL).program
    rows = layer_rows(SMALL, program.operations)
    assert rows[0].row == SMALL.instruction_rows
    assert [one.row for one in rows] == sorted({one.row for one in rows})
    assert {one.layer for one in rows} - {""} <= set(residual().types)


@pytest.mark.parametrize("graph", [engine_graph(), residual(), dense()], ids=lambda one: one.name)
@pytest.mark.parametrize("config", [SMALL, EngineConfig()], ids=["small", "full"])
def test_packing_is_the_compilers(graph: object, config: EngineConfig) -> None:
    layout = compile_for_engine(graph, config).frame  # type: ignore[arg-type]
    images = pixels(graph, 5)  # type: ignore[arg-type]
    found = np.full((5, layout.input_bytes), 7, np.uint8)
    pack_images(layout, images, found)
    assert np.array_equal(found, layout.pack(images))


@given(
    height=st.integers(1, 9),
    band=st.sampled_from([1, 2, 4]),
    channels=st.integers(1, 4),
    pitch=st.integers(0, 3),
    wide=st.booleans(),
)
def test_packing_into_any_layout(
    height: int, band: int, channels: int, pitch: int, wide: bool
) -> None:
    one = compile_for_engine(dense(), SMALL).frame
    width, pixel = 3, channels + pitch
    # A pitch of more than the pixels is left to the compiler's own packing.
    row = width * pixel + 5 * wide
    banks = -(-height // band)
    layout = replace(
        one,
        input=replace(
            one.input,
            shape=(height, width, channels),
            map_shape=(height, width, channels),
            offset=8,
            banks=banks,
            bank_bytes=band * row + 3,
            band_rows=band,
            row_pitch=row,
            pixel_pitch=pixel,
            channel=pitch,
            planes=(2,),
        ),
        input_bytes=16 + banks * (band * row + 3),
    )
    rng = np.random.default_rng(height)
    images = rng.integers(0, 256, (2, height, width, channels), dtype=np.uint8)
    found = np.full((2, layout.input_bytes), 9, np.uint8)
    pack_images(layout, images, found)
    assert np.array_equal(found, layout.pack(images))


def block(graph: object = None) -> tuple[Program, bytes]:
    program = compile_for_engine(engine_graph() if graph is None else graph, SMALL).program  # type: ignore[arg-type]
    return program, program.to_bytes()


def changed(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda data: data[:56], Status.TRUNCATED),
        (lambda data: data[:-4], Status.TRUNCATED),
        (lambda data: data[:-8], Status.TRUNCATED),
        (lambda data: changed(data, 0, b"x"), Status.MAGIC),
        (lambda data: changed(data, 8, b"\2"), Status.VERSION),
        (lambda data: changed(data, 12, b"\x08"), Status.LANES),
        (lambda data: changed(data, 16, b"\0\1"), Status.LANES),
        (lambda data: changed(data, 24, b"\1"), Status.ALIGNMENT),
        (lambda data: changed(data, 70, b"\1"), Status.CHECKSUM),
        (lambda data: changed(data, 0, b"x") + bytes(8), Status.MAGIC),
    ],
)
def test_the_check_tells_the_first_fault(change: Callable[[bytes], bytes], status: Status) -> None:
    _, data = block()
    with pytest.raises(EngineFault) as caught:
        check_program(change(data), SMALL)
    assert (caught.value.status, caught.value.where) == (status, 0)


class Driven:
    """A functional engine with its memory, driven by hand."""

    def __init__(self, frames: int = 3) -> None:
        self.graph = engine_graph()
        self.compiled = compile_for_engine(self.graph, SMALL)
        self.program = self.compiled.program
        self.ddr = Ddr()
        self.engine = FunctionalEngine(SMALL)
        self.engine.load(self.ddr)
        self.images = pixels(self.graph, frames)
        data = self.program.to_bytes()
        self.places = {
            "PROGRAM": (self.ddr.allocate(len(data)), len(data)),
            "INPUT": self._room(frames * self.program.input_bytes),
            "OUTPUT": self._room(frames * self.program.output_bytes),
            "SPILL": self._room(self.program.spill_bytes),
        }
        self.ddr.write(self.places["PROGRAM"][0], data)
        self.ddr.write(self.places["INPUT"][0], self.compiled.frame.pack(self.images).tobytes())
        for name, (address, size) in self.places.items():
            self.engine.write(Register[f"{name}_ADDRESS"], address)
            self.engine.write(Register[f"{name}_BYTES"], size)
        self.engine.write(Register.FRAMES, frames)

    def _room(self, size: int) -> tuple[int, int]:
        return self.ddr.allocate(max(size, 8)), size

    def run(self) -> Status:
        self.engine.write(CTRL, START)
        while not self.engine.read(CTRL) & IDLE:
            pass
        return Status(self.engine.read(Register.STATUS))

    def scores(self) -> np.ndarray:
        data = np.frombuffer(self.ddr.read(*self.places["OUTPUT"]), np.uint8)
        found = self.compiled.frame.unpack(data.reshape(len(self.images), -1))
        return found[self.graph.outputs[0]]

    def right(self) -> bool:
        wanted = numpy_engine.run(self.graph, self.images)[self.graph.outputs[0]]
        return np.array_equal(self.scores(), wanted)


def test_a_run_by_hand() -> None:
    driven = Driven()
    for register in (Register.GIER, Register.IER):
        driven.engine.write(register, 1)
    assert not driven.engine.interrupt
    driven.engine.write(CTRL, START)
    assert driven.engine.read(CTRL) == START
    # Done, ready and idle; reading clears the first two.
    assert [driven.engine.read(CTRL) for _ in range(2)] == [DONE | IDLE | 8, IDLE]
    assert driven.engine.interrupt
    driven.engine.write(Register.ISR, 1)
    assert not driven.engine.interrupt
    assert driven.right()
    assert driven.engine.read(Register.COUNTERS) == 3
    assert driven.engine.read(Register.COUNTERS + 4) == 0


@pytest.mark.parametrize(
    ("register", "value", "status"),
    [
        (Register.PROGRAM_ADDRESS, 0x1000_0008, Status.ALIGNMENT),
        (Register.OUTPUT_ADDRESS, 0x1000_0004, Status.ALIGNMENT),
        (Register.PROGRAM_ADDRESS, 0x8000, Status.PROGRAM_READ),
        (Register.INPUT_ADDRESS, 0x8000, Status.DATA_READ),
        (Register.OUTPUT_ADDRESS, 0x8000, Status.DATA_WRITE),
        (Register.INPUT_BYTES, 8, Status.REGION),
        (Register.OUTPUT_BYTES, 8, Status.REGION),
    ],
)
def test_a_wrong_register_ends_in_a_status_and_the_next_run_is_right(
    register: Register, value: int, status: Status
) -> None:
    driven = Driven()
    before = driven.engine.read(register)
    driven.engine.write(register, value)
    assert driven.run() is status
    driven.engine.write(register, before)
    assert driven.run() is Status.OK
    assert driven.right()


def test_an_abort_while_it_runs_and_while_it_does_not() -> None:
    driven = Driven(frames=20)
    driven.engine.write(CTRL, ABORT)
    assert driven.engine.read(CTRL) & IDLE
    driven.engine.write(CTRL, START)
    driven.engine.read(CTRL)
    # Registers hold still while a run is on, and so does the run.
    driven.engine.write(Register.FRAMES, 1)
    driven.engine.write(CTRL, START)
    driven.engine.write(CTRL, ABORT)
    assert driven.engine.read(CTRL) & IDLE
    assert driven.engine.read(Register.STATUS) == Status.ABORTED
    assert driven.engine.read(Register.FRAMES) == 20
    assert driven.run() is Status.OK
    assert driven.right()


def test_nothing_runs_for_no_frames() -> None:
    driven = Driven()
    driven.engine.write(Register.FRAMES, 0)
    assert driven.run() is Status.OK
    assert driven.engine.read(Register.COUNTERS) == 0


def test_a_bundle_without_its_program_is_refused(tmp_path: Path) -> None:
    from fpgaflow.api.bundle_file import file_entries, write_bundle
    from fpgaflow.runtime import read_bundle

    manifest, files = assemble_engine(engine_parts())
    del files["engine.bin"]
    path = tmp_path / "b.zip"
    write_bundle(path, replace(manifest, files=file_entries(files)), files, force=False)
    with pytest.raises(InputRefused, match=r"b\.zip: engine\.bin is missing"):
        read_bundle(path)
