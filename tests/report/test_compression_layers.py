"""What compression did to each layer, with its zeros."""

from __future__ import annotations

from dataclasses import replace

from fpgaflow.compress.record import Record, WidthRow
from fpgaflow.report.compression_layers import first_threshold, list_layers
from fpgaflow.report.compression_terminal import render_layers
from tests.report.test_compression_page import small_record


def test_the_table_of_a_pruned_and_fused_network() -> None:
    widths = (
        WidthRow(layer="layer1.0.conv1", before=2, after=1),
        WidthRow(layer="layer1.0.conv2", before=8, after=8),
        WidthRow(layer="layer1.1.conv1", before=8, after=0),
    )
    assert render_layers(replace(small_record(), widths=widths)) == (
        "Layers: channels, and how often they are zero in the network as given\n"
        "layer            before   after    mean     min     max   above 75.00%\n"
        "──────────────────────────────────────────────────────────────────────\n"
        "layer1.0.conv1        2       1   50.0%   10.0%   90.0%              1\n"
        "layer1.0.conv2        8       8\n"
        "layer1.1.conv1        8    gone\n"
    )


def test_a_network_that_was_slimmed_has_widths_alone() -> None:
    record = Record(widths=(WidthRow(layer="[b]conv", before=8, after=4),))
    assert render_layers(record) == (
        "Layers\nlayer     before   after\n────────────────────────\n[b]conv        8       4\n"
    )
    assert render_layers(Record()) == ""


def test_the_threshold_is_the_first_iterations_last_that_reached_the_target() -> None:
    record = small_record()
    reached, missed = record.trials
    later = replace(missed, number=3, threshold=0.6)
    other = replace(reached, iteration=2, threshold=0.9)
    assert first_threshold(replace(record, trials=(reached, later, other))) == 0.75
    assert first_threshold(replace(record, trials=(missed, later, other))) == 0.6
    assert first_threshold(replace(record, trials=())) is None


def test_a_channel_at_the_threshold_is_not_above_it() -> None:
    record = small_record()
    at = replace(record.sparsity[0], zeros=(0.75, 0.76, 0.5))
    (row,) = list_layers(replace(record, sparsity=(at,)))
    assert row.zeros is not None
    assert row.zeros.above == 1
