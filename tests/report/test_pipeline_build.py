"""The pipeline in the report: the same stages, streams and figures as the models have."""

from __future__ import annotations

from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.dataflow_schedule import plan_schedule
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.report.build_parts import round_figure
from fpgaflow.report.pipeline_build import describe_pipeline
from tests.hardware.small_graphs import resnet, tiny_residual
from tests.report.small_reports import FOLDING, oversize_report, tiny_report


def test_stages_have_the_interval_of_the_report() -> None:
    report = tiny_report()
    pipeline = report.pipeline
    assert pipeline is not None
    assert pipeline.interval_cycles == report.performance.cycles_per_image
    busy = {stage.layer: stage for stage in pipeline.stages if stage.role == "layer"}
    assert busy[report.performance.slowest_layer].utilization == 1.0
    stem = busy["stem"]
    assert stem.utilization == round_figure(stem.busy_cycles / pipeline.interval_cycles) < 1
    assert {layer.name: layer.cycles for layer in report.layers if layer.cycles is not None} == {
        stage.layer: stage.busy_cycles for stage in busy.values()
    }


def test_streams_have_the_bits_of_the_fit() -> None:
    report = oversize_report()
    pipeline = report.pipeline
    assert pipeline is not None
    assert sum(stream.bits for stream in pipeline.streams) == report.fit.fifo_bits
    for stream in pipeline.streams:
        assert stream.writer < stream.reader
        assert stream.bits == stream.word_bits * stream.depth_words


def test_deep_and_wide_fifos_are_block_ram() -> None:
    graph = tiny_residual()
    depths = (128, 129, 2, 10, 13, 5, 2, 5, 2, 2)
    found = describe_pipeline(graph, FOLDING, depths).streams
    assert [stream.memory for stream in found[:3]] == [
        "shift register",
        "block RAM",
        "shift register",
    ]


def test_times_are_those_of_the_schedule() -> None:
    graph = tiny_residual()
    schedule = plan_schedule(make_dataflow(graph, FOLDING))
    found = describe_pipeline(graph, FOLDING, schedule.depths)
    assert found.latency_cycles == max(schedule.ends)
    assert tuple(stage.start_cycle for stage in found.stages) == schedule.starts
    assert tuple(stage.end_cycle for stage in found.stages) == schedule.ends


def test_depths_are_those_that_are_given() -> None:
    graph = resnet(8, size=8, widths=(2, 2, 2))
    folding = choose_folding(graph, 60)
    depths = plan_schedule(make_dataflow(graph, folding)).depths
    wanted = tuple(depth + 1 for depth in depths)
    found = describe_pipeline(graph, folding, wanted)
    assert tuple(stream.depth_words for stream in found.streams) == wanted
