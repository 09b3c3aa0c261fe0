"""The designs whose reports the cycle model is held against, and what the model says of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
import numpy as np
from cycle_chain import Stage, run_chain, vector_stage, window_stage, word_stage
from cycle_older import is_measured, keb_l_rows, svhn_rows
from cycle_rows import Row
from cycle_vectors import quantized_rows, tagger_rows

from fpgaflow.hardware.cycles_latency import STEPS_HELD, model_latency
from fpgaflow.hardware.cycles_loops import (
    Loop,
    Products,
    conv_loop,
    dense_loop,
    pool_loop,
    word_loop,
)
from fpgaflow.hardware.dataflow import Dataflow
from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.dataflow_run import simulate
from fpgaflow.hardware.folding import Folding, LayerFolding
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import UINT8, FixedType
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.types import Parameter

LENET = "lenet5_zcu102_vitis2023.2"
MNIST = "spehic_mnist_cnn_pynqz2_vivado2020.1"
JET = "hls4ml-pynq_dense_pynqz2_vivado2019.2/dma_test_pynq_stream"
SVHN = "tutorial_svhn_cnn/"
QKERAS = "jet QKeras6b"
NUMBER = FixedType(width=8, integer=4)

_TAGGERS = "hls4ml-pynq_dense_pynqz2_vivado2019.2"
_WHOLE = {"myproject": "", "myproject_axi": ", with its wrapper"}

Report = dict[str, Any]


def read_rows(reports: Path) -> list[Row]:
    """Return every figure of cycles in the reports.

    Args:
        reports: folder of `calibration_points.json`, `modules.json` and `networks.json`.
    """
    modules = _read(reports, "modules.json")
    networks = _read(reports, "networks.json")
    points = _read(reports, "calibration_points.json")
    return [
        *_pipeline(networks[LENET]),
        *_stages(modules),
        *_mnist_rows(modules),
        *tagger_rows(modules),
        *svhn_rows([one for one in modules if one["design"].startswith(SVHN)]),
        *keb_l_rows(),
        *(row for one in points if one["id"].startswith(QKERAS) for row in quantized_rows(one)),
        *_unknown(modules, points),
    ]


def _read(reports: Path, name: str) -> Any:
    try:
        return json.loads((reports / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{reports / name} cannot be read: {error}") from error


def _pipeline(lenet: Report) -> list[Row]:
    """Return the whole LeNet-5: what co-simulation measured, and what csynth expected."""
    dataflow = lenet5()
    latency = model_latency(dataflow)
    seen, expected = lenet["cosimulation"], lenet["csynth"]
    three = simulate(_likely(dataflow), frames=3, rewinds=True).finished[-1]
    alone = seen["three_frames_cycles"] - 2 * seen["interval_cycles"]
    found = [
        ("interval", "co-simulation", seen["interval_cycles"], dataflow.interval),
        ("first output", "co-simulation", seen["first_output_cycles"], latency.in_a_row),
        ("last image, none behind", "co-simulation", alone, latency.alone),
        ("three images", "co-simulation", seen["three_frames_cycles"], three),
        ("interval", "csynth", expected["interval"], dataflow.interval),
        ("latency", "csynth", expected["latency"], latency.alone),
    ]
    return [
        Row(design="LeNet-5", what=f"all: {what}", tool=tool, low=value, high=value, model=model)
        for what, tool, value, model in found
    ]


def _likely(dataflow: Dataflow) -> Dataflow:
    """Return the pipeline with as many words held back as is likely, not as is prudent."""
    return replace(
        dataflow,
        processes=tuple(replace(one, held=min(one.held, STEPS_HELD)) for one in dataflow.processes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    design: str
    module: str
    what: str
    loop: Loop
    turns: int
    written: int | None = None

    def model(self) -> int:
        """Return the model's cycles."""
        written = self.turns if self.written is None else self.written
        return self.loop.cycles(turns=self.turns, written=written, rows=0)


def _products(n_in: int, n_out: int, reuse: int, *, latency: bool = False) -> Products:
    return Products(n_in=n_in, n_out=n_out, reuse=reuse, latency=latency)


def _conv(n_in: int, n_out: int, channels: int, reuse: int = 1) -> Loop:
    products = _products(n_in, n_out, reuse, latency=reuse == 1)
    return conv_loop(products, channels=channels, pointwise=False)


def _dense(n_in: int, n_out: int, words: int, reuse: int = 1) -> Loop:
    return dense_loop(_products(n_in, n_out, reuse, latency=reuse == 1), words=words)


_STAGES = (
    _Stage(
        design=LENET,
        module="conv_2d_cl*config2",
        what="convolution 5×5, 1→6, 28×28",
        loop=_conv(25, 6, 1),
        turns=784,
    ),
    _Stage(
        design=LENET,
        module="conv_2d_cl*config6",
        what="convolution 5×5, 6→16, 12×12",
        loop=_conv(150, 16, 6),
        turns=144,
    ),
    _Stage(
        design=LENET,
        module="hard_tanh*config4",
        what="activation, 576 words",
        loop=word_loop(576),
        turns=576,
    ),
    _Stage(
        design=LENET,
        module="hard_tanh*config8",
        what="activation, 64 words",
        loop=word_loop(64),
        turns=64,
    ),
    _Stage(
        design=LENET,
        module="hard_tanh*config14",
        what="activation, 1 word",
        loop=word_loop(1),
        turns=1,
    ),
    _Stage(
        design=LENET,
        module="normalize*config13",
        what="scale and shift, 1 word",
        loop=word_loop(1),
        turns=1,
    ),
    _Stage(
        design=LENET,
        module="normalize*config17",
        what="scale and shift, 1 word",
        loop=word_loop(1),
        turns=1,
    ),
    _Stage(
        design=LENET,
        module="pooling2d*config5",
        what="pooling 2×2, 24×24",
        loop=pool_loop(),
        turns=576,
    ),
    _Stage(
        design=LENET,
        module="pooling2d*config9",
        what="pooling 2×2, 8×8",
        loop=pool_loop(),
        turns=64,
    ),
    _Stage(
        design=LENET,
        module="dense_array*config11",
        what="fully connected 256→16, 16 words",
        loop=_dense(256, 16, 16),
        turns=16,
        written=1,
    ),
    _Stage(
        design=LENET,
        module="dense_array*config15",
        what="fully connected 16→16",
        loop=_dense(16, 16, 1),
        turns=1,
    ),
    _Stage(
        design=LENET,
        module="dense_array*config19",
        what="fully connected 16→10",
        loop=_dense(16, 10, 1),
        turns=1,
    ),
    _Stage(
        design=MNIST,
        module="conv_2d_cl*config2",
        what="convolution 3×3, 1→32, 28×28, reuse 72",
        loop=_conv(9, 32, 1, 72),
        turns=784,
        written=676,
    ),
    _Stage(
        design=MNIST,
        module="conv_2d_cl*config5",
        what="convolution 3×3, 32→32, 13×13, reuse 72",
        loop=_conv(288, 32, 32, 72),
        turns=169,
        written=121,
    ),
    _Stage(
        design=MNIST,
        module="relu*config3",
        what="activation, 676 words",
        loop=word_loop(676),
        turns=676,
    ),
    _Stage(
        design=MNIST,
        module="relu*config6",
        what="activation, 121 words",
        loop=word_loop(121),
        turns=121,
    ),
    _Stage(
        design=MNIST,
        module="pooling2d*config4",
        what="pooling 2×2, 26×26",
        loop=pool_loop(),
        turns=676,
    ),
    _Stage(
        design=MNIST,
        module="pooling2d*config7",
        what="pooling 2×2, 11×11",
        loop=pool_loop(),
        turns=121,
    ),
    _Stage(
        design=MNIST,
        module="dense_array*config9",
        what="fully connected 800→32, 25 words, reuse 50",
        loop=_dense(800, 32, 25, 50),
        turns=25,
        written=1,
    ),
    _Stage(
        design=MNIST,
        module="dense_array*config11",
        what="fully connected 32→10, reuse 64",
        loop=_dense(32, 10, 1, 64),
        turns=1,
    ),
    _Stage(
        design=JET,
        module="myproject",
        what="interval: fully connected 16→64, reuse 64",
        loop=_dense(16, 64, 1, 64),
        turns=1,
    ),
)

_NAMES = {LENET: "LeNet-5", MNIST: "MNIST network", JET: "jet tagger, stream"}


def _stages(modules: Sequence[Report]) -> list[Row]:
    rows: list[Row] = []
    for stage in _STAGES:
        start, _, end = stage.module.partition("*")
        for report in modules:
            name = report["module"]
            if not report["design"].startswith(stage.design) or not name.startswith(start):
                continue
            if name != start and not (end and f"{end}_s" in name):
                continue
            rows.append(_stage_row(stage, report))
            if stage.written not in (None, 1):
                rows += _ends(stage, report)
    return rows


def _stage_row(stage: _Stage, report: Report) -> Row:
    return Row(
        design=_NAMES[stage.design],
        what=stage.what,
        tool="csynth",
        low=report["interval_min"],
        high=report["interval_max"],
        model=stage.model(),
    )


def _ends(stage: _Stage, report: Report) -> list[Row]:
    """Return csynth's two ends: a window at every pixel, and none."""
    return [
        Row(
            design=_NAMES[stage.design],
            what=f"{stage.what}: {text}",
            tool="csynth",
            low=report[key],
            high=report[key],
            model=stage.loop.cycles(turns=stage.turns, written=written, rows=0),
        )
        for text, key, written in (
            ("a window at every pixel", "interval_max", stage.turns),
            ("no window", "interval_min", 0),
        )
    ]


def mnist(*, every_pixel: bool = False) -> list[Stage]:
    """Return the MNIST network; its softmax, 38 cycles by csynth, is left out.

    Args:
        every_pixel: whether a window is taken to end at every pixel, as csynth's latency has it.
    """
    first, second = _conv(9, 32, 1, 72), _conv(288, 32, 32, 72)
    if every_pixel:
        first, second = replace(first, quiet=first.writing), replace(second, quiet=second.writing)
    return [
        window_stage("conv1", first, 28, 3),
        word_stage("relu1", 676),
        window_stage("pool1", pool_loop(), 26, 2, 2),
        window_stage("conv2", second, 13, 3),
        word_stage("relu2", 121),
        window_stage("pool2", pool_loop(), 11, 2, 2),
        vector_stage("dense1", _dense(800, 32, 25, 50), 25),
        word_stage("relu3", 1),
        vector_stage("dense2", _dense(32, 10, 1, 64), 1),
    ]


def _mnist_rows(modules: Sequence[Report]) -> list[Row]:
    """Return the whole MNIST network, its wrapper's loops being faster than its first stage."""
    wholes = [
        report
        for report in modules
        if report["design"].startswith(MNIST) and report["module"] in _WHOLE
    ]
    if not wholes:
        return []
    chain, every = run_chain(mnist()), run_chain(mnist(every_pixel=True)).over
    return [
        Row(
            design=_NAMES[MNIST],
            what=f"all{_WHOLE[report['module']]}: {what}",
            tool="csynth",
            low=report[f"{key}_min"],
            high=report[f"{key}_max"],
            model=model,
        )
        for report in wholes
        for what, key, model in (
            ("interval", "interval", chain.interval),
            ("latency", "latency", chain.over),
            ("latency, a window at every pixel", "latency", every),
        )
    ]


def _unknown(modules: Sequence[Report], points: Sequence[Report]) -> list[Row]:
    """Return pipelines of which something is missing: reported, not modelled."""
    known = (*_NAMES, SVHN, _TAGGERS)
    found = [
        (report["design"], report["interval_min"], report["interval_max"])
        for report in modules
        if report["module"] == "myproject"
        and "interval_min" in report
        and not report["design"].startswith(known)
    ]
    found += [
        (point["id"], value, value)
        for point in points
        if (value := point.get("hls", {}).get("ii", point.get("hls_interval"))) is not None
        and not point["id"].startswith(("LeNet5", "SVHN", QKERAS))
    ]
    return [
        Row(design=name, what="all: interval", tool="csynth", low=low, high=high, model=None)
        for name, low, high in found
        if not is_measured(name)
    ]


class _Graph:
    """Collects the layers of LeNet-5; what the weights are does not matter."""

    def __init__(self) -> None:
        self.nodes: list[n.Node] = [n.Input(name="image", shape=(28, 28, 1), element=UINT8)]
        self.parameters: dict[str, Parameter] = {}

    def add(self, node: n.Node) -> str:
        self.nodes.append(node)
        return node.name

    def zeros(self, name: str, *shape: int) -> str:
        self.parameters[name] = Parameter(values=np.zeros(shape), element=NUMBER)
        return name

    def hard_tanh(self, value: str) -> str:
        name = f"{value}_tanh"
        return self.add(n.Clamp(name=name, inputs=(value,), low=0, high=1, element=NUMBER))

    def conv_and_pool(self, name: str, value: str, channels: tuple[int, int]) -> str:
        weight = self.zeros(f"{name}_weight", 5, 5, *channels)
        conv = n.Conv(name=name, inputs=(value,), weight=weight, element=NUMBER, accumulator=NUMBER)
        size = Size(2, 2)
        value = self.hard_tanh(self.add(conv))
        pool = n.MaxPool(
            name=f"{name}_pool", inputs=(value,), kernel=size, stride=size, element=NUMBER
        )
        return self.add(pool)

    def dense(self, name: str, value: str, sizes: tuple[int, int]) -> str:
        weight = self.zeros(f"{name}_weight", *sizes)
        return self.add(
            n.Linear(name=name, inputs=(value,), weight=weight, element=NUMBER, accumulator=NUMBER)
        )

    def normalized(self, name: str, value: str, sizes: tuple[int, int]) -> str:
        value = self.dense(name, value, sizes)
        affine = n.Affine(
            name=f"{name}_norm",
            inputs=(value,),
            scale=self.zeros(f"{name}_scale", sizes[1]),
            shift=self.zeros(f"{name}_shift", sizes[1]),
            element=NUMBER,
        )
        return self.hard_tanh(self.add(affine))


def lenet5() -> Dataflow:
    """Return LeNet-5 as hls4ml built it; its softmax, 10 cycles by csynth, is left out."""
    g = _Graph()
    value = g.conv_and_pool("conv1", "image", (1, 6))
    value = g.conv_and_pool("conv2", value, (6, 16))
    value = g.add(n.Reshape(name="flat", inputs=(value,), shape=(256,), element=NUMBER))
    value = g.normalized("fc1", value, (256, 16))
    value = g.normalized("fc2", value, (16, 16))
    value = g.dense("fc3", value, (16, 10))
    graph = Graph(name="lenet5", nodes=tuple(g.nodes), parameters=g.parameters, outputs=(value,))
    dataflow = make_dataflow(graph, _unrolled(graph))
    # hls4ml's own pooling is one flat loop, where ours has one for each row.
    return replace(
        dataflow,
        processes=tuple(
            replace(one, rewinds=one.rewinds or one.name.endswith("_pool"))
            for one in dataflow.processes
        ),
    )


def _unrolled(graph: Graph) -> Folding:
    once = LayerFolding(reuse_factor=1, strategy="latency", multipliers=0, interval=0)
    layers: Mapping[str, LayerFolding] = {
        node.name: once for node in graph.nodes if isinstance(node, (n.Conv, n.Linear))
    }
    return Folding(layers=MappingProxyType(layers), interval=0, multipliers=0)
