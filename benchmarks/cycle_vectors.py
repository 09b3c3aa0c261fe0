"""Networks that exchange whole vectors (hls4ml's `io_parallel`), and the loops around them.

Nothing that this project emits is made so. By the resource strategy a layer is one reuse loop that
goes on with the next vector at once, so that vectors follow each other at the largest reuse factor;
a vector is on its way as long as the layers take one after the other. The wrapper of hls4ml's PYNQ
designs reads the numbers in one loop, calls the network and writes the results in another one, each
loop behind the one before: with it, interval and latency are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cycle_chain import run_chain, vector_stage, word_stage
from cycle_rows import Row, Rule

from fpgaflow.hardware.cycles_loops import Products, dense_loop, word_loop

SIZES = (16, 64, 32, 32, 5)
"""Of the jet tagger's layers."""

REUSE = (64, 64, 64, 32)
"""Of the first taggers' layers, as their `parameters.h` has them."""

QUANTIZED_REUSE = 64
"""Of each layer of the QKeras tagger, as its notebook `part7a_bitstream` sets them."""

QUANTIZED_NONZERO = (243, 438, 242, 40)
"""Weights other than zero of its layers, as `cpu_baseline/generated/model_data.h` has them."""

FLOAT_WRAPPER = 42
"""Clock cycles of a wrapper that turns 16 floats into fixed point and 5 back: 300 less 258 of the
first float tagger, by the same tool."""

QUANTIZED_NETWORK = 55
"""Clock cycles of the QKeras tagger without its wrapper, by its csynth report."""

Report = dict[str, Any]

_FOLDER = "hls4ml-pynq_dense_pynqz2_vivado2019.2/dma_test_pynq_"


def tagger_latency() -> int:
    """Return the cycles of the first taggers' layers; softmax, 9 cycles by csynth, is left out."""
    return sum(products.cycles for products in _layers())


def stream_latency() -> int:
    """Return when the tagger whose layers are joined by streams has its result."""
    stages = [
        stage
        for number, products in enumerate(_layers())
        for stage in (
            vector_stage(f"dense{number}", dense_loop(products, words=1), 1),
            word_stage(f"relu{number}", 1),
        )
    ]
    return run_chain(stages).over


def wrapper_cycles() -> int:
    """Return the cycles of the wrapper's two loops, each pipelined."""
    return sum(
        word_loop(words).cycles(turns=words, written=words, rows=0)
        for words in (SIZES[0], SIZES[-1])
    )


def _layers() -> list[Products]:
    return [
        Products(n_in=n_in, n_out=n_out, reuse=reuse, latency=False)
        for (n_in, n_out), reuse in zip(pairwise(SIZES), REUSE, strict=True)
    ]


def tagger_rows(modules: Sequence[Report]) -> list[Row]:
    """Return the first three taggers, without their wrappers and with them."""
    around, stream = wrapper_cycles(), stream_latency()
    parallel = _Tagger(rule="whole vectors", interval=max(REUSE), latency=tagger_latency())
    taggers = {
        "ap_fixed": parallel,
        "float": parallel,
        "stream": _Tagger(rule="as here", interval=None, latency=stream),
    }
    return [
        row
        for report in modules
        for name, tagger in taggers.items()
        if report["design"].startswith(_FOLDER + name)
        for row in tagger.rows(f"jet tagger, {name}", report, around)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tagger:
    """What the model says of a tagger; `interval` is None where it has a row elsewhere."""

    rule: Rule
    interval: int | None
    latency: int

    def rows(self, design: str, report: Report, around: int) -> list[Row]:
        if report["module"] == "myproject_axi":
            model = {"all, with its wrapper: interval": self.latency + around}
            return _rows(design, report, model, "whole vectors")
        if report["module"] != "myproject":
            return []
        model = {"all: latency": self.latency}
        if self.interval is not None:
            model = {"all: interval": self.interval, **model}
        return _rows(design, report, model, self.rule)


def _rows(design: str, report: Report, model: Mapping[str, int], rule: Rule) -> list[Row]:
    return [
        Row(
            design=design,
            what=what,
            tool="csynth",
            low=report[f"{what.split(': ')[1]}_min"],
            high=report[f"{what.split(': ')[1]}_max"],
            model=value,
            rule=rule,
        )
        for what, value in model.items()
    ]


def quantized_rows(point: Report) -> list[Row]:
    """Return the QKeras tagger: the least and the most that its reuse factor allows, and between.

    The tool made one pipelined function of all layers, with an interval of 15 where each layer asks
    for 64. The reuse factor is a limit to its multipliers there, not a number of turns.
    """
    layers = [
        Products(n_in=n_in, n_out=n_out, reuse=1, latency=True) for n_in, n_out in pairwise(SIZES)
    ]
    multipliers = [-(-one.n_in * one.n_out // QUANTIZED_REUSE) for one in layers]
    shared = [
        -(-nonzero // count) for nonzero, count in zip(QUANTIZED_NONZERO, multipliers, strict=True)
    ]
    models = (
        ("least: no turns at all", sum(one.cycles for one in layers), "published"),
        (
            "one turn for each nonzero product of a multiplier",
            sum(shared),
            "rule made in sight",
        ),
        ("most: 64 turns in each layer", QUANTIZED_REUSE * len(layers), "published"),
        ("the network's 55 cycles as reported", QUANTIZED_NETWORK, "network reported"),
    )
    return [
        Row(
            design="jet tagger, QKeras",
            what=f"all, with its wrapper: interval, {what}",
            tool="csynth",
            low=point["hls_interval"],
            high=point["hls_interval"],
            model=cycles + FLOAT_WRAPPER,
            rule="whole vectors",
            rests_on=rests_on,
        )
        for what, cycles, rests_on in models
    ]
