"""A user's own measured designs, which move and narrow the bands of the resource model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from types import MappingProxyType

from fpgaflow.hardware.resource_bands import Adjustment, adjustment

MODEL = 2
"""Grows when the resource model changes: figures of another one calibrate nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratorUse:
    """What an accelerator takes, DMA engine and interconnects left out.

    Attributes:
        lut: look-up tables.
        ff: flip-flops.
        bram36: block RAMs of 36 Kbit; a half is one of 18 Kbit.
        dsp: DSP slices.
    """

    lut: float
    ff: float
    bram36: float
    dsp: float


RESOURCES = ("lut", "ff", "bram36", "dsp")
"""The fields of `AcceleratorUse`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredDesign:
    """One design, as it was modelled and as it was placed and routed.

    Attributes:
        name: the network's.
        board: compiled for.
        build: SHA-256 of the build's graph.json and of its foldings: what makes two designs the
            same one.
        tool: name and version of what measured it.
        modelled: the likely numbers of the model as it comes, without any calibration.
        measured: what the tool found.
    """

    name: str
    board: str
    build: str
    tool: str
    modelled: AcceleratorUse
    measured: AcceleratorUse


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Measured designs, each once."""

    designs: tuple[MeasuredDesign, ...]

    @property
    def sha256(self) -> str:
        """Return what names exactly these designs, in whatever order they were added."""
        lines = sorted(repr(astuple(design)) for design in self.designs)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def adjustments(self) -> Mapping[str, Adjustment]:
        """Return, by resource, what the designs say; one that none of them says of is left out."""
        found = {
            name: adjustment(
                tuple(
                    (getattr(design.modelled, name), getattr(design.measured, name))
                    for design in self.designs
                )
            )
            for name in RESOURCES
        }
        return MappingProxyType({name: one for name, one in found.items() if one is not None})

    def with_designs(self, designs: tuple[MeasuredDesign, ...]) -> Calibration:
        """Return a calibration with these designs too; a design measured again replaces itself."""
        by_build = {design.build: design for design in (*self.designs, *designs)}
        return Calibration(designs=tuple(by_build.values()))

    def without(self, builds: frozenset[str]) -> Calibration:
        """Return a calibration without the designs of these builds."""
        return Calibration(designs=tuple(one for one in self.designs if one.build not in builds))


def adjustments_of(calibration: Calibration | None) -> Mapping[str, Adjustment]:
    """Return a calibration's adjustments; none where there is no calibration."""
    return MappingProxyType({}) if calibration is None else calibration.adjustments()
