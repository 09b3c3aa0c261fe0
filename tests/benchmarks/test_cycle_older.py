"""Pipelines that older tools made, beside what their reports and co-simulations say."""

from __future__ import annotations

import pytest
from cycle_chain import (
    Stage,
    padding_stage,
    run_chain,
    vector_stage,
    window_stage,
    word_stage,
)
from cycle_older import is_measured, keb_l_rows, measured, pixel_loop, svhn_rows
from cycle_rows import Row
from cycle_vectors import quantized_rows, tagger_latency, tagger_rows, wrapper_cycles

from fpgaflow.hardware.cycles_loops import Loop


def test_a_chain_of_one_stage_takes_its_loop() -> None:
    stage = window_stage("conv", Loop(quiet=2, writing=9, last=3), 4, 3)
    chain = run_chain([stage])
    assert int(stage.writes.sum()) == 4
    assert chain.interval == stage.cycles == 12 * 2 + 4 * 9 + 3
    # The first pixel comes after a cycle; the output takes the result in one more.
    assert chain.over == chain.first == stage.cycles + 2
    assert chain.apart == stage.cycles


def test_a_stride_that_leaves_a_row_over_is_not_waited_for() -> None:
    stages = [window_stage("conv", Loop(quiet=5, writing=5), 7, 1), pool(7)]
    chain = run_chain(stages)
    assert int(stages[-1].writes.sum()) == 9
    assert chain.first < chain.interval < chain.over


def pool(side: int) -> Stage:
    return window_stage("pool", Loop(quiet=1, writing=1), side, 2, 2)


def test_a_border_is_written_but_not_read() -> None:
    stage = padding_stage("padding", 3, 2)
    assert len(stage.reads) == 49
    assert int(stage.reads.sum()) == 9
    assert int(stage.writes.sum()) == 49
    assert run_chain([stage, word_stage("next", 49)]).interval == 53


def test_a_vector_is_complete_with_its_last_word() -> None:
    stage = vector_stage("dense", Loop(quiet=1, writing=1, last=7), 5)
    assert [bool(one) for one in stage.writes] == [False] * 4 + [True]
    assert stage.cycles == 12


def test_the_loop_over_pixels_is_pipelined_by_the_latency_strategy_alone() -> None:
    assert pixel_loop(3, latency=True).cycles(turns=400, written=256, rows=0) == 1203
    assert pixel_loop(144, latency=False).cycles(turns=100, written=64, rows=0) == 9544


def whole(rows: list[Row], what: str, tool: str) -> list[Row]:
    return [row for row in rows if row.what == what and row.tool == tool]


def test_every_measured_design_has_its_figures() -> None:
    rows = keb_l_rows()
    assert all(row.model is not None for row in rows)
    assert {row.rests_on for row in rows} == {"reuse from DSPs"}
    for what, tool in (
        ("all: interval", "csynth"),
        ("all: latency", "csynth"),
        ("all: interval", "co-simulation"),
        ("all: first output", "co-simulation"),
    ):
        assert len(whole(rows, what, tool)) == len(measured()["designs"]) == 14


def test_co_simulated_intervals_are_met_but_by_the_windows_in_fifos() -> None:
    for row in whole(keb_l_rows(), "all: interval", "co-simulation"):
        assert row.high - row.low <= 2
        if "kernel_window" not in row.design:
            assert abs(row.error or 0) < 0.001
        elif "latency" in row.design:
            assert row.error == pytest.approx(-0.175, abs=0.002)
        else:
            assert abs(row.error or 0) < 0.01


def test_first_outputs_and_the_products_own_constants() -> None:
    rows = keb_l_rows()
    for row in whole(rows, "all: first output", "co-simulation"):
        assert abs(row.error or 0) < (0.09 if "latency" in row.design else 0.033)
    ours = [row for row in rows if row.rule == "as here"]
    assert len(ours) == 2 * 9
    assert all(0 < (row.error or 0) < 0.085 for row in ours)


@pytest.mark.parametrize(
    ("design", "expected"),
    [
        ("Keb-L_conv_streaming_2020/streaming_comparison/line_buffer/model8_latency/results", True),
        ("Keb-L line_buffer model64_resource (conv)", True),
        ("Keb-L line_buffer model16_resource (conv)", False),
        ("x", False),
    ],
)
def test_designs_of_the_other_collection_are_found_again(design: str, expected: bool) -> None:
    assert is_measured(design) is expected


def test_svhn_is_left_out_where_nobody_reports_it() -> None:
    assert svhn_rows([]) == []


def test_a_wrapper_takes_its_two_loops_more() -> None:
    folder = "hls4ml-pynq_dense_pynqz2_vivado2019.2/dma_test_pynq_"
    ends = {"interval_min": 64, "interval_max": 64, "latency_min": 258, "latency_max": 258}
    reports = [
        {"design": f"{folder}{name}/cpp_nn", "module": module, **ends}
        for name, module in (
            ("ap_fixed", "myproject"),
            ("ap_fixed", "myproject_axi"),
            ("stream", "myproject"),
            ("float", "relu"),
        )
    ]
    found = [(row.design, row.what, row.model) for row in tagger_rows(reports)]
    assert wrapper_cycles() == 29
    assert tagger_latency() == 3 * 67 + 35
    assert found == [
        ("jet tagger, ap_fixed", "all: interval", 64),
        ("jet tagger, ap_fixed", "all: latency", 236),
        ("jet tagger, ap_fixed", "all, with its wrapper: interval", 265),
        ("jet tagger, stream", "all: latency", 258),
    ]


def test_a_reuse_factor_that_is_only_a_limit_gives_a_range() -> None:
    rows = quantized_rows({"hls_interval": 95})
    assert [row.model for row in rows] == [47, 102, 298, 97]
    assert [row.rests_on for row in rows] == [
        "published",
        "rule made in sight",
        "published",
        "network reported",
    ]
