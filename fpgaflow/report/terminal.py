"""The summary of a report for the terminal."""

from __future__ import annotations

from io import StringIO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from fpgaflow.report.compression_rows import shown_lines, shown_rows
from fpgaflow.report.engine_rows import (
    NOT_SYNTHESIZED,
    engine_rows,
    fit_notes,
    fit_source,
    rtl_rows,
    simulation_rows,
    style_rows,
)
from fpgaflow.report.fit_lines import (
    REMEDY_RESOURCES,
    remedy_rows,
    shortage_lines,
    unknown_resources,
    verdict_line,
)
from fpgaflow.report.folding_rows import folding_rows
from fpgaflow.report.numbers import (
    NOT_KNOWN,
    RESOURCE_NAMES,
    format_bytes,
    format_count,
    format_percent,
)
from fpgaflow.report.rtl_rows import shown_rtl
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_compression import Compression
from fpgaflow.report.schema_parts import Fit, ResourceCount, TrafficCounts
from fpgaflow.report.terminal_engine import layer_table, loss_table
from fpgaflow.report.terminal_measured import measured_table
from fpgaflow.report.terminal_rtl import rtl_table

_BAR = 24


def print_report(report: Report, console: Console | None = None) -> None:
    """Print the tables; to standard output when no console is given."""
    (console or Console(highlight=False)).print(summarize(report))


def render_text(report: Report, width: int = 100) -> str:
    """Return the summary as plain text, `width` columns wide."""
    console = Console(
        file=StringIO(), width=width, color_system=None, highlight=False, legacy_windows=False
    )
    with console.capture() as captured:
        console.print(summarize(report))
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def summarize(report: Report) -> RenderableType:
    """Return all tables, one below the other."""
    performance = f"Performance ({report.performance.source})"
    rtl = shown_rtl(report)
    tables = (
        _facts("Model", _model(report)),
        _facts("Quantization and accuracy", _quantization(report)),
        _facts("Verification", _verification(report)),
        _fit(report),
        _facts(performance, _performance(report)),
        *(() if rtl is None else (rtl_table(rtl),)),
        *(() if report.engine is None else (loss_table(report.engine), layer_table(report.engine))),
        _memory(report),
        *(() if report.measured is None else (measured_table(report.measured, report),)),
        *(() if report.compression is None else (_compression(report.compression, report),)),
    )
    return Group(*(part for table in tables for part in (Text(), table)))


def _facts(title: str, rows: list[tuple[str, str]]) -> Table:
    table = _table(title)
    table.show_header = False
    table.add_column(min_width=26)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, Text(value))
    return table


def _table(title: str) -> Table:
    return Table(
        title=escape(title),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )


def _model(report: Report) -> list[tuple[str, str]]:
    model, board = report.model, report.board
    return [
        ("network", f"{model.name} ({model.architecture})"),
        ("parameters", format_count(model.parameters)),
        ("multiply-accumulates", f"{format_count(model.macs)} an image"),
        ("board", f"{board.title} ({board.part}) at {board.clock_mhz:g} MHz"),
        *(style_rows(report) or [("style", report.style)]),
    ]


def _quantization(report: Report) -> list[tuple[str, str]]:
    q = report.quantization
    rows = [
        ("bits", f"weights {q.weight_bits}, activations {q.activation_bits}"),
        ("calibration", q.calibration),
    ]
    if q.top1_agreement is None:
        return [*rows, ("top-1 agreement", "not measured: no images were given")]
    rows.append(
        ("top-1 agreement", f"{format_percent(q.top1_agreement)} of {q.images} images ({q.source})")
    )
    if q.top1_fixed is not None:
        accuracy = f"float {format_percent(q.top1_float)}, fixed {format_percent(q.top1_fixed)}"
        rows.append(("top-1 accuracy", f"{accuracy} ({q.source})"))
    return rows


def _verification(report: Report) -> list[tuple[str, str]]:
    csim, interpreter = report.verification.csim, report.verification.interpreter
    rows: list[tuple[str, str]] = []
    if report.engine is not None:
        rows += simulation_rows(report.verification.engine)
        rows += rtl_rows(report.verification.engine_rtl)
    elif csim is None:
        rows.append(("C-simulation", "not run"))
    else:
        verdict = "every integer equal" if not csim.mismatches else f"{csim.mismatches} differ"
        compared = f"{csim.images} images, {csim.layers_compared} values each: {verdict}"
        rows.append(("C-simulation", f"{compared} ({csim.source})"))
        if csim.first_mismatch is not None:
            rows.append(("first difference", csim.first_mismatch))
        rows.append(("C-simulation time", f"{csim.seconds_per_image:.3g} s an image (measured)"))
    if interpreter is not None:
        speed = f"{interpreter.images_per_second:.4g} images/s ({interpreter.source})"
        rows.append(("interpreter", speed))
    return rows


def _fit(report: Report) -> RenderableType:
    fit = report.fit
    verdict = "fits" if fit.fits else "does not fit"
    if fit.fits and unknown_resources(fit):
        verdict = "fits, as far as is known"
    source = fit_source(report.engine, getattr(fit.resources, fit.limiting).source)
    table = _table(f"Fit: {verdict}, limited by {RESOURCE_NAMES[fit.limiting]} ({source})")
    table.add_column("resource")
    table.add_column("used", justify="right")
    table.add_column("between", justify="right")
    table.add_column("of", justify="right")
    table.add_column("")
    table.add_column("", justify="right")
    resources = fit.resources
    for name, use in (
        ("lut", resources.lut),
        ("ff", resources.ff),
        ("bram36", resources.bram36),
        ("dsp", resources.dsp),
        ("uram", resources.uram),
    ):
        table.add_row(
            RESOURCE_NAMES[name],
            NOT_SYNTHESIZED if use.used is None else str(use.used),
            "" if use.low == use.high else f"{use.low}–{use.high}",
            str(use.available),
            _bar(use),
            NOT_KNOWN if use.percent is None else f"{use.percent:.0f} %",
        )
    if report.engine is not None:
        notes = [f"{line[0].upper()}{line[1:]}." for line in fit_notes(report.engine)]
        return Group(table, *(Text(line, style="dim") for line in notes), *_advice(fit))
    factor = fit.default_fifo_bits / fit.fifo_bits
    blocks = Text(
        f"BRAM36: weights {fit.weight_bram36}, FIFOs {fit.fifo_bram36}\n"
        f"FIFOs: {fit.fifo_bits:,} bits; a whole image each takes {factor:.1f} times as many"
    )
    blocks.append(f"\n{verdict_line(fit)}")
    return Group(table, blocks, *_advice(fit))


def _advice(fit: Fit) -> list[RenderableType]:
    """Return what is short, and a table of what would fit."""
    parts: list[RenderableType] = [Text(line) for line in shortage_lines(fit)]
    if not fit.remedies:
        return [*parts, *(Text(f"  · {line}") for line in fit.advice)]
    table = _table("What would fit (modelled; the accuracy has to be tried)")
    table.add_column("change", ratio=1)
    for name in (*REMEDY_RESOURCES, "images/s"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in remedy_rows(fit):
        cells = [f"{number}\n{part}" for number, part in row.figures]
        table.add_row(Text(f"{row.what}\n{row.how}"), *cells, row.rate, end_section=True)
    return [*parts, Text(), table]


def _bar(use: ResourceCount) -> Text:
    percent = use.percent or 0.0
    filled = min(round(percent / 100 * _BAR), _BAR)
    style = "green" if percent <= 80 else "yellow" if percent <= 100 else "red"
    bar = Text("█" * filled, style=style)
    return bar + Text("░" * (_BAR - filled), style="dim")


def _performance(report: Report) -> list[tuple[str, str]]:
    p = report.performance
    efficiency = p.macs_per_dsp_per_cycle
    pace = "set by" if report.engine is None else "most in"
    return [
        ("images per second", format_count(p.images_per_second)),
        ("cycles per image", f"{p.cycles_per_image} ({pace} {p.slowest_layer})"),
        ("MACs per DSP per cycle", NOT_KNOWN if efficiency is None else f"{efficiency:.3g}"),
        *folding_rows(report),
        *(() if report.engine is None else engine_rows(report.engine)),
    ]


def _memory(report: Report) -> RenderableType:
    table = _table(f"Memory accesses for one image ({report.memory.source})")
    table.add_column("network")
    table.add_column("where")
    for kind in ("input", "weights", "feature maps", "output", "all"):
        table.add_column(kind, justify="right")
    original, compiled = report.memory.original, report.memory.compressed
    table.add_row(*_traffic("as given", "off chip", original.off_chip))
    table.add_row(*_traffic("compiled", "off chip", compiled.off_chip))
    table.add_row(*_traffic("", "on chip", compiled.on_chip))
    styles = f"as given: {original.style}; compiled: {compiled.style}"
    return Group(table, Text(styles, style="dim"))


def _compression(found: Compression, report: Report) -> RenderableType:
    table = _table("What compression saved, for one image")
    table.add_column("figure")
    for name in ("original", "compressed", "saved"):
        table.add_column(name, justify="right")
    table.add_column("source", style="dim")
    for row in shown_rows(found):
        table.add_row(row.title, row.original, row.compressed, row.saved, row.source)
    lines = shown_lines(found, report.board.title)
    return Group(table, *(Text(line, style="dim") for line in lines))


def _traffic(label: str, place: str, traffic: TrafficCounts) -> tuple[str, ...]:
    parts = (traffic.input, traffic.weight, traffic.feature_map, traffic.output, traffic.total)
    return (label, place, *(format_bytes(part.bytes) for part in parts))
