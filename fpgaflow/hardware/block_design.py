"""The block design around the accelerator: what Vivado is asked to build for a board.

Data alone. The Tcl script is rendered from it, the hardware description that the runtime reads
(.hwh) agrees with it, and the tests hold what the script does against it.

    processing system -M_AXI-> control_interconnect -> axi_dma_0, fpgaflow_0 (registers)
    processing system <-HP0-- memory_interconnect <- axi_dma_0
    axi_dma_0 -images-> fpgaflow_0 -scores-> axi_dma_0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fpgaflow.hardware.board import Board, BoardFamily

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
        memory_masters: the address spaces of the DMA, `cell/space`, which see the DDR memory.
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

    @property
    def accelerator_vlnv(self) -> str:
        """Return what Vivado calls the accelerator's IP."""
        return f"{IP_VENDOR}:{IP_LIBRARY}:{self.name}:{IP_VERSION}"

    def window(self, cell: str) -> Window:
        """Return the registers of a cell, `DMA` or `ACCELERATOR`."""
        return next(window for window in self.windows if window.cell == cell)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """The names of one processing system's ports and settings, and its address map.

    Sources: PG082 and UG585 (Zynq-7000), PG201 and UG1085 (Zynq UltraScale+).
    """

    processor: str
    vlnv: str
    control: str
    control_clock: str
    memory: str
    memory_clock: str
    clock: str
    reset: str
    base: int
    external: tuple[str, ...]
    properties: tuple[tuple[str, str], ...]
    clock_property: str
    width_property: str
    dma_address_bits: int
    dma_burst_beats: int


_FAMILIES: Mapping[BoardFamily, _Family] = MappingProxyType(
    {
        "zynq-7000": _Family(
            processor="processing_system7_0",
            vlnv="xilinx.com:ip:processing_system7:5.5",
            control="M_AXI_GP0",
            control_clock="M_AXI_GP0_ACLK",
            memory="S_AXI_HP0",
            memory_clock="S_AXI_HP0_ACLK",
            clock="FCLK_CLK0",
            reset="FCLK_RESET0_N",
            base=0x4000_0000,
            external=("DDR", "FIXED_IO"),
            properties=(
                ("PCW_USE_M_AXI_GP0", "1"),
                ("PCW_USE_M_AXI_GP1", "0"),
                ("PCW_USE_S_AXI_HP0", "1"),
                ("PCW_EN_CLK0_PORT", "1"),
                ("PCW_EN_RST0_PORT", "1"),
            ),
            clock_property="PCW_FPGA0_PERIPHERAL_FREQMHZ",
            width_property="PCW_S_AXI_HP0_DATA_WIDTH",
            dma_address_bits=32,
            # AXI3, which the HP ports speak, has no longer bursts.
            dma_burst_beats=16,
        ),
        "zynqmp": _Family(
            processor="zynq_ultra_ps_e_0",
            vlnv="xilinx.com:ip:zynq_ultra_ps_e:3.5",
            control="M_AXI_HPM0_FPD",
            control_clock="maxihpm0_fpd_aclk",
            memory="S_AXI_HP0_FPD",
            memory_clock="saxihp0_fpd_aclk",
            clock="pl_clk0",
            reset="pl_resetn0",
            base=0xA000_0000,
            external=(),
            properties=(
                # Vivado's names count LPD and FPD ports together: GP0 is HPM0_FPD, S GP2 is HP0.
                # Board presets switch on masters that would be left without a clock here.
                ("PSU__USE__M_AXI_GP0", "1"),
                ("PSU__USE__M_AXI_GP1", "0"),
                ("PSU__USE__M_AXI_GP2", "0"),
                ("PSU__USE__S_AXI_GP2", "1"),
                ("PSU__FPGA_PL0_ENABLE", "1"),
                ("PSU__USE__FABRIC__RST", "1"),
            ),
            clock_property="PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ",
            width_property="PSU__SAXIGP2__DATA_WIDTH",
            # DDR memory above 2 GB lies at 0x8_0000_0000.
            dma_address_bits=40,
            dma_burst_beats=64,
        ),
    }
)

_CONTROL, _MEMORY, _RESET = "control_interconnect", "memory_interconnect", "reset_0"


def block_design(board: Board, name: str, clock_mhz: float | None = None) -> BlockDesign:
    """Return the design for a board.

    Args:
        board: the board.
        name: the project's name; a word that C++ and Tcl take.
        clock_mhz: the clock to ask for; by default the board's.
    """
    family = _FAMILIES[board.family]
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
            Cell(name=_RESET, vlnv="xilinx.com:ip:proc_sys_reset:5.0", any_version=True),
            _interconnect(_CONTROL, slaves=1, masters=2),
            _interconnect(_MEMORY, slaves=2, masters=1),
            _dma(family, board.hp_port_bits),
            Cell(
                name=ACCELERATOR,
                vlnv=f"{IP_VENDOR}:{IP_LIBRARY}:{name}:{IP_VERSION}",
                any_version=False,
            ),
        ),
        links=(
            Link(master=f"{ps}/{family.control}", slave=f"{_CONTROL}/S00_AXI"),
            Link(master=f"{_CONTROL}/M00_AXI", slave=f"{DMA}/S_AXI_LITE"),
            Link(master=f"{_CONTROL}/M01_AXI", slave=f"{ACCELERATOR}/{CONTROL}"),
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


def _processor(family: _Family, clock_mhz: float, beat_bits: int) -> Cell:
    pairs = (
        *family.properties,
        (family.clock_property, f"{clock_mhz:g}"),
        (family.width_property, str(beat_bits)),
    )
    return Cell(
        name=family.processor, vlnv=family.vlnv, any_version=True, properties=_properties(*pairs)
    )


def _interconnect(name: str, *, slaves: int, masters: int) -> Cell:
    return Cell(
        name=name,
        vlnv="xilinx.com:ip:axi_interconnect:2.1",
        any_version=True,
        properties=_properties(("NUM_SI", str(slaves)), ("NUM_MI", str(masters))),
    )


def _dma(family: _Family, beat_bits: int) -> Cell:
    bits, burst = str(beat_bits), str(family.dma_burst_beats)
    return Cell(
        name=DMA,
        # pynq finds its driver by this version.
        vlnv="xilinx.com:ip:axi_dma:7.1",
        any_version=False,
        properties=_properties(
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


def _properties(*pairs: tuple[str, str]) -> tuple[Property, ...]:
    return tuple(Property(name=name, value=value) for name, value in pairs)


def _clock(family: _Family) -> Net:
    return Net(
        source=f"{family.processor}/{family.clock}",
        sinks=(
            f"{family.processor}/{family.control_clock}",
            f"{family.processor}/{family.memory_clock}",
            f"{_RESET}/slowest_sync_clk",
            *(f"{_CONTROL}/{port}_ACLK" for port in ("S00", "M00", "M01")),
            f"{_CONTROL}/ACLK",
            *(f"{_MEMORY}/{port}_ACLK" for port in ("S00", "S01", "M00")),
            f"{_MEMORY}/ACLK",
            *(f"{DMA}/{name}_aclk" for name in ("s_axi_lite", "m_axi_mm2s", "m_axi_s2mm")),
            f"{ACCELERATOR}/ap_clk",
        ),
    )


def _resets(family: _Family) -> tuple[Net, ...]:
    return (
        Net(
            source=f"{family.processor}/{family.reset}",
            sinks=(f"{_RESET}/ext_reset_in",),
        ),
        Net(
            source=f"{_RESET}/interconnect_aresetn",
            sinks=(f"{_CONTROL}/ARESETN", f"{_MEMORY}/ARESETN"),
        ),
        Net(
            source=f"{_RESET}/peripheral_aresetn",
            sinks=(
                *(f"{_CONTROL}/{port}_ARESETN" for port in ("S00", "M00", "M01")),
                *(f"{_MEMORY}/{port}_ARESETN" for port in ("S00", "S01", "M00")),
                f"{DMA}/axi_resetn",
                f"{ACCELERATOR}/ap_rst_n",
            ),
        ),
    )
