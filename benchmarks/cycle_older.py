"""Streams through older tools: Vivado HLS's loop over pixels, which Vitis HLS does not make.

hls4ml's convolution asks both tools for the same by the latency strategy: a loop over the pixels of
the padded map, pipelined with a pixel every reuse-factor cycles. Vivado HLS 2019.2 and 2020.1 do
that. Vitis HLS calls the function of a window anew at each pixel, and that is what this project
emits; nothing here is part of its model. What the rules are held against:

- SVHN of hls4ml's tutorial, Vivado HLS 2020.1, reuse 1;
- fourteen designs of a comparison of convolutions (github.com/Keb-L/hls4ml-data, figures in
  `measured/older_cycles.json`), Vivado HLS 2019.2, three kinds of code: windows kept in FIFOs, a
  line buffer, and that merged into hls4ml's. All were run in co-simulation with three images.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from cycle_chain import (
    Chain,
    Stage,
    padding_stage,
    run_chain,
    vector_stage,
    window_stage,
    word_stage,
)
from cycle_rows import Row

from fpgaflow.hardware.cycles_loops import Loop, Products, conv_loop, dense_loop, word_loop

CONV_END = 3
"""Clock cycles behind the last pixel: 1,024 pixels of SVHN take 1,027. The product's own figure."""

QUIET = 2
"""Of a pixel where no window ends, resource strategy: 400 take 800, 100 take 200 (csynth)."""

WINDOW = 4
"""More than the reuse factor where one ends: 29 for 25, 148 for 144 (csynth; 147 and 149 occur)."""

SIDE = 16
"""Pixels on an edge of the image of Keb-L's networks."""

_MEASURED = Path(__file__).parent / "measured" / "older_cycles.json"

Report = dict[str, Any]


def pixel_loop(reuse: int, *, latency: bool) -> Loop:
    """Return the loop of a convolution over pixels, as Vivado HLS makes it."""
    if latency:
        return Loop(quiet=reuse, writing=reuse, last=CONV_END)
    return Loop(quiet=QUIET, writing=reuse + WINDOW)


def vector_loop(products: Products, *, words: int) -> Loop:
    """Return the loop of a fully connected layer: a multiplier takes its turns by itself."""
    if not products.latency or products.reuse == 1:
        return dense_loop(products, words=words)
    return Loop(quiet=1, writing=1, last=products.reuse + 5)


@cache
def measured() -> Mapping[str, Any]:
    """Return what the public reports say."""
    return json.loads(_MEASURED.read_text(encoding="utf-8"))


def is_measured(design: str) -> bool:
    """Say whether a design of another collection is one of those that have rows here."""
    text = design.replace("streaming_comparison/", "").removeprefix("Keb-L").lstrip("_ ")
    return any(
        f"{one['variant']}/{one['name']}" in text
        or text.startswith(f"{one['variant']} {one['name'].removesuffix('_10k')} ")
        for one in measured()["designs"]
    )


def svhn() -> list[Stage]:
    """Return SVHN, every reuse factor 1; its softmax, 7 cycles by csynth, is left out."""
    stages: list[Stage] = []
    side = 32
    for number in (1, 2, 3):
        stages.append(window_stage(f"conv{number}", pixel_loop(1, latency=True), side, 3))
        side -= 2
        stages.append(word_stage(f"relu{number}", side * side))
        stages.append(window_stage(f"pool{number}", word_loop(side * side), side, 2, 2))
        side //= 2
    words = side * side
    for n_in, n_out in ((96, 42), (42, 64), (64, 10)):
        products = Products(n_in=n_in, n_out=n_out, reuse=1, latency=True)
        stages.append(vector_stage(f"dense{n_out}", vector_loop(products, words=words), words))
        if n_out > 10:
            stages += [word_stage(f"norm{n_out}", 1), word_stage(f"relu{n_out}", 1)]
        words = 1
    return stages


_SVHN_STAGES = {
    "conv1": "convolution 3×3, 32×32",
    "conv2": "convolution 3×3, 15×15",
    "conv3": "convolution 3×3, 6×6",
    "pool1": "pooling 2×2, 30×30",
    "pool2": "pooling 2×2, 13×13",
    "dense42": "fully connected 96→42, 4 words",
}


def svhn_rows(reports: Sequence[Report]) -> list[Row]:
    """Return the whole network beside each report of it, and stages beside the tutorial's."""
    if not reports:
        return []
    stages = svhn()
    chain = run_chain(stages)
    rows = [
        row
        for report in reports
        for row in _ends("SVHN", report, {"interval": chain.interval, "latency": chain.over})
    ]
    seen = measured()["svhn"]["stages"]
    rows += [
        _row("SVHN", _SVHN_STAGES[stage.name], "csynth", [seen[stage.name]], stage.cycles)
        for stage in stages
        if stage.name in _SVHN_STAGES
    ]
    return rows


def _ends(design: str, report: Report, model: Mapping[str, int]) -> list[Row]:
    return [
        _row(
            design, f"all: {what}", "csynth", (report[f"{what}_min"], report[f"{what}_max"]), value
        )
        for what, value in model.items()
    ]


def _row(
    design: str,
    what: str,
    tool: str,
    reported: Sequence[int],
    model: int,
    *,
    rests_on: str = "published",
) -> Row:
    return Row(
        design=design,
        what=what,
        tool=tool,
        low=min(reported),
        high=max(reported),
        model=model,
        rule="pixel loop",
        rests_on=rests_on,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Design:
    """One of Keb-L's designs.

    Attributes:
        name: generation of the code, and network.
        channels: of the first convolution.
        latency: whether the latency strategy is used.
        reuse: of the convolutions and the fully connected layer.
        report: its figures.
    """

    name: str
    channels: int
    latency: bool
    reuse: Mapping[str, int]
    report: Report

    @property
    def products(self) -> dict[str, Products]:
        c = self.channels
        sizes = {"conv1": (75, c), "conv2": (9 * c, 2 * c), "conv3": (18 * c, 2 * c)}
        return {
            name: Products(
                n_in=n_in, n_out=n_out, reuse=self.reuse.get(name, 1), latency=self.latency
            )
            for name, (n_in, n_out) in {**sizes, "dense": (32 * c, 8)}.items()
        }

    def stages(self, loops: Mapping[str, Loop]) -> list[Stage]:
        half, quarter = SIDE // 2, SIDE // 4
        return [
            padding_stage("padding1", SIDE, 2),
            window_stage("conv1", loops["conv1"], SIDE + 4, 5),
            word_stage("relu1", SIDE**2),
            window_stage("pool1", word_loop(SIDE**2), SIDE, 2, 2),
            padding_stage("padding2", half, 1),
            window_stage("conv2", loops["conv2"], half + 2, 3),
            word_stage("relu2", half**2),
            padding_stage("padding3", half, 1),
            window_stage("conv3", loops["conv3"], half + 2, 3),
            word_stage("relu3", half**2),
            window_stage("pool2", word_loop(half**2), half, 2, 2),
            vector_stage(
                "dense", vector_loop(self.products["dense"], words=quarter**2), quarter**2
            ),
        ]

    def older(self) -> list[Stage]:
        """Return the stages by this module's rules."""
        return self.stages(
            {
                name: pixel_loop(products.reuse, latency=self.latency)
                for name, products in self.products.items()
            }
        )

    def ours(self) -> list[Stage]:
        """Return them with the convolutions as this project's model has them."""
        channels = {"conv1": 3, "conv2": self.channels, "conv3": 2 * self.channels, "dense": 1}
        return self.stages(
            {
                name: conv_loop(products, channels=channels[name], pointwise=False)
                for name, products in self.products.items()
            }
        )


_CONFIG = {"conv1": "config2", "conv2": "config7", "conv3": "config11", "dense": "config16"}
_WHAT = {
    "conv1": "convolution 5×5, 20×20",
    "conv2": "convolution 3×3, c→2c, 10×10",
    "conv3": "convolution 3×3, 2c→2c, 10×10",
    "dense": "fully connected to 8, 16 words",
}


def _design(report: Report) -> _Design:
    """Return a design with the reuse factors that its multipliers tell: products for each DSP."""
    network = report["name"].split("_")[0]
    bare = _Design(
        name=f"{report['variant']}/{report['name']}",
        channels=int(network.removeprefix("model")),
        latency=report["name"].endswith("latency"),
        reuse={},
        report=report,
    )
    multipliers = {stage["stage"]: stage.get("dsp", 0) for stage in report["stages"]}
    reuse = {
        name: round(products.n_in * products.n_out / multipliers[_CONFIG[name]])
        for name, products in bare.products.items()
    }
    return replace(bare, reuse=reuse)


_RESTS_ON = "reuse from DSPs"


def keb_l_rows() -> list[Row]:
    """Return what csynth and co-simulation said of the fourteen designs, beside the model."""
    rows: list[Row] = []
    for design in map(_design, measured()["designs"]):
        stages = design.older()
        rows += _whole(design, run_chain(stages))
        if not design.latency:
            rows += _by_our_constants(design)
        rows += _stages(design, stages)
    return rows


def _whole(design: _Design, chain: Chain) -> list[Row]:
    csynth, seen = design.report["csynth"], design.report["cosimulation"]
    return [
        _design_row(design, "all: interval", "csynth", csynth["interval"], chain.interval),
        _design_row(design, "all: latency", "csynth", csynth["latency"], chain.over),
        _design_row(design, "all: interval", "co-simulation", _apart(design.report), chain.apart),
        _design_row(design, "all: first output", "co-simulation", seen["latency"][:1], chain.first),
    ]


def _by_our_constants(design: _Design) -> list[Row]:
    """Return what the product's own model says, whose constants are of none of these designs."""
    chain = run_chain(design.ours())
    first = design.report["cosimulation"]["latency"][:1]
    rows = [
        _design_row(
            design, f"all: {what}, by this project's constants", "co-simulation", seen, model
        )
        for what, seen, model in (
            ("interval", _apart(design.report), chain.apart),
            ("first output", first, chain.first),
        )
    ]
    return [replace(row, rule="as here") for row in rows]


def _apart(report: Report) -> tuple[int, int]:
    """Return the clock cycles between the three images' results.

    Co-simulation tells the least, the mean and the most of three latencies and of two intervals
    between starts. The second image's latency is the most and the second interval is; taken the
    other way round, the results would not be equally far apart.
    """
    least, mean, most = report["cosimulation"]["latency"]
    first, _, second = report["cosimulation"]["interval"]
    last = 3 * mean - least - most
    return first + most - least, second + last - most


def _stages(design: _Design, stages: Iterable[Stage]) -> list[Row]:
    seen = {stage["stage"]: stage["cycles"] for stage in design.report["stages"]}
    rows: list[Row] = []
    for stage in stages:
        if stage.name not in _CONFIG:
            continue
        strategy = "latency" if design.latency else "resource"
        what = f"{_WHAT[stage.name]}, reuse {design.reuse[stage.name]}, {strategy}"
        least, most = seen[_CONFIG[stage.name]]
        if design.latency or stage.name == "dense":
            rows.append(_stage_row(design, what, (least, most), stage.cycles))
            continue
        every = stage.loop.cycles(turns=len(stage.reads), written=len(stage.reads), rows=0)
        none = stage.loop.cycles(turns=len(stage.reads), written=0, rows=0)
        what = f"{what}: a window at every pixel"
        rows.append(_stage_row(design, what, (most,), every))
        what = what.replace("a window at every pixel", "no window")
        rows.append(_stage_row(design, what, (least,), none))
    return rows


def _design_row(design: _Design, what: str, tool: str, reported: Sequence[int], model: int) -> Row:
    return _row(f"Keb-L {design.name}", what, tool, reported, model, rests_on=_RESTS_ON)


def _stage_row(design: _Design, what: str, reported: Sequence[int], model: int) -> Row:
    """Return a stage's row under its kind of code: networks of all widths have the same loops."""
    row = _design_row(design, what, "csynth", reported, model)
    return replace(row, design=f"Keb-L {design.report['variant']}")
