"""The two processing systems that a design hangs on: their ports, settings and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fpgaflow.hardware.board import BoardFamily


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingSystem:
    """The names of one processing system's ports and settings, and its address map.

    Sources: PG082 and UG585 (Zynq-7000), PG201 and UG1085 (Zynq UltraScale+).

    Attributes:
        processor: name of the cell.
        vlnv: its IP.
        control: the master that reaches registers.
        control_clock: its clock pin.
        memory: the slave that leads to the DDR memory.
        memory_clock: its clock pin.
        clock: pin of the logic's clock.
        reset: pin of its reset.
        base: address of the first registers.
        external: interfaces that leave the chip.
        properties: what is set for one memory port.
        clock_property: the clock's frequency.
        width_property: the memory port's width.
        second_memory: another slave that leads to the DDR memory.
        second_memory_clock: its clock pin.
        second_width_property: its width.
        interrupt: pin that takes interrupts.
        more_properties: what is set for the second memory port and the interrupt.
        dma_address_bits: of the DMA's masters.
        dma_burst_beats: likewise.
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
    second_memory: str
    second_memory_clock: str
    second_width_property: str
    interrupt: str
    more_properties: tuple[tuple[str, str], ...]
    dma_address_bits: int
    dma_burst_beats: int


PROCESSING_SYSTEMS: Mapping[BoardFamily, ProcessingSystem] = MappingProxyType(
    {
        "zynq-7000": ProcessingSystem(
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
            second_memory="S_AXI_HP1",
            second_memory_clock="S_AXI_HP1_ACLK",
            second_width_property="PCW_S_AXI_HP1_DATA_WIDTH",
            interrupt="IRQ_F2P",
            more_properties=(
                ("PCW_USE_S_AXI_HP1", "1"),
                ("PCW_USE_FABRIC_INTERRUPT", "1"),
                ("PCW_IRQ_F2P_INTR", "1"),
            ),
            dma_address_bits=32,
            # AXI3, which the HP ports speak, has no longer bursts.
            dma_burst_beats=16,
        ),
        "zynqmp": ProcessingSystem(
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
            second_memory="S_AXI_HP1_FPD",
            second_memory_clock="saxihp1_fpd_aclk",
            second_width_property="PSU__SAXIGP3__DATA_WIDTH",
            interrupt="pl_ps_irq0",
            more_properties=(("PSU__USE__S_AXI_GP3", "1"), ("PSU__USE__IRQ0", "1")),
            # DDR memory above 2 GB lies at 0x8_0000_0000.
            dma_address_bits=40,
            dma_burst_beats=64,
        ),
    }
)
