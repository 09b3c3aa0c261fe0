"""What a .hwh says of the accelerator, and whether that is the bundle's design.

pynq keeps the description of the last overlay in caches, and files with one name get mixed up: a
stale description gives wrong addresses without a word. So its addresses and registers are held
against the manifest before anything is written to the board.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from xml.etree import ElementTree as Xml

from fpgaflow.errors import DeviceFailed, InputRefused
from fpgaflow.runtime.manifest import Manifest, RegisterEntry

_ACHIEVED = ("PCW_ACT_FPGA0_PERIPHERAL_FREQMHZ", "PSU__CRL_APB__PL0_REF_CTRL__ACT_FREQMHZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of the design.

    Attributes:
        type: VLNV.
        base: address of its registers.
        registers: their offsets in bytes, by the vendor's names.
        parameters: its settings, by their names in small letters.
    """

    type: str
    base: int
    registers: Mapping[str, int]
    parameters: Mapping[str, str]


def read_description(text: bytes, name: str) -> dict[str, Block]:
    """Return the blocks that the processor reaches, by their names in the design.

    Args:
        text: a .hwh.
        name: the file's name, for messages.

    Raises:
        InputRefused: the text is no .hwh.
    """
    if b"<!DOCTYPE" in text:
        # Its entities could grow to any size.
        raise InputRefused(
            f"{name} is no hardware description: it defines a DOCTYPE",
            accepted="a .hwh of Vivado's",
        )
    try:
        root = Xml.fromstring(text)  # noqa: S314 - its SHA-256 was checked before
        bases = {
            one.attrib["INSTANCE"]: int(one.attrib["BASEVALUE"], 16)
            for one in root.iter("MEMRANGE")
            if one.attrib.get("MEMTYPE") == "REGISTER"
        }
        modules = {one.attrib["INSTANCE"]: one for one in root.iter("MODULE")}
        return {cell: _block(modules[cell], base) for cell, base in bases.items()}
    except (Xml.ParseError, KeyError, ValueError) as error:
        raise InputRefused(
            f"{name} is no hardware description: {error}", accepted="a .hwh of Vivado's"
        ) from error


def achieved_clock_mhz(text: bytes) -> float:
    """Return the clock that a .hwh says the logic gets, in MHz.

    Args:
        text: a .hwh that `read_description` read.
    """
    for one in Xml.fromstring(text).iter("PARAMETER"):  # noqa: S314 - see read_description
        if one.attrib.get("NAME", "") in _ACHIEVED:
            return float(one.attrib["VALUE"])
    return 0.0


def check_description(manifest: Manifest, blocks: Mapping[str, Block], source: str) -> None:
    """Hold a description against the manifest.

    Args:
        manifest: of the bundle.
        blocks: what the description says.
        source: where it came from, for messages.

    Raises:
        DeviceFailed: a block or a register is missing or elsewhere.
    """
    for window in manifest.windows:
        block = blocks.get(window.cell)
        if block is None:
            _stale(source, f"there is no {window.cell}")
        if block.base != window.base:
            _stale(source, f"{window.cell} is at 0x{block.base:08x}, not at 0x{window.base:08x}")
    if manifest.dma is not None:
        _check_dma(manifest, manifest.dma.cell, blocks[manifest.dma.cell], source)
    accelerator = blocks[manifest.accelerator.cell]
    if accelerator.type != manifest.accelerator_type:
        _stale(source, f"it is of {accelerator.type}, not of {manifest.accelerator_type}")
    found = accelerator.registers
    for register in manifest.registers:
        for name, offset in _words(register, found):
            if name not in found:
                _stale(source, f"there is no register {name}")
            if found[name] != offset:
                _stale(source, f"{name} is at 0x{found[name]:x}, not at 0x{offset:x}")


def _check_dma(manifest: Manifest, cell: str, dma: Block, source: str) -> None:
    """A longer length than its register holds would be cut without a word."""
    found = dma.parameters.get("c_sg_length_width", str(manifest.dma_length_bits))
    if found != str(manifest.dma_length_bits):
        _stale(
            source,
            f"the lengths of {cell}'s transfers have {found} bits, not {manifest.dma_length_bits}",
        )


def _block(module: Xml.Element, base: int) -> Block:
    found: dict[str, int] = {}
    for register in module.iter("REGISTER"):
        offset = register.find("PROPERTY[@NAME='ADDRESS_OFFSET']")
        if offset is not None:
            found[register.attrib["NAME"]] = int(offset.attrib["VALUE"], 0)
    parameters = {
        one.attrib["NAME"].lower(): one.attrib["VALUE"]
        for one in module.iterfind("PARAMETERS/PARAMETER")
    }
    return Block(type=module.attrib["VLNV"], base=base, registers=found, parameters=parameters)


def _words(register: RegisterEntry, found: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Return the words to look for: a wide register appears whole or as NAME_1 and NAME_2."""
    if register.bits == 32 or register.name in found:
        return ((register.name, register.offset),)
    return (
        (f"{register.name}_1", register.offset),
        (f"{register.name}_2", register.offset + 4),
    )


def _stale(source: str, found: str) -> NoReturn:
    raise DeviceFailed(
        f"the hardware description does not belong to this bundle: {found} ({source})",
        accepted="the .hwh that was made with the bitstream",
        remedy="load the bundle again; on a board, `rm` pynq's _current_metadata.pkl first",
    )
