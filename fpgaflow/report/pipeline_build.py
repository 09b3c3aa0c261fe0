"""The stages, FIFOs and timetable of a design, as the report has them."""

from __future__ import annotations

from fpgaflow.hardware.dataflow import Dataflow
from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.dataflow_schedule import Schedule, plan_schedule
from fpgaflow.hardware.fifo_depths import is_shift_register, planned_streams
from fpgaflow.hardware.folding import Folding
from fpgaflow.hardware.streams import Stream
from fpgaflow.ir.graph import Graph
from fpgaflow.report.build_parts import round_figure
from fpgaflow.report.schema_pipeline import Pipeline, PipelineStage, PipelineStream


def describe_pipeline(graph: Graph, folding: Folding, depths: tuple[int, ...]) -> Pipeline:
    """Return the pipeline of a spatial design.

    Args:
        graph: the fixed-point graph.
        folding: of every convolution and fully connected layer.
        depths: of the streams of `hardware.streams.list_streams`, in words.
    """
    dataflow = make_dataflow(graph, folding)
    times = plan_schedule(dataflow)
    streams = planned_streams(graph, folding, depths)
    return Pipeline(
        interval_cycles=dataflow.interval,
        latency_cycles=max(times.ends),
        stages=_stages(dataflow, times),
        streams=tuple(_stream(dataflow, number, stream) for number, stream in enumerate(streams)),
    )


def _stages(dataflow: Dataflow, times: Schedule) -> tuple[PipelineStage, ...]:
    return tuple(
        PipelineStage(
            name=process.name,
            layer=process.layer,
            role=process.role,
            busy_cycles=process.busy,
            utilization=round_figure(process.busy / dataflow.interval),
            start_cycle=start,
            end_cycle=end,
        )
        for process, start, end in zip(dataflow.processes, times.starts, times.ends, strict=True)
    )


def _stream(dataflow: Dataflow, number: int, stream: Stream) -> PipelineStream:
    return PipelineStream(
        writer=dataflow.writers[number],
        reader=dataflow.readers[number],
        word_bits=stream.width_bits,
        depth_words=stream.depth,
        bits=stream.bits,
        memory="shift register" if is_shift_register(stream) else "block RAM",
    )
