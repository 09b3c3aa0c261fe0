"""A small network on the smallest engine, on a board made for tests."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import fpgaflow
from fpgaflow.engine.config import EngineConfig
from fpgaflow.hardware.boards import Board, load_board
from fpgaflow.ir.graph import Graph
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.quantize import Settings, quantize
from tests.api.tiny import SHAPE, tiny_images, tiny_labels, tiny_module
from tests.small_networks import images, residual_network, vgg_network

SMALL = EngineConfig(lanes_k=4, lanes_o=2, lanes_p=2, act_lines=128, w_rows=128)


def small_board(config: EngineConfig | None = SMALL) -> Board:
    return replace(load_board("pynq-z2"), name="small", title="Small", engine=config)


def compile_engine_build(folder: Path, **others: object) -> fpgaflow.Build:
    options = {
        "board": small_board(),
        "style": "engine",
        "example_input": SHAPE,
        "output": folder / "build",
        "calibration": (tiny_images(), tiny_labels()),
        "calibration_images": 24,
    }
    return fpgaflow.compile(tiny_module(), **(options | others))  # pyright: ignore


@cache
def fixed_network(*, wide: bool = False) -> Graph:
    """A quantized network: a residual block, or a chain with pools."""
    real = canonicalize(vgg_network() if wide else residual_network(), mean=(0.5,), std=(0.5,))
    return quantize(real, images(), Settings())
