"""A report put together from its parts."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fpgaflow.report.build import list_files
from fpgaflow.report.schema import FileEntry
from tests.report.small_reports import oversize_report, tiny_report


def test_performance_is_that_of_the_slowest_stage() -> None:
    performance = tiny_report().performance
    assert performance.slowest_layer == "branch"
    assert performance.cycles_per_image == 5 * (36 - 16) + (27 + 10) * 16 + 1
    assert performance.images_per_second == 144_300.0
    # 2175 MACs on 10 slices in 693 cycles, four of them the counters'
    assert performance.macs_per_dsp_per_cycle == 0.3139


def test_rows_say_what_each_layer_has() -> None:
    rows = {row.name: row for row in tiny_report().layers}
    branch = rows["branch"]
    assert (branch.weight_bits, branch.activation_bits, branch.accumulator_bits) == (8, 8, 22)
    assert (branch.strategy, branch.reuse_factor, branch.multipliers) == ("resource", 27, 3)
    assert (branch.shape, branch.output_format) == ((4, 4, 3), "s8.4")
    assert branch.source == "branch, model.py:12"
    assert rows["joined"].reuse_factor is None
    assert rows["flat"].cycles is None


def test_the_verdict_and_its_advice_are_in_the_report() -> None:
    fit = oversize_report().fit
    assert not fit.fits
    assert fit.limiting == "lut"
    assert fit.resources.lut.percent == 488.8
    assert fit.default_fifo_bits > 20 * fit.fifo_bits
    assert fit.resources.uram.percent is None
    assert fit.advice == (
        "6 bits for weights and activations; 2 blocks less (layer1.0, layer1.1) (--weight-bits 6 "
        "--activation-bits 6; fpgaflow fuse --max-blocks 2): 7230 LUT (14%), 5 BRAM36 (4%), 10 DSP "
        "(5%); 1235 images/s",
        "the same network on the ZC706 (--board zc706): 7230 LUT (14%), 5 BRAM36 (4%), 10 DSP "
        "(5%); 1235 images/s",
    )
    assert [short.resource for short in fit.shortages] == ["lut"]
    assert [(one.kind, one.board) for one in fit.remedies] == [
        ("combined", "pynq-z2"),
        ("board", "pynq-z2"),
    ]


def test_files_are_listed_by_path_with_their_hash(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "second.txt").write_bytes(b"two")
    (tmp_path / "a.txt").write_bytes(b"")
    assert list_files(tmp_path) == (
        FileEntry(path="a.txt", bytes=0, sha256=hashlib.sha256(b"").hexdigest()),
        FileEntry(path="b/second.txt", bytes=3, sha256=hashlib.sha256(b"two").hexdigest()),
    )
