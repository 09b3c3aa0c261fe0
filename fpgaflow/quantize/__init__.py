"""Quantization: from a real-valued graph to the fixed-point graph that is the contract."""

from fpgaflow.quantize.pipeline import quantize
from fpgaflow.quantize.settings import LayerBits, Settings

__all__ = ["LayerBits", "Settings", "quantize"]
