"""A relative energy model: what arithmetic and moved bits would cost in 45 nm silicon.

This is a model, and relative: it compares two networks, or a design with the same network run
layer by layer, under one set of constants. It is no forecast of what a board draws. Its constants,
all for 45 nm at 0.9 V, go back to M. Horowitz, "Computing's Energy Problem (and what we can do
about it)", ISSCC 2014:

- EIE: S. Han et al., "EIE: Efficient Inference Engine on Compressed Deep Neural Network", ISCA
  2016, Table I: 32-bit floating-point addition 0.9 pJ and multiplication 3.7 pJ, 32-bit integer
  addition 0.1 pJ and multiplication 3.1 pJ, 32 bits from 32 KB of SRAM 5 pJ, 32 bits from DRAM
  640 pJ.
- QKeras (`qtools/config_public.py`, "horowitz"): the same figures fitted over b bits: integer
  multiplication 0.002994791667 b^2 + 0.001041666667 b pJ, addition 0.003125 b pJ, DRAM
  20.3125 pJ a bit.

What is counted: the multiply-accumulates of convolutions and fully connected layers, and every
access of the memory-access model. A product of w by a bits is taken as one of max(w, a) bits, as
QKeras takes it, and its sum is as wide as the accumulator. A number on the chip costs what the
same bits from 32 KB of SRAM cost, be it in block RAM, a FIFO or constants in logic. Biases,
activations, poolings, batch norms, caches and registers of a processor, clocks and leakage count
on neither side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fpgaflow.hardware.cost import count_macs
from fpgaflow.hardware.memory import MemoryModel, spatial_memory
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph

EIE = "Han et al., EIE, ISCA 2016, Table I (45 nm)"
QKERAS = "QKeras, qtools/config_public.py, a fit of Horowitz, ISSCC 2014 (45 nm)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A figure of the literature.

    Attributes:
        name: what it is the energy of.
        formula: in pJ; b is a width in bits.
        source: where it comes from.
    """

    name: str
    formula: str
    source: str


FLOAT_ADD_PJ = 0.9
FLOAT_MULTIPLY_PJ = 3.7
ON_CHIP_PJ_PER_BIT = 5 / 32
OFF_CHIP_PJ_PER_BIT = 20.3125
_MULTIPLY_SQUARE, _MULTIPLY_LINEAR = 0.002994791667, 0.001041666667
_ADD_LINEAR = 0.003125

CONSTANTS = (
    Constant(name="float32 addition", formula="0.9", source=EIE),
    Constant(name="float32 multiplication", formula="3.7", source=EIE),
    Constant(name="integer addition of b bits", formula="0.003125 b", source=QKERAS),
    Constant(
        name="integer multiplication of b bits",
        formula="0.002994791667 b^2 + 0.001041666667 b",
        source=QKERAS,
    ),
    Constant(name="b bits on the chip (32 KB of SRAM)", formula="5 b / 32", source=EIE),
    Constant(name="b bits from or to DRAM", formula="20.3125 b", source=QKERAS),
)
"""Every constant of the model, for people and reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """Energy for one image, pJ. Modelled; only ratios of it mean something.

    Attributes:
        mac_pj: of multiply-accumulates.
        on_chip_pj: of numbers moved on the chip.
        off_chip_pj: of numbers moved between the chip and DRAM.
    """

    mac_pj: float = 0.0
    on_chip_pj: float = 0.0
    off_chip_pj: float = 0.0

    def __add__(self, other: Energy) -> Energy:
        """Return the sum, part by part."""
        return Energy(
            mac_pj=self.mac_pj + other.mac_pj,
            on_chip_pj=self.on_chip_pj + other.on_chip_pj,
            off_chip_pj=self.off_chip_pj + other.off_chip_pj,
        )

    @property
    def total_pj(self) -> float:
        """All parts together."""
        return self.mac_pj + self.on_chip_pj + self.off_chip_pj


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerEnergy:
    """What one layer costs for one image."""

    name: str
    energy: Energy


def integer_multiply_pj(bits: int) -> float:
    """Return the energy of a product of two integers of that many bits."""
    return _MULTIPLY_SQUARE * bits * bits + _MULTIPLY_LINEAR * bits


def integer_add_pj(bits: int) -> float:
    """Return the energy of a sum of two integers of that many bits."""
    return _ADD_LINEAR * bits


def integer_mac_pj(weight_bits: int, activation_bits: int, accumulator_bits: int) -> float:
    """Return the energy of one multiply-accumulate of integers."""
    return integer_multiply_pj(max(weight_bits, activation_bits)) + integer_add_pj(accumulator_bits)


def moved_energy(*, on_chip_bytes: int, off_chip_bytes: int) -> Energy:
    """Return the energy of bytes read and written."""
    return Energy(
        on_chip_pj=8 * on_chip_bytes * ON_CHIP_PJ_PER_BIT,
        off_chip_pj=8 * off_chip_bytes * OFF_CHIP_PJ_PER_BIT,
    )


def float_energy(macs: int, off_chip_bytes: int) -> Energy:
    """Return the energy of a float32 network run layer by layer through DRAM.

    Its processor's caches and registers are left out, so this is the least that it takes.

    Args:
        macs: multiply-accumulates for one image.
        off_chip_bytes: read and written, from `hardware.memory.layer_by_layer_memory`.
    """
    mac_pj = macs * (FLOAT_MULTIPLY_PJ + FLOAT_ADD_PJ)
    return Energy(mac_pj=mac_pj) + moved_energy(on_chip_bytes=0, off_chip_bytes=off_chip_bytes)


def spatial_energy(graph: Graph) -> tuple[LayerEnergy, ...]:
    """Return what each layer of a fixed-point graph costs in the spatial style, in its order."""
    return tuple(
        LayerEnergy(
            name=node.name,
            energy=Energy(mac_pj=_mac_pj(graph, node))
            + moved_energy(
                on_chip_bytes=layer.on_chip.total.bytes, off_chip_bytes=layer.off_chip.total.bytes
            ),
        )
        for node, layer in zip(graph.nodes, spatial_memory(graph).layers, strict=True)
    )


def memory_energy(graph: Graph, memory: MemoryModel) -> Energy:
    """Return what a fixed-point graph costs with the accesses of a model of its memory.

    Args:
        graph: whose multiply-accumulates are counted, each once.
        memory: what is moved, in whatever style.
    """
    macs = Energy(mac_pj=sum(_mac_pj(graph, node) for node in graph.nodes))
    return macs + moved_energy(
        on_chip_bytes=memory.on_chip.total.bytes, off_chip_bytes=memory.off_chip.total.bytes
    )


def total_energy(layers: Iterable[LayerEnergy]) -> Energy:
    """Return the sum over layers."""
    total = Energy()
    for layer in layers:
        total += layer.energy
    return total


def _mac_pj(graph: Graph, node: n.Node) -> float:
    if not isinstance(node, (n.Conv, n.Linear)):
        return 0.0
    weight = _width(graph.parameters[node.weight].element)
    activation = _width(graph.input_types(node)[0].element)
    one = integer_mac_pj(weight, activation, _width(node.accumulator))
    return count_macs(graph, node) * one


def _width(element: FixedType | None) -> int:
    assert element is not None, "a real-valued graph has no bits"
    return element.width
