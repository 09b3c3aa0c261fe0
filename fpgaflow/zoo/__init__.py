"""Reference architectures in PyTorch, and recognition of their checkpoints."""

from __future__ import annotations

from fpgaflow.zoo.counts import (
    count_layer_macs,
    count_lstm_macs,
    count_macs,
    count_parameters,
)
from fpgaflow.zoo.recognition import Recognised, recognise
from fpgaflow.zoo.registry import ZOO, ZooEntry, build, find

__all__ = [
    "ZOO",
    "Recognised",
    "ZooEntry",
    "build",
    "count_layer_macs",
    "count_lstm_macs",
    "count_macs",
    "count_parameters",
    "find",
    "recognise",
]
