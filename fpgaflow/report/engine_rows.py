"""A network on the engine as rows of text, for the page and the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpgaflow.report.engine_timeline import layer_name
from fpgaflow.report.numbers import NOT_KNOWN, format_bytes, format_count
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_engine import (
    EngineDesign,
    EngineRtlRun,
    EngineSimulation,
    EngineSynthesized,
    StyleChoice,
    StyleOption,
)
from fpgaflow.report.schema_parts import Source

NOT_SYNTHESIZED = "not synthesized"
LAYER_COLUMNS = (
    "layer",
    "operation",
    "cycles",
    "steps",
    "wait",
    "moves",
    "turns",
    "MACs",
    "at work",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLoss:
    """Where a part of an image's cycles goes.

    Attributes:
        what: in words.
        cycles: of an image.
        share: of all its cycles, in words.
        percent: the same.
        lost: whether it serves nothing of the network.
    """

    what: str
    cycles: str
    share: str
    percent: float
    lost: bool


def layer_rows(engine: EngineDesign, most: int | None = None) -> list[tuple[str, ...]]:
    """Return a line for each layer, as `LAYER_COLUMNS` names its cells.

    Args:
        engine: with its layers.
        most: only so many, those that take the most cycles, in their order.
    """
    longest = sorted(engine.layers, key=lambda layer: -layer.total_cycles)[:most]
    return [
        (
            layer_name(layer),
            layer.operation,
            f"{layer.total_cycles:,}",
            _some(layer.cycles.steps),
            _some(layer.cycles.wait_program),
            _some(layer.cycles.load + layer.cycles.store),
            _some(layer.cycles.decode + layer.cycles.drain),
            format_count(layer.macs) if layer.macs else "",
            f"{100 * layer.at_work:.0f} %" if layer.macs else "",
        )
        for layer in engine.layers
        if layer in longest
    ]


def loss_rows(engine: EngineDesign) -> list[ShownLoss]:
    """Return where the cycles go, what serves the network first."""
    return [
        ShownLoss(
            what=loss.what,
            cycles=f"{loss.cycles:,.0f}" if loss.cycles >= 1 else f"{loss.cycles:.1f}",
            share=f"{loss.percent:.1f} %",
            percent=loss.percent,
            lost=loss.cause != "network",
        )
        for loss in engine.losses
    ]


def style_rows(report: Report) -> list[tuple[str, str]]:
    """Return titles and texts on the style; none for a report that does not say."""
    choice = report.choice
    if choice is None:
        return []
    others = [one for one in choice.options if one.style != choice.chosen]
    return [("style", _chosen(choice)), *((f"{one.style} style", _option(one)) for one in others)]


def engine_rows(engine: EngineDesign) -> list[tuple[str, str]]:
    """Return titles and texts on the engine and its program."""
    sizes, program, moved = engine.sizes, engine.program, engine.traffic
    kept = "stays on the chip for a run" if program.resident else "is read again for each image"
    return [
        (
            "engine",
            f"{sizes.lanes_k} x {sizes.lanes_o} x {sizes.lanes_p} lanes: "
            f"{sizes.macs_per_cycle} MACs a cycle",
        ),
        (
            "program",
            f"{program.instructions} instructions, {format_bytes(program.bytes)}; {kept}",
        ),
        (
            "off chip an image",
            f"program {format_bytes(moved.program_read)}, "
            f"weights {format_bytes(moved.weight_read)}, "
            f"input {format_bytes(moved.input_read)}, "
            f"feature maps {format_bytes(moved.feature_map_read + moved.feature_map_write)}, "
            f"output {format_bytes(moved.output_write)}",
        ),
    ]


def fit_source(engine: EngineDesign | None, source: Source) -> str:
    """Return where a resource's number comes from: an engine's are not measured on a board."""
    return "synthesized" if engine is not None and source == "measured" else source


def fit_notes(engine: EngineDesign) -> list[str]:
    """Return what has to be known of the resources' figures, a sentence each without full stop."""
    found = engine.synthesized
    if found is None:
        return [
            "this configuration of the engine was not synthesized: DSP and block RAM are modelled, "
            "LUT and FF not known"
        ]
    return [
        f"synthesized by {found.tool}, no place-and-route, no Fmax; sources "
        f"{found.sources_sha256[:12]}",
        _error(found),
    ]


def simulation_rows(found: EngineSimulation | None) -> list[tuple[str, str]]:
    """Return titles and texts on the functional engine's run."""
    if found is None:
        return [("engine's model", "not run")]
    return [
        (
            "engine's model",
            f"{_images(found.images)}, {found.layers_compared} values each: "
            f"{_verdict(found.mismatches)} ({found.source})",
        ),
        ("model's time", f"{found.seconds_per_image:.3g} s an image (measured)"),
    ]


def rtl_rows(runs: Sequence[EngineRtlRun]) -> list[tuple[str, str]]:
    """Return titles and texts on simulations of the RTL."""
    return [
        (
            "RTL" if run.stalls is None else f"RTL, stalls {run.stalls}",
            f"{_images(run.images)}: {_verdict(run.mismatches)}; {_counters(run)} as predicted; "
            f"{run.cycles_per_image:,.0f} cycles an image, the run's start among them "
            f"({run.source}, {run.simulator})",
        )
        for run in runs
    ]


def _chosen(choice: StyleChoice) -> str:
    if choice.asked != "auto":
        return f"{choice.chosen}, as asked"
    return f"{choice.chosen}: the faster one that fits"


def _option(option: StyleOption) -> str:
    if option.images_per_second is None:
        return f"none: {option.why_not}"
    rate = f"{format_count(option.images_per_second)} images/s ({option.source})"
    return rate if option.fits else f"does not fit; {rate}"


def _error(found: EngineSynthesized) -> str:
    return (
        f"Yosys counts {_range(found.lut_percent_under)} % fewer LUT and "
        f"{_range(found.ff_percent_under)} % fewer FF than Vivado, by {found.seen_on}"
    )


def _range(ends: Sequence[int]) -> str:
    return " to ".join(map(str, ends))


def _verdict(mismatches: int) -> str:
    return "every integer equal" if not mismatches else f"{mismatches} differ"


def _counters(run: EngineRtlRun) -> str:
    if run.stalls is not None:
        return "all counters but those of cycles"
    return f"{run.counters_equal} of {len(run.counters)} counters"


def _images(count: int) -> str:
    return f"{count} image" + ("" if count == 1 else "s")


def _some(count: int) -> str:
    return f"{count:,}" if count else NOT_KNOWN
