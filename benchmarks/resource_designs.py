"""Measured designs, as the structures that the resource model knows.

`measured/designs.json` is a list of designs; the figures were read from public reports, the
structures are those that hls4ml makes of the networks' layers. Each design has

    design, network, source, part, tool    texts; designs of one network are held out together
    vivado                                 {lut, ff, bram18, dsp} of the network after Vivado
    stage_list                             its structures, see `_BUILDERS`
    measured_stages                        {stage: {lut, ff, bram18, dsp}} where Vivado tells
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from fpgaflow.hardware.blocks import count_dsp
from fpgaflow.hardware.board import BoardFamily
from fpgaflow.hardware.resource_coefficients import Coefficients
from fpgaflow.hardware.resource_structures import (
    Cost,
    Multiply,
    constant_multiply,
    fifo,
    folded_multiply,
    line_buffer,
    padding,
    requantize,
    sliding_pool,
)

DESIGNS = Path(__file__).parent / "measured" / "designs.json"
SEVEN_SERIES = "xc7"
TRAINED_BITS = 9
"""Bits that weights of a wide format really use: 8.8 in the block RAM of the measured designs."""

Stage = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One design and what Vivado said of it.

    Attributes:
        name: of the design.
        network: what is held out together.
        source: where the reports are.
        part: the device.
        tool: what measured it.
        streamed: whether layers hand on pixels (io_stream), as this project's do.
        measured: look-up tables, flip-flops, BRAM18 and DSP slices of the whole network.
        stages: its structures.
        measured_stages: the same figures for single stages, by name.
    """

    name: str
    network: str
    source: str
    part: str
    tool: str
    streamed: bool
    measured: Mapping[str, float]
    stages: tuple[Stage, ...]
    measured_stages: Mapping[str, Mapping[str, float]]

    @property
    def author(self) -> str:
        """Who made it: the first word of its name."""
        return self.name.split()[0]

    @property
    def family(self) -> BoardFamily:
        """Of the device, as far as DSP slices go."""
        return "zynq-7000" if self.part.startswith(SEVEN_SERIES) else "zynqmp"

    def cost(self, coefficients: Coefficients) -> Cost:
        """Return what the model says of the whole design."""
        total = Cost()
        for stage in self.stages:
            total += stage_cost(stage, coefficients, self.family)
        return total


def read_designs(path: Path = DESIGNS) -> tuple[Design, ...]:
    """Read a list of designs.

    Raises:
        click.UsageError: the file is not there or no such list.
    """
    try:
        found = json.loads(path.read_bytes())
        return tuple(
            Design(
                name=one["design"],
                network=one["network"],
                source=one["source"],
                part=one["part"],
                tool=one["tool"],
                streamed=one["io"] == "io_stream",
                measured=one["vivado"],
                stages=tuple(one["stage_list"]),
                measured_stages=one["measured_stages"],
            )
            for one in found
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.UsageError(f"{path} is no list of measured designs: {error!r}") from error


def stage_cost(stage: Stage, c: Coefficients, family: BoardFamily) -> Cost:
    """Return what the model says of one stage."""
    return _BUILDERS[stage["kind"]](stage, c, family)


def _multiply(stage: Stage, c: Coefficients, family: BoardFamily) -> Cost:
    shape = Multiply(
        operand_bits=stage["inputs"] * stage["value_bits"],
        inputs=stage["inputs"],
        outputs=stage["outputs"],
        value_bits=stage["value_bits"],
        weight_bits=stage["weight_bits"],
        accumulator_bits=stage["accumulator_bits"],
        words=stage["packets"],
        # The accumulators of all these designs drop bits of the products.
        exact=False,
    )
    pixel = stage.get("channels", 0) * stage["value_bits"]
    rows = line_buffer(stage.get("rows", 0), stage.get("columns", 1), pixel)
    if stage["strategy"] == "resource":
        return rows + folded_multiply(shape, stage["reuse_factor"], family, c)
    nonzeros = stage["nonzeros"]
    # The expected nonzero digits of a number of n bits in canonical signed-digit form: (n + 1) / 3.
    digits = nonzeros * (min(stage["weight_bits"], TRAINED_BITS) + 1) / 3
    return rows + constant_multiply(shape, digits=digits, multipliers=nonzeros, family=family, c=c)


def _fifo(stage: Stage, _: Coefficients, __: BoardFamily) -> Cost:
    return fifo(stage["depth"], stage["width_bits"]) * stage["count"]


def _pool(stage: Stage, _: Coefficients, __: BoardFamily) -> Cost:
    bits = stage["channels"] * stage["value_bits"]
    return sliding_pool(stage["kernel"], stage["rows"], stage["columns"], bits)


def _pad(stage: Stage, _: Coefficients, __: BoardFamily) -> Cost:
    return padding(stage["width_bits"])


def _requantize(stage: Stage, _: Coefficients, __: BoardFamily) -> Cost:
    return requantize(stage["channels"], stage["from_bits"], stage["to_bits"])


def _scale(stage: Stage, _: Coefficients, family: BoardFamily) -> Cost:
    dsp = stage["multipliers"] * count_dsp(stage["first_bits"], stage["second_bits"], family)
    return Cost(lut=50, dsp_low=dsp, dsp=dsp, dsp_high=dsp)


def _given(stage: Stage, _: Coefficients, __: BoardFamily) -> Cost:
    """Return what the model has no structure for, softmax alone, as it was measured."""
    dsp, blocks = stage["dsp"], stage["bram18"]
    return Cost(
        lut=stage["lut"],
        ff=stage["ff"],
        dsp_low=dsp,
        dsp=dsp,
        dsp_high=dsp,
        bram18_low=blocks,
        bram18=blocks,
        bram18_high=blocks,
    )


_BUILDERS: Mapping[str, Callable[[Stage, Coefficients, BoardFamily], Cost]] = {
    "multiply": _multiply,
    "fifo": _fifo,
    "pool": _pool,
    "pad": _pad,
    "requantize": _requantize,
    "scale": _scale,
    "given": _given,
}
