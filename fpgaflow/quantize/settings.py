"""What the user decides about quantization: bit widths, for the network and for single layers."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from fnmatch import fnmatchcase

from fpgaflow.errors import InputRefused
from fpgaflow.ir.graph import Graph

BITS = range(2, 17)
WIDE_BITS = 16
"""Width of values that no convolution multiplies: the network's result, whose coarse scores
would tie, and sums on their way to a batch norm that could not be folded."""

SCALE_BITS = 16
"""Width of a per-channel scale that stands alone: it fits a DSP48's 18-bit port."""

PIXEL_FRACTION = 3
"""Bits right of the point that the mean pixel keeps: at most 1/16 of a grey level is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerBits:
    """Widths of the layers whose names match a pattern; None leaves the network's width.

    Attributes:
        pattern: a node's name, or a pattern with `*` and `?`.
        weight_bits: width of weights, 2 to 16.
        activation_bits: width of the output, 2 to 16.
    """

    pattern: str
    weight_bits: int | None = None
    activation_bits: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Bit widths.

    Attributes:
        weight_bits: width of weights, 2 to 16.
        activation_bits: width of feature maps, 2 to 16.
        layers: exceptions; the last one that matches a node decides.
        bias_correction: whether biases make up for the mean error of the rounded weights.
    """

    weight_bits: int = 8
    activation_bits: int = 8
    layers: tuple[LayerBits, ...] = ()
    bias_correction: bool = True

    def __post_init__(self) -> None:
        """Refuse widths outside 2 to 16."""
        _check_bits("--weight-bits", self.weight_bits)
        _check_bits("--activation-bits", self.activation_bits)
        for layer in self.layers:
            _check_bits(f"layer {layer.pattern}: weight_bits", layer.weight_bits)
            _check_bits(f"layer {layer.pattern}: activation_bits", layer.activation_bits)

    def weight_width(self, name: str) -> int:
        """Return the width of a node's weights."""
        widths = [bits.weight_bits for bits in self.layers if fnmatchcase(name, bits.pattern)]
        return next((width for width in reversed(widths) if width), self.weight_bits)

    def activation_width(self, name: str) -> int | None:
        """Return the width that an exception gives a node's output, or None."""
        widths = [bits.activation_bits for bits in self.layers if fnmatchcase(name, bits.pattern)]
        return next((width for width in reversed(widths) if width), None)

    def check_names(self, graph: Graph) -> None:
        """Refuse an exception that matches no node.

        Raises:
            InputRefused: naming the pattern and the nearest names.
        """
        names = [node.name for node in graph.nodes]
        for layer in self.layers:
            if not any(fnmatchcase(name, layer.pattern) for name in names):
                near = difflib.get_close_matches(layer.pattern, names, n=3) or names[:3]
                raise InputRefused(
                    f"layer settings: no layer is named {layer.pattern}",
                    accepted=f"names or patterns of layers, such as {', '.join(near)}",
                    remedy="fpgaflow inspect lists the names",
                )


def _check_bits(place: str, bits: int | None) -> None:
    if bits is not None and bits not in BITS:
        raise InputRefused(
            f"{place}: {bits} bits", accepted=f"{BITS.start} to {BITS.stop - 1} bits"
        )
