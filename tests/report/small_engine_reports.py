"""The report of a network on the engine, made by hand."""

from __future__ import annotations

from dataclasses import replace

from fpgaflow.report.schema import Report, Verification
from fpgaflow.report.schema_engine import (
    EngineCount,
    EngineRtlRun,
    EngineSimulation,
    EngineSynthesized,
    StyleChoice,
    StyleOption,
)
from fpgaflow.report.schema_parts import Performance, ResourceCount
from tests.report.small_engines import small_engine
from tests.report.small_reports import tiny_report

RUN = EngineRtlRun(
    rtl_sha256="ef" * 32,
    simulator="Verilator 5.048",
    images=2,
    mismatches=0,
    stalls=None,
    counters=(EngineCount(name="frames", count=2), EngineCount(name="cycles", count=19_500)),
    counters_equal=2,
    cycles_per_image=9750.0,
    seconds_per_image=0.5,
)
CHOICE = StyleChoice(
    asked="auto",
    chosen="engine",
    options=(
        StyleOption(style="spatial", fits=False, images_per_second=1234.5, why_not=None),
        StyleOption(style="engine", fits=True, images_per_second=10191.0, why_not=None),
    ),
)
SYNTHESIZED = EngineSynthesized(
    tool="Yosys 0.70, synth_xilinx -family xc7",
    sources_sha256="0f" * 32,
    lut_percent_under=(8, 16),
    ff_percent_under=(0, 1),
    seen_on="one design",
)


def count(used: int | None, high: int | None, available: int) -> ResourceCount:
    percent = None if used is None or not available else round(100 * used / available, 1)
    source = "modelled" if used is None else "measured"
    return ResourceCount(
        used=used, low=used, high=high, available=available, percent=percent, source=source
    )


def engine_report(*, synthesized: bool = True) -> Report:
    report = tiny_report()
    engine = small_engine()
    lut = count(41_000, 48_810, 53_200) if synthesized else count(None, None, 53_200)
    ff = count(60_000, 60_607, 106_400) if synthesized else count(None, None, 106_400)
    resources = replace(
        report.fit.resources,
        lut=lut,
        ff=ff,
        bram36=count(132, 132, 140),
        dsp=count(192, 192, 220),
        uram=count(0, 0, 0),
    )
    fit = replace(
        report.fit,
        limiting="bram36",
        resources=resources,
        weight_bram36=36,
        fifo_bram36=0,
        fifo_bits=0,
        default_fifo_bits=0,
        accelerator=None,
    )
    cycles = engine.timeline[-1].end_cycle
    return replace(
        report,
        style="engine",
        fit=fit,
        performance=Performance(
            cycles_per_image=cycles,
            images_per_second=10_120.0,
            macs_per_dsp_per_cycle=1.288,
            slowest_layer="branch",
            source="modelled",
        ),
        verification=Verification(
            interpreter=report.verification.interpreter,
            engine=EngineSimulation(
                images=2, layers_compared=6, mismatches=0, seconds_per_image=0.01
            ),
            engine_rtl=(RUN,),
        ),
        counters=None,
        energy=None,
        pipeline=None,
        engine=engine if not synthesized else replace(engine, synthesized=SYNTHESIZED),
        choice=CHOICE,
    )
