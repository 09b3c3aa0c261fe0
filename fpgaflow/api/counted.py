"""A design's counters from every place: predicted, simulated, read from a board; and PyTorch's."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from fpgaflow.api.build import load
from fpgaflow.api.emulated_board import as_bundle
from fpgaflow.api.emulation import bundle_images
from fpgaflow.api.images import Data, fit_images, pixels_for
from fpgaflow.api.layout import PAGE, REPORT
from fpgaflow.errors import InputRefused, VerificationFailed
from fpgaflow.hardware.boards import list_boards, load_board
from fpgaflow.ir.graph import Graph
from fpgaflow.report.counters_build import describe_counters, describe_energy, make_reading
from fpgaflow.report.counters_compare import Difference, compare_counters
from fpgaflow.report.json import read_json, write_json
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_counters import CounterReading, Counters
from fpgaflow.runtime.accelerator import Accelerator
from fpgaflow.runtime.bundle import Bundle, read_bundle
from fpgaflow.runtime.manifest import MANIFEST

BoardKind = Literal["emulated", "real"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDesign:
    """A design and what was counted of it.

    Attributes:
        path: the build or the bundle.
        report: its report, with the counters from every place.
        differences: what is not as the model predicts; empty where all agree.
    """

    path: Path
    report: Report
    differences: tuple[Difference, ...]

    def check(self) -> None:
        """Refuse counters that differ.

        Raises:
            VerificationFailed: naming the first counter that is not as predicted.
        """
        if not self.differences:
            return
        first, count = self.differences[0], len(self.differences)
        more = "" if count == 1 else f"; {count} counters differ"
        raise VerificationFailed(
            f"{self.path}: {first}{more}",
            accepted="what the memory-access model predicts, to the last access",
            remedy="where the scores are right, the design and the model differ: compile again "
            "with this version of fpgaflow, and if it stays so, please report the network",
        )

    def as_json(self) -> dict[str, object]:
        """Return what `fpgaflow compare --json` prints for a design."""
        report, saved = self.report, self.report.compression
        reference = {
            "style": report.memory.original.style,
            "off_chip": asdict(report.memory.original.off_chip),
        }
        return {
            "design": str(self.path),
            "network": report.model.name,
            "board": report.board.name,
            "equal": not self.differences,
            "differences": [asdict(one) for one in self.differences],
            "counters": None if report.counters is None else asdict(report.counters),
            "reference": reference,
            "original": None if saved is None else asdict(saved.original.reference),
            "energy": None if report.energy is None else asdict(report.energy),
        }


def count_design(
    path: str | Path,
    on: BoardKind | None = None,
    *,
    images: Data | None = None,
    limit: int | None = None,
) -> CountedDesign:
    """Collect a design's counters and hold them against each other.

    The prediction is made anew, and what the files hold of it must be the same. Simulated counters
    are those of the report; so are a board's where none is run now.

    Args:
        path: a build folder or a bundle.
        on: run images on a board too, a real one or its emulation.
        images: what to run; by default the images that the bundle holds.
        limit: take so many at most.

    Raises:
        InputRefused: the build, the bundle or the images cannot be used, or the design has no
            counters.
        ToolMissing: a real board was asked for where pynq is not installed.
        DeviceFailed: the board failed.
        VerificationFailed: a score is not the exact interpreter's.
    """
    design = _open(Path(path), bundled=on is not None)
    report = design.report
    fresh = describe_counters(design.graph, design.beat_bits)
    if fresh is None:
        raise InputRefused(
            f"{path} has no counters: the board's streams cannot carry its scores",
            accepted="a network with one output of at most 32 bits",
        )
    counters = replace(report.counters or fresh, predicted=fresh.predicted)
    if on is not None:
        reading = _run(design, on, images, limit)
        counters = replace(counters, board=reading, not_on_board=None)
    reference = report.memory.original.off_chip.total.bytes
    energy = describe_energy(design.graph, macs=report.model.macs, reference_bytes=reference)
    return CountedDesign(
        path=design.path,
        report=replace(report, counters=counters, energy=energy),
        differences=(*_stale(design, fresh), *compare_counters(counters).differences),
    )


def record(found: CountedDesign) -> None:
    """Write the counters into the report and the page of a build folder.

    Raises:
        VerificationFailed: they differ: only what agrees is kept.
        InputRefused: it is a bundle, or its folder cannot be written.
    """
    # The page is drawn with packages that a board has not.
    from fpgaflow.report.page import write_html

    found.check()
    if not found.path.is_dir():
        raise InputRefused(
            f"{found.path} is a bundle, which keeps what it was made with",
            accepted="a build folder",
            remedy="record the counters in the build, and make the bundle again",
        )
    try:
        for name, write in ((REPORT, write_json), (PAGE, write_html)):
            aside = found.path / f".{name}.new"
            write(found.report, aside)
            aside.replace(found.path / name)
    except OSError as error:
        raise InputRefused(
            f"{found.path} cannot be written: {error.strerror}",
            remedy="copy the build to where you may write",
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Design:
    """What a build or a bundle holds; `bundle` is None for a build that no board will run."""

    path: Path
    report: Report
    graph: Graph
    beat_bits: int
    bundle: Bundle | None


def _open(path: Path, *, bundled: bool) -> _Design:
    if path.is_dir():
        build = load(path)
        report, graph, beat_bits = build.report, build.graph, _beat_bits(path, build.report)
        bundle = as_bundle(path) if bundled else None
    else:
        bundle = read_bundle(path)
        graph, beat_bits = bundle.graph, bundle.manifest.images.beat_bits
        report = _bundled_report(bundle)
    if report.style == "engine":
        raise InputRefused(
            f"{path} is a program for the engine, which counts other things",
            accepted="a design of the spatial style",
            remedy="fpgaflow emulate shows an engine's counters beside their prediction",
        )
    return _Design(path=path, report=report, graph=graph, beat_bits=beat_bits, bundle=bundle)


def _beat_bits(path: Path, report: Report) -> int:
    name = report.board.name
    if name not in list_boards():
        raise InputRefused(
            f"{path} is for the board {name}, which fpgaflow does not ship",
            remedy="make its bundle with `fpgaflow bundle --board FILE.toml`, and compare that",
        )
    return load_board(name).hp_port_bits


def _bundled_report(bundle: Bundle) -> Report:
    if REPORT not in bundle.files:
        raise InputRefused(f"{bundle.path} holds no {REPORT}", remedy="make the bundle again")
    with tempfile.TemporaryDirectory(prefix="fpgaflow-report-") as folder:
        path = Path(folder) / REPORT
        path.write_bytes(bundle.files[REPORT])
        return read_json(path)


def _run(design: _Design, on: BoardKind, images: Data | None, limit: int | None) -> CounterReading:
    bundle = design.bundle
    assert bundle is not None, "a board runs bundles"
    if on == "real" and bundle.manifest.bitstream is None:
        raise InputRefused(
            f"{design.path} holds no bitstream",
            accepted="a design that went through fpgaflow synthesize",
            remedy="count on the emulated board, with --emulate",
        )
    given = bundle_images(bundle, images, limit)
    pixels = pixels_for(fit_images(given, bundle.graph), bundle.graph)
    with Accelerator(bundle, emulate=on == "emulated") as accelerator:
        accelerator.predict(pixels, check=True)
        return make_reading(
            bundle.graph,
            accelerator.counters,
            by=accelerator.board,
            images=len(pixels),
            source="simulated" if on == "emulated" else "measured",
        )


def _stale(design: _Design, fresh: Counters) -> tuple[Difference, ...]:
    """Hold what the files say was predicted against what the model says now."""
    recorded: list[CounterReading] = []
    if design.report.counters is not None:
        kept = design.report.counters.predicted
        recorded.append(replace(kept, by=f"the prediction in {REPORT}"))
    if design.bundle is not None:
        manifest = design.bundle.manifest
        by = f"the prediction in {MANIFEST}"
        recorded.append(
            make_reading(design.graph, manifest.per_image, by=by, images=1, source="modelled")
        )
    found = (compare_counters(replace(fresh, simulated=one, board=None)) for one in recorded)
    return tuple(difference for table in found for difference in table.differences)
