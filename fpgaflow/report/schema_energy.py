"""What report.json says of energy: a relative model, see `fpgaflow/hardware/energy.py`."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.report.schema_parts import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyParts:
    """Energy for one image, pJ; only ratios of it mean something.

    Attributes:
        mac_pj: of multiply-accumulates.
        on_chip_pj: of numbers moved on the chip.
        off_chip_pj: of numbers moved between the chip and DRAM.
        total_pj: of all.
    """

    mac_pj: float
    on_chip_pj: float
    off_chip_pj: float
    total_pj: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyConstant:
    """A constant of the model.

    Attributes:
        name: what it is the energy of.
        formula: in pJ; b is a width in bits.
        source: the publication.
    """

    name: str
    formula: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Energies:
    """The relative energy of a design, and of the same network on PyTorch.

    Attributes:
        design: of the compiled network.
        reference: of the network as given, layer by layer in float32.
        ratio: design by reference; null where the reference takes nothing.
        constants: what the model was computed with.
        source: always a model.
    """

    design: EnergyParts
    reference: EnergyParts
    ratio: float | None
    constants: tuple[EnergyConstant, ...]
    source: Source = "modelled"
