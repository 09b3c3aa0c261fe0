"""The hardware description (.hwh) that pynq reads beside a bitstream.

Vivado writes one for the design that it built. This one is made from the same block design and the
same registers before anything is built: the emulated board runs on it, and a Vivado-made one is
held against the registers. It holds what pynq reads (cells, parameters, buses, addresses,
registers, clocks), not every port.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from xml.etree import ElementTree as Xml

from fpgaflow.hardware.block_design import (
    ACCELERATOR,
    DMA,
    IMAGES,
    SCORES,
    BlockDesign,
    Cell,
    Net,
    Window,
)
from fpgaflow.hardware.board import BoardFamily
from fpgaflow.hardware.engine_registers import EngineRegisters, control_words
from fpgaflow.hardware.registers import CONTROL_WORDS, BitField, RegisterMap

Registers = RegisterMap | EngineRegisters

PLL_MHZ: Mapping[BoardFamily, float] = MappingProxyType({"zynq-7000": 1000.0, "zynqmp": 1500.0})
"""The PLL that the logic's clock is divided from: the I/O PLL of the boards' presets."""

_CLOCKS = 4
_LARGEST_DIVISOR = 63
_AXI, _STREAM = "xilinx.com:interface:aximm:1.0", "xilinx.com:interface:axis:1.0"
_DMA_REGISTERS = (
    ("MM2S_DMACR", 0x00),
    ("MM2S_DMASR", 0x04),
    ("MM2S_SA", 0x18),
    ("MM2S_SA_MSB", 0x1C),
    ("MM2S_LENGTH", 0x28),
    ("S2MM_DMACR", 0x30),
    ("S2MM_DMASR", 0x34),
    ("S2MM_DA", 0x48),
    ("S2MM_DA_MSB", 0x4C),
    ("S2MM_LENGTH", 0x58),
)
"""Of an AXI DMA without scatter-gather (AMD PG021)."""


def make_hwh(design: BlockDesign, registers: Registers) -> str:
    """Return the text of the .hwh; the same design gives the same bytes.

    Args:
        design: the block design.
        registers: of its accelerator.
    """
    root = Xml.Element("EDKSYSTEM", EDWVERSION="1.2", VIVADOVERSION="2023.2")
    Xml.SubElement(
        root, "SYSTEMINFO", ARCH=_arch(design.family), DEVICE=design.part, NAME=design.name
    )
    Xml.SubElement(root, "EXTERNALPORTS")
    Xml.SubElement(root, "EXTERNALINTERFACES")
    modules = Xml.SubElement(root, "MODULES")
    for cell in design.cells:
        _add_module(modules, design, cell, registers)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n' + _text(root) + "\n"


def clock_divisors(asked_mhz: float, family: BoardFamily) -> tuple[int, int]:
    """Return the two divisors of the PLL whose clock comes nearest to the one asked for."""
    source = PLL_MHZ[family]
    limit = range(1, _LARGEST_DIVISOR + 1)
    pairs = ((first, second) for first in limit for second in limit if second <= first)
    return min(pairs, key=lambda pair: (abs(source / (pair[0] * pair[1]) - asked_mhz), pair[0]))


def _arch(family: BoardFamily) -> str:
    return "zynq" if family == "zynq-7000" else "zynquplus"


def _text(root: Xml.Element) -> str:
    return Xml.tostring(root, encoding="unicode")


def _add_module(
    modules: Xml.Element, design: BlockDesign, cell: Cell, registers: Registers
) -> None:
    _, _, kind, version = cell.vlnv.split(":")
    module = Xml.SubElement(
        modules,
        "MODULE",
        FULLNAME=f"/{cell.name}",
        HWVERSION=version,
        INSTANCE=cell.name,
        IPTYPE="PERIPHERAL",
        MODCLASS="PERIPHERAL",
        MODTYPE=kind,
        VLNV=cell.vlnv,
    )
    if cell.name == DMA:
        _add_block(module, design.window(DMA), [(*one, 32, "", ()) for one in _DMA_REGISTERS])
    if cell.name == ACCELERATOR:
        _add_block(module, design.window(ACCELERATOR), _accelerator_words(registers))
    parameters = Xml.SubElement(module, "PARAMETERS")
    for name, value in _parameters(design, cell):
        Xml.SubElement(parameters, "PARAMETER", NAME=name, VALUE=value)
    _add_ports(Xml.SubElement(module, "PORTS"), design, cell.name)
    _add_buses(Xml.SubElement(module, "BUSINTERFACES"), design, cell.name)
    if cell.name == design.processor:
        _add_memory_map(Xml.SubElement(module, "MEMORYMAP"), design)


_Word = tuple[str, int, int, str, Sequence[BitField]]


def _accelerator_words(registers: Registers) -> Iterable[_Word]:
    for word in control_words() if isinstance(registers, EngineRegisters) else CONTROL_WORDS:
        yield word.name, word.offset, 32, word.meaning, word.fields
    for one in registers.registers:
        for name, offset in one.words:
            yield name, offset, 32, one.meaning, ()


def _add_block(module: Xml.Element, window: Window, words: Iterable[_Word]) -> None:
    blocks = Xml.SubElement(module, "ADDRESSBLOCKS")
    block = Xml.SubElement(
        blocks,
        "ADDRESSBLOCK",
        ACCESS="read-write",
        INTERFACE=window.interface,
        NAME="Reg",
        RANGE=str(window.bytes),
        USAGE="register",
    )
    registers = Xml.SubElement(block, "REGISTERS")
    for name, offset, bits, meaning, fields in words:
        register = Xml.SubElement(registers, "REGISTER", NAME=name)
        _add_properties(
            register,
            DESCRIPTION=meaning,
            ADDRESS_OFFSET=str(offset),
            SIZE=str(bits),
            ACCESS="read-write",
            IS_ENABLED="true",
        )
        if not fields:
            continue
        listed = Xml.SubElement(register, "FIELDS")
        for field in fields:
            _add_properties(
                Xml.SubElement(listed, "FIELD", NAME=field.name),
                DESCRIPTION=field.meaning,
                BIT_OFFSET=str(field.bit),
                BIT_WIDTH="1",
                ACCESS="read-write" if field.writable else "read-only",
            )


def _add_properties(parent: Xml.Element, **properties: str) -> None:
    for name, value in properties.items():
        Xml.SubElement(parent, "PROPERTY", NAME=name, VALUE=value)


def _parameters(design: BlockDesign, cell: Cell) -> Iterable[tuple[str, str]]:
    for one in cell.properties:
        yield one.name, one.value
    if cell.name == design.processor:
        yield from _clock_parameters(design)
    if cell.name == DMA:
        yield from (
            ("c_include_mm2s", "1"),
            ("c_include_mm2s_dre", "0"),
            ("c_include_s2mm", "1"),
            ("c_include_s2mm_dre", "0"),
            ("c_micro_dma", "0"),
        )


def _clock_parameters(design: BlockDesign) -> Iterable[tuple[str, str]]:
    """Yield the divisors and switches of the four clocks of the logic; only the first is on."""
    given = {one.name for one in design.cells[0].properties}
    for clock in range(_CLOCKS):
        first, second = clock_divisors(design.clock_mhz, design.family) if clock == 0 else (1, 1)
        if design.family == "zynq-7000":
            divisor = f"PCW_FCLK{clock}_PERIPHERAL_DIVISOR"
            enable = f"PCW_FPGA_FCLK{clock}_ENABLE"
            source, pll = f"PCW_FCLK{clock}_PERIPHERAL_CLKSRC", "IO PLL"
            achieved = f"PCW_ACT_FPGA{clock}_PERIPHERAL_FREQMHZ"
        else:
            divisor = f"PSU__CRL_APB__PL{clock}_REF_CTRL__DIVISOR"
            enable = f"PSU__FPGA_PL{clock}_ENABLE"
            source, pll = f"PSU__CRL_APB__PL{clock}_REF_CTRL__SRCSEL", "IOPLL"
            achieved = f"PSU__CRL_APB__PL{clock}_REF_CTRL__ACT_FREQMHZ"
        yield f"{divisor}0", str(first)
        yield f"{divisor}1", str(second)
        yield source, pll
        yield achieved, f"{PLL_MHZ[design.family] / (first * second):.6f}"
        if enable not in given:
            yield enable, str(int(clock == 0))


def _add_ports(ports: Xml.Element, design: BlockDesign, cell: str) -> None:
    for net in (design.clock, *design.resets, *design.interrupts):
        ends = (net.source, *net.sinks)
        for end in ends:
            owner, pin = end.split("/")
            if owner != cell:
                continue
            port = Xml.SubElement(
                ports,
                "PORT",
                DIR="O" if end == net.source else "I",
                NAME=pin,
                SIGIS=_kind(design, net),
                SIGNAME=net.source.replace("/", "_"),
            )
            others = net.sinks if end == net.source else (net.source,)
            connections = Xml.SubElement(port, "CONNECTIONS")
            for other in others:
                instance, name = other.split("/")
                Xml.SubElement(connections, "CONNECTION", INSTANCE=instance, PORT=name)


def _kind(design: BlockDesign, net: Net) -> str:
    if net is design.clock:
        return "clk"
    return "rst" if net in design.resets else "INTERRUPT"


def _add_buses(buses: Xml.Element, design: BlockDesign, cell: str) -> None:
    for link in design.links:
        for end, kind in ((link.master, "MASTER"), (link.slave, "SLAVE")):
            owner, interface = end.split("/")
            if owner == cell:
                Xml.SubElement(
                    buses,
                    "BUSINTERFACE",
                    BUSNAME=link.master.replace("/", "_"),
                    NAME=interface,
                    TYPE=kind,
                    VLNV=_STREAM if _is_stream(link.master) or _is_stream(link.slave) else _AXI,
                )


def _is_stream(end: str) -> bool:
    cell, interface = end.split("/")
    return cell == ACCELERATOR and interface in (IMAGES, SCORES)


def _add_memory_map(memory: Xml.Element, design: BlockDesign) -> None:
    master = design.links[0].master.split("/")[1]
    for window in design.windows:
        Xml.SubElement(
            memory,
            "MEMRANGE",
            ADDRESSBLOCK="Reg",
            BASENAME="C_BASEADDR",
            BASEVALUE=f"0x{window.base:08X}",
            HIGHNAME="C_HIGHADDR",
            HIGHVALUE=f"0x{window.base + window.bytes - 1:08X}",
            INSTANCE=window.cell,
            IS_DATA="TRUE",
            IS_INSTRUCTION="FALSE",
            MASTERBUSINTERFACE=master,
            MEMTYPE="REGISTER",
            SLAVEBUSINTERFACE=window.interface,
        )
