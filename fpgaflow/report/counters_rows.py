"""Prediction, simulation, board and PyTorch side by side, as texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from fpgaflow.report.counters_compare import Count, CounterRow, CounterTable, compare_counters
from fpgaflow.report.numbers import NOT_KNOWN, format_energy, format_percent
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_counters import CounterReading, Counters
from fpgaflow.report.schema_energy import Energies, EnergyParts
from fpgaflow.report.schema_parts import LayerTraffic, Moved, TrafficCounts

COLUMNS = ("predicted", "simulated", "board", "PyTorch reference")
ORIGINAL = "original on PyTorch"
_KINDS = ("input", "weight", "feature_map", "output")
_TITLES = {"input": "input", "weight": "weights", "feature_map": "feature maps", "output": "output"}
_LAYER_TITLES = {
    "weight_reads": "weight reads",
    "feature_map_reads": "feature-map reads",
    "feature_map_writes": "feature-map writes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCell:
    """A text, and whether it is not what was predicted."""

    text: str
    wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """One line: a heading has no cells."""

    title: str
    cells: tuple[ShownCell, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """What is shown of the counters.

    Attributes:
        columns: titles of the cells.
        rows: lines.
        notes: who counted, and what stands in which column, a line each.
        verdict: whether what was counted is as predicted, in words.
        counted: whether anything was counted.
        wrong: whether something is not as predicted.
    """

    columns: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    notes: tuple[str, ...]
    verdict: str
    counted: bool
    wrong: bool


def shown_counters(report: Report, *, layers: bool = False) -> ShownTable | None:
    """Return the table for one image; None for a report without counters.

    Args:
        report: with its counters.
        layers: each layer's counters too.
    """
    if report.counters is None:
        return None
    table = compare_counters(report.counters)
    readings = (report.counters.simulated, report.counters.board)
    counted = [reading for reading in readings if reading is not None]
    maker = _Rows(report, table)
    rows = [*maker.off_chip(), *maker.on_chip(), *maker.streams(), *maker.cycles()]
    if report.energy is not None:
        rows += maker.energy(report.energy)
    if layers:
        rows += maker.layers()
    return ShownTable(
        columns=maker.columns,
        rows=tuple(rows),
        notes=tuple(_notes(report, report.counters)),
        verdict=_verdict(len(counted) + 1, table),
        counted=bool(counted),
        wrong=not table.equal,
    )


class _Rows:
    def __init__(self, report: Report, table: CounterTable) -> None:
        self._report = report
        self._table = table
        self._rows = {row.name: row for row in table.rows}
        self._references: list[TrafficCounts] = [report.memory.original.off_chip]
        self.columns: tuple[str, ...] = COLUMNS
        if report.compression is not None:
            self._references.append(report.compression.original.reference.off_chip)
            self.columns = (*COLUMNS, ORIGINAL)

    def off_chip(self) -> Iterable[ShownRow]:
        """Yield bytes by kind, and accesses, which no register counts."""
        yield ShownRow(title="off chip, bytes")
        counted = [self._rows[f"off_chip_{kind}"] for kind in _KINDS]
        for kind, row in zip(_KINDS, counted, strict=True):
            references = [_moved(traffic, kind).bytes for traffic in self._references]
            yield _row(_TITLES[kind], _counts(row), references)
        references = [traffic.total.bytes for traffic in self._references]
        yield _row("all", _sum(counted), references)
        unknown = Count(value=None)
        own = self._report.memory.compressed.off_chip.total.accesses
        yield ShownRow(title="off chip, accesses")
        yield _row(
            "all",
            (Count(value=Fraction(own)), unknown, unknown),
            [traffic.total.accesses for traffic in self._references],
        )

    def on_chip(self) -> Iterable[ShownRow]:
        """Yield accesses by kind, summed over the layers."""
        yield ShownRow(title="on chip, accesses")
        every = [row for row in self._table.rows if row.layer is not None]
        for kind, title in _LAYER_TITLES.items():
            yield self._plain(
                title,
                _sum([row for row in every if row.name.endswith(kind)]),
            )
        yield self._plain("all", _sum(every))

    def streams(self) -> Iterable[ShownRow]:
        """Yield what crosses the DMA, padding included."""
        yield ShownRow(title="streams, with padding")
        for title, name in (
            ("beats in", "beats_in"),
            ("beats out", "beats_out"),
            ("bytes in", "bytes_in"),
            ("bytes out", "bytes_out"),
            ("images done", "frames_done"),
        ):
            yield self._plain(title, _counts(self._rows[name]))

    def cycles(self) -> Iterable[ShownRow]:
        """Yield cycles where someone has a clock, and what the model does not know."""
        rest = [row for row in self._table.rows if row.layer is None and row.name not in _SHOWN]
        found = [row for row in rest if row.simulated.value or row.board.value]
        if found:
            yield ShownRow(title="cycles, not compared")
        for row in found:
            yield self._plain(row.name.replace("_", " "), _counts(row))

    def energy(self, energy: Energies) -> Iterable[ShownRow]:
        """Yield the parts; what counts as was predicted takes what was predicted."""
        counters = self._report.counters
        assert counters is not None, "no counters, no table"
        wrong = {one.by for one in self._table.differences}
        designs = [
            energy.design,
            *(
                energy.design if reading is not None and reading.by not in wrong else None
                for reading in (counters.simulated, counters.board)
            ),
        ]
        found = [*designs, energy.reference]
        if self._report.compression is not None:
            found.append(self._report.compression.original.reference.energy)
        yield ShownRow(title=f"energy, relative ({energy.source})")
        for title, read in _ENERGY_PARTS:
            # Nothing is known of what a processor moves on its chip; every other part is above 0.
            known = [None if part is None else read(part) or None for part in found]
            texts = [NOT_KNOWN if one is None else format_energy(one) for one in known]
            yield ShownRow(title=title, cells=tuple(ShownCell(text=text) for text in texts))
        whole = energy.reference.total_pj
        parts = [None if part is None or not whole else part.total_pj / whole for part in found]
        yield ShownRow(
            title="of the reference",
            cells=tuple(ShownCell(text=format_percent(part)) for part in parts),
        )

    def layers(self) -> Iterable[ShownRow]:
        """Yield each layer's counters; on PyTorch they are accesses to DRAM."""
        references = {one.name: one for one in self._report.memory.original.layers}
        last = None
        for row in self._table.rows:
            if row.layer is None:
                continue
            if row.layer != last:
                yield ShownRow(title=f"{row.layer}, accesses")
                last = row.layer
            kind = next(kind for kind in _LAYER_TITLES if row.name.endswith(kind))
            found = references.get(row.layer)
            reference = None if found is None else _layer_accesses(found, kind)
            own: list[int | None] = [reference, None][: len(self._references)]
            yield _row(_LAYER_TITLES[kind], _counts(row), own)

    def _plain(self, title: str, counts: Sequence[Count]) -> ShownRow:
        return _row(title, counts, [None] * len(self._references))


_SHOWN = {"frames_done", "beats_in", "beats_out", "bytes_in", "bytes_out"} | {
    f"off_chip_{kind}" for kind in _KINDS
}
_ENERGY_PARTS: tuple[tuple[str, Callable[[EnergyParts], float]], ...] = (
    ("arithmetic", lambda parts: parts.mac_pj),
    ("on chip", lambda parts: parts.on_chip_pj),
    ("off chip", lambda parts: parts.off_chip_pj),
    ("all", lambda parts: parts.total_pj),
)


def _counts(row: CounterRow) -> tuple[Count, Count, Count]:
    return row.predicted, row.simulated, row.board


def _sum(rows: Sequence[CounterRow]) -> tuple[Count, Count, Count]:
    zero = Count(value=Fraction(0))
    predicted = simulated = board = zero
    for row in rows:
        predicted += row.predicted
        simulated += row.simulated
        board += row.board
    return predicted, simulated, board


def _row(title: str, counts: Sequence[Count], references: Sequence[int | None]) -> ShownRow:
    cells = [ShownCell(text=str(one) or NOT_KNOWN, wrong=one.wrong) for one in counts]
    cells += [ShownCell(text=NOT_KNOWN if one is None else f"{one:,}") for one in references]
    return ShownRow(title=title, cells=tuple(cells))


def _moved(traffic: TrafficCounts, kind: str) -> Moved:
    return {
        "input": traffic.input,
        "weight": traffic.weight,
        "feature_map": traffic.feature_map,
        "output": traffic.output,
    }[kind]


def _layer_accesses(layer: LayerTraffic, kind: str) -> int:
    traffic = layer.off_chip
    if kind == "weight_reads":
        return traffic.weight.read_accesses
    moved = (traffic.input, traffic.feature_map, traffic.output)
    if kind == "feature_map_reads":
        return sum(one.read_accesses for one in moved)
    return sum(one.write_accesses for one in moved)


def _notes(report: Report, counters: Counters) -> Iterable[str]:
    yield f"predicted: {counters.predicted.by}"
    yield f"simulated: {_who(counters.simulated, counters.not_simulated)}"
    yield f"board: {_who(counters.board, counters.not_on_board)}"
    style = report.memory.original.style
    yield f"PyTorch reference: the network as given, {style}, all through DRAM"
    if report.energy is not None:
        sources = dict.fromkeys(one.source for one in report.energy.constants)
        yield f"energy: only its ratios mean something; constants of {'; '.join(sources)}"


def _verdict(places: int, table: CounterTable) -> str:
    if not table.equal:
        return "those marked ! are not as predicted"
    if places == 1:
        return "predicted, nothing has counted yet"
    count = sum(row.predicted.value is not None for row in table.rows)
    return f"all {count} equal to the last access, from {places} places"


def _who(reading: CounterReading | None, reason: str | None) -> str:
    if reading is None:
        return reason or NOT_KNOWN
    many = f"{reading.images} image" + ("s" if reading.images != 1 else "")
    return f"{reading.by}, {many} ({reading.source})"
