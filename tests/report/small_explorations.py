"""An exploration made by hand: two boards, two models, one design too large, one refused."""

from __future__ import annotations

from fpgaflow.report.explore_front import mark_fronts
from fpgaflow.report.explore_schema import (
    SCHEMA,
    Exploration,
    ExploredAccuracy,
    ExploredBoard,
    ExploredDesign,
    ExploredModel,
    ExploredPoint,
)
from fpgaflow.report.schema_parts import ResourceCount, ResourceCounts

COMMAND = "fpgaflow compile m.safetensors --board small"


def count(used: int, available: int = 1000) -> ResourceCount:
    return ResourceCount(
        used=used,
        low=used // 2,
        high=used * 2,
        available=available,
        percent=100 * used / available,
        source="modelled",
    )


def design(speed: float, percent: float, *, fits: bool = True) -> ExploredDesign:
    used = round(10 * percent)
    return ExploredDesign(
        fits=fits,
        limiting="lut",
        limiting_percent=percent,
        limiting_low_percent=percent / 2,
        limiting_high_percent=percent * 2,
        resources=ResourceCounts(
            lut=count(used), ff=count(5), bram36=count(7), dsp=count(9), uram=count(0)
        ),
        images_per_second=speed,
        cycles_per_image=100_000,
        slowest_layer="conv1",
        latency_cycles=150_000,
        latency_us=1500.0,
        weight_bits_total=4096,
        on_chip_accesses=20_000,
        on_chip_bytes=18_000,
        off_chip_accesses=90,
        off_chip_bytes=120,
        advice=() if fits else ("6 bits for weights and activations would fit",),
    )


def accuracy(top1: float) -> ExploredAccuracy:
    return ExploredAccuracy(images=100, top1_agreement=0.99, top1_float=0.9, top1_fixed=top1)


def point(  # noqa: PLR0917 - rows read best without names
    model: str,
    bits: int,
    clock: float,
    top1: float,
    speed: float,
    percent: float,
    fits: bool = True,
    board: str = "small",
) -> ExploredPoint:
    return ExploredPoint(
        model=model,
        weight_bits=bits,
        activation_bits=bits,
        board=board,
        clock_mhz=clock,
        accuracy=accuracy(top1),
        design=design(speed, percent, fits=fits),
        command=COMMAND,
    )


def model(name: str) -> ExploredModel:
    return ExploredModel(
        name=name,
        file=f"{name}.safetensors",
        architecture="ResNet-4",
        sha256="ab" * 32,
        parameters=1000,
        macs=20_000,
    )


def board(name: str, *clocks_mhz: float) -> ExploredBoard:
    return ExploredBoard(name=name, title=name.title(), part="xc7", clocks_mhz=clocks_mhz)


def unmarked() -> Exploration:
    return Exploration(
        schema=SCHEMA,
        fpgaflow="0.0.0",
        images="pictures.npz: the first 8 images",
        score="accuracy",
        confidence="likely",
        measured_designs=None,
        models=(model("m"), model("<c>")),
        boards=(board("small", 100.0, 150.0), board("big", 200.0)),
        points=(
            point("m", 4, 100.0, 0.80, 400.0, 40.0),
            point("m", 4, 150.0, 0.80, 600.0, 40.0),
            point("m", 8, 100.0, 0.90, 400.0, 70.0),
            point("m", 8, 150.0, 0.90, 600.0, 70.0),
            point("m", 12, 100.0, 0.91, 400.0, 130.0, fits=False),
            point("<c>", 4, 150.0, 0.79, 900.0, 30.0),
            point("<c>", 8, 150.0, 0.85, 900.0, 75.0),
            ExploredPoint(
                model="<c>",
                weight_bits=2,
                activation_bits=16,
                board="small",
                clock_mhz=100.0,
                refused="conv1: the sums of <c> fit no int64",
            ),
            point("m", 4, 200.0, 0.80, 800.0, 10.0, board="big"),
        ),
    )


def small_exploration() -> Exploration:
    return mark_fronts(unmarked())
