"""The block design around an engine: what Vivado is asked to build for a board.

    processing system -M_AXI-> control_interconnect -> fpgaflow_0 (registers)
    processing system <-HP0-- program_interconnect <- fpgaflow_0 (program)
    processing system <-HP1-- data_interconnect <- fpgaflow_0 (feature maps)
    processing system <-interrupt- fpgaflow_0

The engine is its own master and needs no DMA. Each of its ports of 64 bits has a port of the
processing system to itself, so program and feature maps never wait for each other. The
interconnects turn AXI4 into the AXI3 of Zynq-7000; no burst is longer than AXI3's 16 beats.
"""

from __future__ import annotations

from fpgaflow.errors import InputRefused
from fpgaflow.hardware.block_design import (
    ACCELERATOR,
    CONTROL,
    CONTROL_INTERCONNECT,
    IP_VENDOR,
    IP_VERSION,
    RESET,
    BlockDesign,
    Cell,
    Link,
    Net,
    Window,
    interconnect,
    properties,
)
from fpgaflow.hardware.board import Board
from fpgaflow.hardware.processing_system import PROCESSING_SYSTEMS, ProcessingSystem

ENGINE = "fpgaflow_engine"
"""Name of the IP, of the .bit and of the .hwh, whatever the network."""

LIBRARY = "rtl"
PROGRAM, DATA = "m_axi_program", "m_axi_data"
"""The engine's masters."""

WINDOW_BYTES = 0x1000
"""Address space of its registers: what 12 bits reach."""

PORT_BITS = 64
_PROGRAM_PATH, _DATA_PATH = "program_interconnect", "data_interconnect"
_PATHS = (CONTROL_INTERCONNECT, _PROGRAM_PATH, _DATA_PATH)


def engine_design(board: Board, clock_mhz: float | None = None) -> BlockDesign:
    """Return the design of a board's engine; it is the same for every network.

    Args:
        board: the board.
        clock_mhz: the clock to ask for; by default the board's.

    Raises:
        InputRefused: the board has no engine.
    """
    if board.engine is None:
        raise InputRefused(
            f"the board {board.name} has no engine",
            accepted="a board whose file has a table [engine]",
            remedy="add one (docs/boards.md), or take another board",
        )
    system = PROCESSING_SYSTEMS[board.family]
    clock = board.clock_mhz if clock_mhz is None else clock_mhz
    ps = system.processor
    return BlockDesign(
        name=ENGINE,
        family=board.family,
        part=board.part,
        board_part=board.board_part,
        clock_mhz=clock,
        beat_bits=PORT_BITS,
        processor=ps,
        external=system.external,
        cells=(
            _processor(system, clock),
            Cell(name=RESET, vlnv="xilinx.com:ip:proc_sys_reset:5.0", any_version=True),
            *(interconnect(path, slaves=1, masters=1) for path in _PATHS),
            Cell(
                name=ACCELERATOR,
                vlnv=f"{IP_VENDOR}:{LIBRARY}:{ENGINE}:{IP_VERSION}",
                any_version=False,
            ),
        ),
        links=(
            Link(master=f"{ps}/{system.control}", slave=f"{CONTROL_INTERCONNECT}/S00_AXI"),
            Link(master=f"{CONTROL_INTERCONNECT}/M00_AXI", slave=f"{ACCELERATOR}/{CONTROL}"),
            Link(master=f"{ACCELERATOR}/{PROGRAM}", slave=f"{_PROGRAM_PATH}/S00_AXI"),
            Link(master=f"{_PROGRAM_PATH}/M00_AXI", slave=f"{ps}/{system.memory}"),
            Link(master=f"{ACCELERATOR}/{DATA}", slave=f"{_DATA_PATH}/S00_AXI"),
            Link(master=f"{_DATA_PATH}/M00_AXI", slave=f"{ps}/{system.second_memory}"),
        ),
        clock=_clock(system),
        resets=_resets(system),
        windows=(
            Window(cell=ACCELERATOR, interface=CONTROL, base=system.base, bytes=WINDOW_BYTES),
        ),
        memory_masters=(f"{ACCELERATOR}/{PROGRAM}", f"{ACCELERATOR}/{DATA}"),
        interrupts=(Net(source=f"{ACCELERATOR}/interrupt", sinks=(f"{ps}/{system.interrupt}",)),),
        library=LIBRARY,
        interfaces=(CONTROL, PROGRAM, DATA),
    )


def address_bits(family: str) -> int:
    """Return the width of the engine's addresses on a family of boards: what its memory needs."""
    return next(
        system.dma_address_bits for name, system in PROCESSING_SYSTEMS.items() if name == family
    )


def _processor(system: ProcessingSystem, clock_mhz: float) -> Cell:
    pairs = (
        *system.properties,
        *system.more_properties,
        (system.clock_property, f"{clock_mhz:g}"),
        (system.width_property, str(PORT_BITS)),
        (system.second_width_property, str(PORT_BITS)),
    )
    return Cell(
        name=system.processor, vlnv=system.vlnv, any_version=True, properties=properties(*pairs)
    )


def _clock(system: ProcessingSystem) -> Net:
    pins = (system.control_clock, system.memory_clock, system.second_memory_clock)
    return Net(
        source=f"{system.processor}/{system.clock}",
        sinks=(
            *(f"{system.processor}/{pin}" for pin in pins),
            f"{RESET}/slowest_sync_clk",
            *(f"{path}/{pin}" for path in _PATHS for pin in ("ACLK", "S00_ACLK", "M00_ACLK")),
            f"{ACCELERATOR}/aclk",
        ),
    )


def _resets(system: ProcessingSystem) -> tuple[Net, ...]:
    return (
        Net(source=f"{system.processor}/{system.reset}", sinks=(f"{RESET}/ext_reset_in",)),
        Net(
            source=f"{RESET}/interconnect_aresetn",
            sinks=tuple(f"{path}/ARESETN" for path in _PATHS),
        ),
        Net(
            source=f"{RESET}/peripheral_aresetn",
            sinks=(
                *(f"{path}/{port}_ARESETN" for path in _PATHS for port in ("S00", "M00")),
                f"{ACCELERATOR}/aresetn",
            ),
        ),
    )
