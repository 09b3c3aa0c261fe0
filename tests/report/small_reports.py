"""The report of a network made by hand; nothing in it depends on this machine."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from fpgaflow.compress.plan import BlockStep, Figures, Plan, Source, channel_step
from fpgaflow.hardware.advice import Advice, Remedy
from fpgaflow.hardware.advice_shortage import LayerShare, Shortage
from fpgaflow.hardware.advice_try import Design as FittingDesign
from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.fit import check_fit
from fpgaflow.hardware.folding import Folding, LayerFolding, choose_folding
from fpgaflow.hardware.memory import layer_by_layer_memory, spatial_memory
from fpgaflow.hardware.plan import Wish
from fpgaflow.ir.graph import Graph
from fpgaflow.report.build import build_report, describe_model
from fpgaflow.report.compression_build import (
    Design,
    FoundPlan,
    PaperCosts,
    Pipelined,
    build_compression,
)
from fpgaflow.report.schema import (
    CSimulation,
    FileEntry,
    InterpreterSpeed,
    Quantization,
    Report,
    Verification,
)
from fpgaflow.report.schema_compression import Compression
from tests.hardware.small_graphs import resnet, tiny_residual

FOLDING = Folding(
    layers=MappingProxyType(
        {
            "stem": LayerFolding(reuse_factor=18, strategy="resource", multipliers=3, interval=308),
            "branch": LayerFolding(
                reuse_factor=27, strategy="resource", multipliers=3, interval=452
            ),
            "fc": LayerFolding(reuse_factor=1, strategy="latency", multipliers=15, interval=1),
        }
    ),
    interval=452,
    multipliers=21,
)

QUANTIZATION = Quantization(
    weight_bits=8,
    activation_bits=8,
    calibration="256 images of pictures.npz",
    images=3744,
    top1_agreement=3737 / 3744,
    top1_float=0.9211,
    top1_fixed=0.92,
)

VERIFICATION = Verification(
    csim=CSimulation(
        images=2, layers_compared=6, mismatches=0, first_mismatch=None, seconds_per_image=0.25
    ),
    interpreter=InterpreterSpeed(images_per_second=812.5),
)


PLAN = Plan(
    method="compress",
    source=Source(
        file="m.safetensors", sha256="12" * 32, architecture="ResNet-10", input_shape=(2, 8, 8)
    ),
    settings={"validation": "digits:test"},
    steps=(
        channel_step({"layer2.0.conv1": range(6)}, {"layer2.0.conv1": 8}, "zero"),
        BlockStep(block="layer1.1", why="fewest channels"),
        BlockStep(block="layer2.1", why="fewest channels"),
    ),
    before=Figures(accuracy=0.975, macs=1000, parameters=100),
    after=Figures(accuracy=0.97, macs=400, parameters=40),
)


def make_report(
    graph: Graph,
    folding: Folding,
    compression: Compression | None = None,
    advice: Advice | None = None,
) -> Report:
    board = load_board("pynq-z2")
    report = build_report(
        model=describe_model(graph, name=graph.name, architecture="ResNet-4", sha256="ab" * 32),
        board=board,
        graph=graph,
        folding=folding,
        fit=check_fit(graph, folding, board),
        memory=spatial_memory(graph),
        original_memory=layer_by_layer_memory(graph),
        quantization=QUANTIZATION,
        verification=VERIFICATION,
        compression=compression,
        advice=advice,
        files=(FileEntry(path="firmware/defines.h", bytes=12, sha256="cd" * 32),),
    )
    return replace(report, fpgaflow="0.0.0")


def tiny_report() -> Report:
    return make_report(tiny_residual(), FOLDING)


def small_advice() -> Advice:
    """Made up, but for the figures of a network that fits."""
    graph, board = tiny_residual(), load_board("pynq-z2")
    fit = check_fit(graph, FOLDING, board)
    one = Remedy(
        kind="combined",
        what="6 bits for weights and activations; 2 blocks less (layer1.0, layer1.1)",
        how="--weight-bits 6 --activation-bits 6; fpgaflow fuse --max-blocks 2",
        design=FittingDesign(
            board=board, resources=fit.resources, images_per_second=1234.56, weight_bits=5432
        ),
        graph=graph,
        wish=Wish(),
    )
    other = replace(one, kind="board", what="the same network on the ZC706", how="--board zc706")
    short = Shortage(
        resource="lut",
        confidence="likely",
        needs=160000,
        available=53200,
        layers=(
            LayerShare(name="wrapper", amount=22717, share=0.14),
            LayerShare(name="layer3_1_conv1", amount=10640.5, share=0.07),
        ),
    )
    return Advice(shortages=(short,), remedies=(one, other), nothing="")


def oversize_report() -> Report:
    graph = resnet(32, widths=(16, 32, 64))
    return make_report(graph, choose_folding(graph, 220), advice=small_advice())


def design(graph: Graph, file: str | None, paper: PaperCosts | None) -> Design:
    board = load_board("pynq-z2")
    folding = choose_folding(graph, board.resources.dsp)
    return Design(
        file=file,
        architecture=graph.name,
        sha256=None if file is None else "12" * 32,
        graph=graph,
        fixed=graph,
        made=Pipelined(folding=folding, fit=check_fit(graph, folding, board)),
        paper=paper,
    )


def small_compression(*, plan: bool = True) -> Compression:
    """Two stages of two blocks, and of one block and fewer channels."""
    original = resnet(10, size=8, channels=2, widths=(4, 8))
    compressed = resnet(6, size=8, channels=2, widths=(4, 6))
    return build_compression(
        design(original, "m.safetensors", PaperCosts(memory_bytes=9000, read_write_bytes=20000)),
        design(compressed, "c.safetensors", PaperCosts(memory_bytes=6000, read_write_bytes=11000)),
        FoundPlan(plan=PLAN, file="c.plan.json", sha256="34" * 32) if plan else None,
        clock_mhz=100.0,
    )


def compressed_report(*, plan: bool = True) -> Report:
    graph = resnet(6, size=8, channels=2, widths=(4, 6))
    return make_report(graph, choose_folding(graph, 220), small_compression(plan=plan))
