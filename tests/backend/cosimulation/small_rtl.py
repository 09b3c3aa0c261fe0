"""A small network, RTL by hand that computes it, and a build around both as synthesis leaves it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from numpy.typing import NDArray

from fpgaflow.api.layout import HLS, REPORT, SYNTHESIS
from fpgaflow.api.stored_images import store_images
from fpgaflow.backend.cosimulation.compile import compile_rtl
from fpgaflow.backend.cosimulation.rtl import VERILOG, find_rtl
from fpgaflow.backend.cosimulation.verilator import Verilator, find_verilator
from fpgaflow.backend.manifest import Manifest, Port, write_manifest
from fpgaflow.backend.synthesis.scripts import HlsTop, write_scripts
from fpgaflow.backend.synthesis.stages import stages_for
from fpgaflow.backend.synthesis.stamps import remember, stage_key
from fpgaflow.backend.synthesis.tools import Tool
from fpgaflow.errors import ToolMissing
from fpgaflow.hardware.block_design import TOP, block_design
from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.folding import Folding, LayerFolding
from fpgaflow.ir import nodes as n
from fpgaflow.ir import serialize
from fpgaflow.ir.fixed import UINT8, FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter
from fpgaflow.report.json import write_json
from tests.report.small_reports import make_report

BEAT_BITS = 64
PIXELS, SCORES = 12, 5
SOURCES = Path(__file__).parent / "rtl"
VITIS = Tool(name="Vitis HLS", program="vitis_hls", version=(2023, 2))

_WEIGHT = FixedType(width=8, integer=1)
_SUM = FixedType(width=24, integer=17)
_SCORE = FixedType(width=16, integer=16)


def small_verilator() -> Verilator:
    """The Verilator that is installed; a test without one is skipped."""
    try:
        return find_verilator()
    except ToolMissing as error:
        pytest.skip(str(error).splitlines()[0])


def perceptron() -> Graph:
    """One fully connected layer on a vector of pixels, which tests/.../rtl computes."""
    rng = np.random.default_rng(7)
    return Graph(
        name="perceptron",
        nodes=(
            n.Input(name="image", shape=(PIXELS,), element=UINT8),
            n.Linear(
                name="fc", inputs=("image",), source="model.fc", element=_SCORE,
                weight="weight", bias="bias", accumulator=_SUM,
            ),
        ),
        parameters={
            "weight": Parameter(values=rng.integers(-128, 128, (PIXELS, SCORES)), element=_WEIGHT),
            "bias": Parameter(values=rng.integers(-5000, 5000, SCORES), element=_SUM),
        },
        outputs=("fc",),
    )  # fmt: skip


def pixels(count: int = 3, seed: int = 3) -> NDArray[np.uint8]:
    """Random vectors of pixels."""
    return np.random.default_rng(seed).integers(0, 256, (count, PIXELS), dtype=np.uint8)


def write_rtl(folder: Path) -> Path:
    """Write the RTL with the network's parameters and return its folder."""
    shutil.copytree(SOURCES, folder)
    graph = perceptron()
    for name, values, digits in (
        ("weights", graph.parameters["weight"].values.T, 2),
        ("biases", graph.parameters["bias"].values, 6),
    ):
        words = [f"{int(value) % 16**digits:0{digits}x}" for value in values.ravel()]
        # As Vitis HLS writes them: no end of line behind the last one.
        (folder / f"{TOP}_{name}_ROM_AUTO_1R.dat").write_text("\n".join(words))
    return folder


def make_build(folder: Path) -> Path:
    """Write a build whose high-level synthesis is done, and return its folder."""
    graph = perceptron()
    project, synthesis = folder / HLS, folder / SYNTHESIS
    (project / "firmware").mkdir(parents=True)
    (project / "csim").mkdir()
    (project / "firmware" / f"{TOP}.cpp").write_text(f"void {TOP}() {{}}\n")
    image = Port(name="image", shape=(PIXELS,), element=str(UINT8))
    scores = Port(name="fc", shape=(SCORES,), element=str(_SCORE))
    write_manifest(
        project,
        Manifest(
            project=TOP, input=image, outputs=(scores,), traced=((image,),), beat_bits=BEAT_BITS
        ),
    )
    write_scripts(
        synthesis,
        block_design(load_board("pynq-z2"), "perceptron"),
        HlsTop(function=TOP, sources=(f"{TOP}.cpp",)),
    )
    serialize.save(graph, folder)
    store_images(folder, pixels(), None, None)
    write_json(make_report(graph, _folding()), folder / REPORT)
    write_rtl(synthesis / VERILOG)
    end_csynth(synthesis)
    return folder


def compile_small(work: Path) -> Path:
    """Compile the RTL into a folder, and return it."""
    build = make_build(work / "build")
    compile_rtl(
        find_rtl(build / SYNTHESIS),
        small_verilator(),
        work,
        file_s=600,
        memory_mb=8192,
        on_line=lambda _: None,
    )
    return work


def end_csynth(synthesis: Path) -> None:
    """Leave what a finished high-level synthesis leaves."""
    (synthesis / "reports").mkdir(exist_ok=True)
    (synthesis / "reports/csynth.xml").write_text("<profile/>\n")
    stage = stages_for(TOP)[0]
    remember(stage, stage_key(stage, VITIS, synthesis, ""), synthesis)
    assert json.loads((synthesis / "stages/csynth.json").read_text())["key"]


def _folding() -> Folding:
    fold = LayerFolding(reuse_factor=12, strategy="resource", multipliers=5, interval=22)
    return Folding(layers=MappingProxyType({"fc": fold}), interval=22, multipliers=5)
