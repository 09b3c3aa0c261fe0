"""The block design around the accelerator: what Vivado is asked to build for a board.

Data alone. The Tcl script is rendered from it, the hardware description that the runtime reads
(.hwh) agrees with it, and the tests hold what the script does against it.

    processing system -M_AXI-> control_interconnect -> axi_dma_0, fpgaflow_0 (registers)
    processing system <-HP0-- memory_interconnect <- axi_dma_0
    axi_dma_0 -images-> fpgaflow_0 -scores-> axi_dma_0
"""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.hardware.board import Board, BoardFamily
from fpgaflow.hardware.processing_system import PROCESSING_SYSTEMS, ProcessingSystem

TOP = "fpgaflow_top"
"""The function that Vitis HLS makes the accelerator of."""

IP_VENDOR, IP_LIBRARY, IP_VERSION = "fpgaflow", "hls", "1.0"
DMA, ACCELERATOR = "axi_dma_0", "fpgaflow_0"
IMAGES, SCORES, CONTROL = "images", "scores", "s_axi_control"
"""The accelerator's interfaces: stream in, stream out, registers."""

WINDOW_BYTES = 0x10000
"""Address space of the registers of the DMA and of the accelerator, each."""

DMA_LENGTH_BITS = 26
"""One transfer is at most 2**26 - 1 bytes; the IP's own 14 bits would allow 16 KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One setting of a cell; `name` is without Vivado's prefix `CONFIG.`."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """An IP in the design.

    Attributes:
        name: of the instance.
        vlnv: vendor, library, name and version as Vivado 2023.2 has them.
        any_version: take the newest version that Vivado has; false where others depend on one.
        properties: the settings that differ from the IP's own.
    """

    name: str
    vlnv: str
    any_version: bool
    properties: tuple[Property, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two AXI interfaces that are connected, each as `cell/interface`."""

    master: str
    slave: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Net:
    """One wire from the pin `source` to the pins `sinks`, each as `cell/pin`."""

    source: str
    sinks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Registers that the processor sees.

    Attributes:
        cell: whose they are.
        interface: through which they are reached.
        base: physical address of the first.
        bytes: size of the address range.
    """

    cell: str
    interface: str
    base: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDesign:
    """A whole design.

    Attributes:
        name: of the accelerator's IP, of the .bit and of the .hwh.
        family: of the processing system.
        part: the device, as Vivado names it.
        board_part: the board, as Vivado names it (VLNV).
        clock_mhz: the clock asked of the processing system; all logic runs on it.
        beat_bits: width of both streams and of the memory port.
        processor: the cell of the processing system.
        external: interfaces of the processing system that leave the chip.
        cells: in the order in which they are made; the processing system comes first.
        links: the AXI connections.
        clock: the one clock.
        resets: the reset wires.
        windows: the registers, by address.
        memory_masters: the address spaces, `cell/space`, which see the DDR memory.
        interrupts: the wires that tell the processing system of a run's end.
        library: of the accelerator's IP.
        interfaces: that the accelerator's IP must have.
    """

    name: str
    family: BoardFamily
    part: str
    board_part: str
    clock_mhz: float
    beat_bits: int
    processor: str
    external: tuple[str, ...]
    cells: tuple[Cell, ...]
    links: tuple[Link, ...]
    clock: Net
    resets: tuple[Net, ...]
    windows: tuple[Window, ...]
    memory_masters: tuple[str, ...]
    interrupts: tuple[Net, ...] = ()
    library: str = IP_LIBRARY
    interfaces: tuple[str, ...] = (IMAGES, SCORES, CONTROL)

    @property
    def accelerator_vlnv(self) -> str:
        """Return what Vivado calls the accelerator's IP."""
        return f"{IP_VENDOR}:{self.library}:{self.name}:{IP_VERSION}"

    def window(self, cell: str) -> Window:
        """Return the registers of a cell, `DMA` or `ACCELERATOR`."""
        return next(window for window in self.windows if window.cell == cell)


CONTROL_INTERCONNECT, RESET = "control_interconnect", "reset_0"
_MEMORY = "memory_interconnect"


def block_design(board: Board, name: str, clock_mhz: float | None = None) -> BlockDesign:
    """Return the design for a board.

    Args:
        board: the board.
        name: the project's name; a word that C++ and Tcl take.
        clock_mhz: the clock to ask for; by default the board's.
    """
    family = PROCESSING_SYSTEMS[board.family]
    clock = board.clock_mhz if clock_mhz is None else clock_mhz
    ps = family.processor
    return BlockDesign(
        name=name,
        family=board.family,
        part=board.part,
        board_part=board.board_part,
        clock_mhz=clock,
        beat_bits=board.hp_port_bits,
        processor=ps,
        external=family.external,
        cells=(
            _processor(family, clock, board.hp_port_bits),
            Cell(name=RESET, vlnv="xilinx.com:ip:proc_sys_reset:5.0", any_version=True),
            interconnect(CONTROL_INTERCONNECT, slaves=1, masters=2),
            interconnect(_MEMORY, slaves=2, masters=1),
            _dma(family, board.hp_port_bits),
            Cell(
                name=ACCELERATOR,
                vlnv=f"{IP_VENDOR}:{IP_LIBRARY}:{name}:{IP_VERSION}",
                any_version=False,
            ),
        ),
        links=(
            Link(master=f"{ps}/{family.control}", slave=f"{CONTROL_INTERCONNECT}/S00_AXI"),
            Link(master=f"{CONTROL_INTERCONNECT}/M00_AXI", slave=f"{DMA}/S_AXI_LITE"),
            Link(master=f"{CONTROL_INTERCONNECT}/M01_AXI", slave=f"{ACCELERATOR}/{CONTROL}"),
            Link(master=f"{DMA}/M_AXI_MM2S", slave=f"{_MEMORY}/S00_AXI"),
            Link(master=f"{DMA}/M_AXI_S2MM", slave=f"{_MEMORY}/S01_AXI"),
            Link(master=f"{_MEMORY}/M00_AXI", slave=f"{ps}/{family.memory}"),
            Link(master=f"{DMA}/M_AXIS_MM2S", slave=f"{ACCELERATOR}/{IMAGES}"),
            Link(master=f"{ACCELERATOR}/{SCORES}", slave=f"{DMA}/S_AXIS_S2MM"),
        ),
        clock=_clock(family),
        resets=_resets(family),
        windows=(
            Window(cell=DMA, interface="S_AXI_LITE", base=family.base, bytes=WINDOW_BYTES),
            Window(
                cell=ACCELERATOR,
                interface=CONTROL,
                base=family.base + WINDOW_BYTES,
                bytes=WINDOW_BYTES,
            ),
        ),
        memory_masters=(f"{DMA}/Data_MM2S", f"{DMA}/Data_S2MM"),
    )


def _processor(family: ProcessingSystem, clock_mhz: float, beat_bits: int) -> Cell:
    pairs = (
        *family.properties,
        (family.clock_property, f"{clock_mhz:g}"),
        (family.width_property, str(beat_bits)),
    )
    return Cell(
        name=family.processor, vlnv=family.vlnv, any_version=True, properties=properties(*pairs)
    )


def interconnect(name: str, *, slaves: int, masters: int) -> Cell:
    """Return an AXI interconnect, which converts protocols and widths where its ends differ."""
    return Cell(
        name=name,
        vlnv="xilinx.com:ip:axi_interconnect:2.1",
        any_version=True,
        properties=properties(("NUM_SI", str(slaves)), ("NUM_MI", str(masters))),
    )


def _dma(family: ProcessingSystem, beat_bits: int) -> Cell:
    bits, burst = str(beat_bits), str(family.dma_burst_beats)
    return Cell(
        name=DMA,
        # pynq finds its driver by this version.
        vlnv="xilinx.com:ip:axi_dma:7.1",
        any_version=False,
        properties=properties(
            ("c_include_sg", "0"),
            ("c_sg_include_stscntrl_strm", "0"),
            ("c_sg_length_width", str(DMA_LENGTH_BITS)),
            ("c_addr_width", str(family.dma_address_bits)),
            ("c_m_axi_mm2s_data_width", bits),
            ("c_m_axis_mm2s_tdata_width", bits),
            ("c_mm2s_burst_size", burst),
            # The width of the stream that comes in follows from the accelerator's.
            ("c_m_axi_s2mm_data_width", bits),
            ("c_s2mm_burst_size", burst),
        ),
    )


def properties(*pairs: tuple[str, str]) -> tuple[Property, ...]:
    """Return settings of a cell from names and values."""
    return tuple(Property(name=name, value=value) for name, value in pairs)


def _clock(family: ProcessingSystem) -> Net:
    return Net(
        source=f"{family.processor}/{family.clock}",
        sinks=(
            f"{family.processor}/{family.control_clock}",
            f"{family.processor}/{family.memory_clock}",
            f"{RESET}/slowest_sync_clk",
            *(f"{CONTROL_INTERCONNECT}/{port}_ACLK" for port in ("S00", "M00", "M01")),
            f"{CONTROL_INTERCONNECT}/ACLK",
            *(f"{_MEMORY}/{port}_ACLK" for port in ("S00", "S01", "M00")),
            f"{_MEMORY}/ACLK",
            *(f"{DMA}/{name}_aclk" for name in ("s_axi_lite", "m_axi_mm2s", "m_axi_s2mm")),
            f"{ACCELERATOR}/ap_clk",
        ),
    )


def _resets(family: ProcessingSystem) -> tuple[Net, ...]:
    return (
        Net(
            source=f"{family.processor}/{family.reset}",
            sinks=(f"{RESET}/ext_reset_in",),
        ),
        Net(
            source=f"{RESET}/interconnect_aresetn",
            sinks=(f"{CONTROL_INTERCONNECT}/ARESETN", f"{_MEMORY}/ARESETN"),
        ),
        Net(
            source=f"{RESET}/peripheral_aresetn",
            sinks=(
                *(f"{CONTROL_INTERCONNECT}/{port}_ARESETN" for port in ("S00", "M00", "M01")),
                *(f"{_MEMORY}/{port}_ARESETN" for port in ("S00", "S01", "M00")),
                f"{DMA}/axi_resetn",
                f"{ACCELERATOR}/ap_rst_n",
            ),
        ),
    )
