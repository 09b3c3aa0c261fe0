"""The report of a network made by hand; nothing in it depends on this machine."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.fit import check_fit
from fpgaflow.hardware.folding import Folding, LayerFolding, choose_folding
from fpgaflow.hardware.memory import layer_by_layer_memory, spatial_memory
from fpgaflow.ir.graph import Graph
from fpgaflow.report.build import build_report, describe_model
from fpgaflow.report.schema import (
    CSimulation,
    FileEntry,
    InterpreterSpeed,
    Quantization,
    Report,
    Verification,
)
from tests.hardware.small_graphs import resnet20, tiny_residual

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


def make_report(graph: Graph, folding: Folding) -> Report:
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
        files=(FileEntry(path="firmware/defines.h", bytes=12, sha256="cd" * 32),),
    )
    return replace(report, fpgaflow="0.0.0")


def tiny_report() -> Report:
    return make_report(tiny_residual(), FOLDING)


def oversize_report() -> Report:
    graph = resnet20()
    return make_report(graph, choose_folding(graph, 220))
