"""What is known of one board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fpgaflow.engine.config import EngineConfig

BoardFamily = Literal["zynq-7000", "zynqmp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardResources:
    """What the programmable logic holds, in the vendor's own units.

    Attributes:
        lut: look-up tables with six inputs.
        ff: flip-flops.
        bram36: block RAMs of 36 Kbit.
        uram: UltraRAMs of 288 Kbit; 0 where the device has none.
        dsp: DSP slices (DSP48E1 on zynq-7000, DSP48E2 on zynqmp).
    """

    lut: int
    ff: int
    bram36: int
    uram: int
    dsp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSources:
    """The document that each figure of a Board comes from; one field per field there.

    `engine` is empty where the board has none.
    """

    part: str
    board_part: str
    resources: str
    clock_mhz: str
    ps_clock_mhz: str
    hp_port_bits: str
    ddr_gb_per_s: str
    pynq_version: str
    engine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board with a Zynq device.

    Attributes:
        name: what `--board` takes; also the folder under boards/.
        title: the vendor's name.
        family: the processing system's family.
        part: the device as Vivado and Vitis HLS name it.
        board_part: the board as Vivado names it (VLNV).
        resources: what the programmable logic holds.
        clock_mhz: the clock that a design gets where the user names none.
        ps_clock_mhz: the clock of the Arm cores.
        hp_port_bits: width of one high-performance AXI port into the DDR memory.
        ddr_gb_per_s: peak bandwidth of the processor's DDR memory, 10^9 bytes a second.
        pynq_version: the newest release of pynq that runs there.
        sources: where each figure comes from.
        engine: the engine that is made for it; None where none is.
    """

    name: str
    title: str
    family: BoardFamily
    part: str
    board_part: str
    resources: BoardResources
    clock_mhz: float
    ps_clock_mhz: float
    hp_port_bits: int
    ddr_gb_per_s: float
    pynq_version: str
    sources: BoardSources
    engine: EngineConfig | None = None
