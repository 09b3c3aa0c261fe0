"""The tables of the engine's benchmark, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from engine_rows import Resources, Row, RtlRow

from fpgaflow.hardware.board import Board

# MLPerf Tiny results (mlcommons.org) and Tensil's documentation; what is not alike stands in the
# last column.
PEERS = (
    (
        "fpgaConvNet, ResNet-8",
        "ZedBoard, 143 MHz",
        2431,
        "211 DSP; 58,800 cycles; MLPerf Tiny v1.1",
    ),
    ("FINN, CNV of 1 bit", "PYNQ-Z2", 661, "no residual network; MLPerf Tiny v0.7"),
    ("hls4ml, MLPerf Tiny IC", "PYNQ-Z2, 100 MHz", 130.8, "no residual network; v1.0"),
    ("Tensil, ResNet-20", "PYNQ-Z1", 71, "its latency model; array of 12 x 12"),
)


def tables(
    rows: Sequence[Row], runs: Sequence[RtlRow], resources: Resources | None, board: Board
) -> str:
    """Return all tables."""
    parts = [_networks(rows), _peers(), _savings(rows), _losses(rows)]
    if runs:
        parts.append(_runs(runs))
    parts.append(_resources(resources, board))
    return "\n\n".join(part for part in parts if part)


def _networks(rows: Sequence[Row]) -> str:
    lines = [
        "| network | MACs | cycles an image | images/s at 100 MHz | MACs per DSP and cycle | "
        "off chip, bytes an image | program, bytes | compiled in, s | planned in, s |",
        "|---|" + "---:|" * 8,
    ]
    lines += [
        f"| {one.network}{' (seeded)' if one.seeded else ''} | {one.macs:,} | {one.cycles:,} | "
        f"{one.images_per_second_at_100_mhz:,.0f} | {one.macs_per_dsp_per_cycle:.2f} | "
        f"{one.off_chip_bytes:,} | {one.program_bytes:,} | {one.compile_seconds:.2f} | "
        f"{one.plan_seconds:.2f} |"
        for one in rows
    ]
    return "\n".join(lines)


def _peers() -> str:
    lines = [
        "Published, on the same die:",
        "",
        "| design | board | images/s | |",
        "|---|---|---:|---|",
    ]
    lines += [f"| {what} | {where} | {rate:,} | {notes} |" for what, where, rate, notes in PEERS]
    return "\n".join(lines)


def _savings(rows: Sequence[Row]) -> str:
    """Compare networks with the first one of their architecture."""
    first: dict[str, Row] = {}
    lines: list[str] = []
    for one in rows:
        base = first.setdefault(one.architecture, one)
        if base is one:
            continue
        macs, cycles = base.macs / one.macs, base.cycles / one.cycles
        lines.append(
            f"| {one.network} | {macs:.2f} | {cycles:.2f} | {cycles / macs:.2f} | "
            f"{base.off_chip_bytes / one.off_chip_bytes:.2f} |"
        )
    if not lines:
        return ""
    return "\n".join(
        [
            "| compressed | times fewer MACs | times as fast | of that | times fewer bytes |",
            "|---|---:|---:|---:|---:|",
            *lines,
        ]
    )


def _losses(rows: Sequence[Row]) -> str:
    kinds = list(dict.fromkeys(loss.what for one in rows for loss in one.losses))
    names = [one.network.partition(",")[0] + ("" if one.seeded else "*") for one in rows]
    lines = [f"| where the cycles go, % | {' | '.join(names)} |", "|---|" + "---:|" * len(rows)]
    for kind in kinds:
        found = [{loss.what: loss for loss in one.losses}.get(kind) for one in rows]
        cells = ["" if loss is None else f"{loss.percent:.1f}" for loss in found]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _runs(runs: Sequence[RtlRow]) -> str:
    lines = [
        "| on the RTL | memory | images | cycles an image | waiting for the program | counters "
        "equal | simulated cycles a second |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {one.network} | {one.memory} | {one.images} | {one.cycles_per_image:,.0f} | "
        f"{one.waiting:.1%} | {one.counters_equal} | {one.cycles_per_second:,.0f} |"
        for one in runs
    ]
    return "\n".join(lines)


def _resources(found: Resources | None, board: Board) -> str:
    if found is None:
        return "The configuration was not synthesized."
    has = board.resources
    lines = ["| | used | of | |", "|---|---:|---:|---:|"]
    for name, used, available in (
        ("LUT", found.lut, has.lut),
        ("FF", found.ff, has.ff),
        ("DSP48E1", found.dsp, has.dsp),
        ("RAMB36", found.bram36, has.bram36),
    ):
        lines.append(f"| {name} | {used:,} | {available:,} | {used / available:.0%} |")
    return "\n".join([*lines, "", f"{found.source}: no place-and-route, no Fmax."])
