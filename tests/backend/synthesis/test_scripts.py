"""The Tcl scripts, run in tclsh against stand-ins for Vivado and Vitis HLS, for every board."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fpgaflow.backend.synthesis.scripts import (
    HLS_SCRIPT,
    VIVADO_SCRIPT,
    HlsTop,
    hls_script,
    vivado_script,
    write_scripts,
)
from fpgaflow.hardware.block_design import ACCELERATOR, DMA, BlockDesign, block_design
from fpgaflow.hardware.boards import list_boards, load_board
from tests.golden_files import check_golden

HERE = Path(__file__).parent
TCLSH = shutil.which("tclsh")
BOARDS = list_boards()
TOP = HlsTop(function="net_tiny", sources=("net_tiny.cpp",))
needs_tclsh = pytest.mark.skipif(TCLSH is None, reason="tclsh is not installed (apt install tcl)")


def design_for(board: str) -> BlockDesign:
    return block_design(load_board(board), "net_tiny")


@dataclass(frozen=True)
class Played:
    """What a script asked the tool for, or why the tool refused."""

    facts: list[tuple[str, ...]]
    refused: str

    def all(self, kind: str) -> list[tuple[str, ...]]:
        return [fact[1:] for fact in self.facts if fact[0] == kind]


def play(recorder: str, script: Path, *more: str, stage: str = "") -> Played:
    assert TCLSH is not None
    record = script.parent / "record"
    environment = {"FPGAFLOW_STAGE": stage} if stage else {}
    done = subprocess.run(
        [TCLSH, str(HERE / recorder), str(script), str(record), *more],
        cwd=script.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode == 0) == (not done.stderr), done.stderr
    facts = [tuple(line.split("\t")) for line in record.read_text().splitlines()]
    return Played(facts=facts, refused=done.stderr.strip())


def play_vivado(
    folder: Path, board: str, change: Callable[[str], str] = lambda text: text
) -> Played:
    design = design_for(board)
    write_scripts(folder / "synthesis", design, TOP)
    script = folder / "synthesis" / VIVADO_SCRIPT
    script.write_text(change(script.read_text()))
    repository = script.parent / "hls/solution1/impl/ip"
    repository.mkdir(parents=True)
    (repository / "component.xml").touch()
    return play("vivado_recorder.tcl", script, str(design.beat_bits))


@pytest.mark.parametrize("board", ["pynq-z2", "zcu104"])
def test_the_vivado_script(board: str) -> None:
    check_golden(f"backend/synthesis/{board}/{VIVADO_SCRIPT}", vivado_script(design_for(board)))


def test_the_hls_script() -> None:
    check_golden(f"backend/synthesis/pynq-z2/{HLS_SCRIPT}", hls_script(design_for("pynq-z2"), TOP))


def test_the_scripts_are_the_same_anywhere(tmp_path: Path) -> None:
    design = design_for("kv260")
    for place in ("one", "two/three"):
        write_scripts(tmp_path / place, design, TOP)
    for name in (HLS_SCRIPT, VIVADO_SCRIPT):
        text = (tmp_path / "one" / name).read_text()
        assert (tmp_path / "two/three" / name).read_text() == text
        assert str(tmp_path) not in text


@needs_tclsh
@pytest.mark.parametrize("board", BOARDS)
def test_every_board_gets_the_whole_design(tmp_path: Path, board: str) -> None:
    design, found = design_for(board), play_vivado(tmp_path, board)
    assert found.refused == ""
    assert found.all("project") == [("net_tiny", "vivado", design.part)]
    assert ("board_part", design.board_part) in found.all("set")
    assert found.all("cell") == [(cell.name, cell.vlnv) for cell in design.cells]
    assert found.all("property") == [
        (cell.name, setting.name, setting.value)
        for cell in design.cells
        for setting in cell.properties
    ]
    assert found.all("link") == [(link.master, link.slave) for link in design.links]
    wires = (design.clock, *design.resets)
    assert found.all("net") == [(wire.source, sink) for wire in wires for sink in wire.sinks]
    assert found.all("external") == [(f"{design.processor}/{name}",) for name in design.external]
    assert found.all("address") == [
        (
            f"{design.processor}/Data",
            f"{window.cell}/{window.interface}/Reg",
            f"0x{window.base:08X}",
            f"0x{window.bytes:08X}",
        )
        for window in design.windows
    ]
    assert [space for space, _ in found.all("memory")] == list(design.memory_masters)
    assert found.all("valid") == [()]


@needs_tclsh
@pytest.mark.parametrize("board", BOARDS)
def test_clock_width_and_addresses_in_figures(tmp_path: Path, board: str) -> None:
    """The same facts, from the board's file alone."""
    described, found = load_board(board), play_vivado(tmp_path, board)
    settings = {(cell, name): value for cell, name, value in found.all("property")}
    old = described.family == "zynq-7000"
    processor = "processing_system7_0" if old else "zynq_ultra_ps_e_0"
    clock, pin, width, port = (
        ("PCW_FPGA0_PERIPHERAL_FREQMHZ", "FCLK_CLK0", "PCW_S_AXI_HP0_DATA_WIDTH", "S_AXI_HP0")
        if old
        else (
            "PSU__CRL_APB__PL0_REF_CTRL__FREQMHZ",
            "pl_clk0",
            "PSU__SAXIGP2__DATA_WIDTH",
            "S_AXI_HP0_FPD",
        )
    )
    assert float(settings[processor, clock]) == described.clock_mhz
    bits = str(64 if old else 128)
    assert settings[processor, width] == bits
    for name in ("c_m_axi_mm2s_data_width", "c_m_axis_mm2s_tdata_width", "c_m_axi_s2mm_data_width"):
        assert settings[DMA, name] == bits
    assert settings[DMA, "c_include_sg"] == "0"
    assert settings[DMA, "c_sg_length_width"] == "26"
    clocks = {source for source, sink in found.all("net") if "clk" in sink.lower()}
    assert clocks == {f"{processor}/{pin}"}
    assert {slave for _, slave in found.all("memory")} == {f"{processor}/{port}"}
    base = 0x40000000 if old else 0xA0000000
    bases = {
        segment.split("/")[0]: int(offset, 16) for _, segment, offset, _ in found.all("address")
    }
    assert bases == {DMA: base, ACCELERATOR: base + 0x10000}


@needs_tclsh
def test_the_runs_the_reports_and_the_files(tmp_path: Path) -> None:
    found = play_vivado(tmp_path, "pynq-z2")
    assert found.all("launch") == [
        ("synth_1", "", "2"),
        ("impl_1", "", "2"),
        ("impl_1", "write_bitstream", "2"),
    ]
    assert found.all("report") == [
        ("utilization", "synth_1", "reports/utilization_synth.rpt", ""),
        ("utilization", "impl_1", "reports/utilization.rpt", ""),
        ("utilization", "impl_1", "reports/utilization_accelerator.rpt", "system_i/fpgaflow_0"),
        ("timing", "impl_1", "reports/timing.rpt", ""),
    ]
    folder = tmp_path / "synthesis"
    assert (folder / "net_tiny.bit").read_text() == "bit\n"
    assert (folder / "net_tiny.hwh").read_text() == "hwh\n"


@needs_tclsh
def test_the_stages_one_process_each_do_the_same(tmp_path: Path) -> None:
    whole = play_vivado(tmp_path / "whole", "zcu104")
    design = design_for("zcu104")
    play_vivado(tmp_path / "staged", "zcu104")
    script = tmp_path / "staged/synthesis" / VIVADO_SCRIPT
    facts: list[tuple[str, ...]] = []
    for stage in ("synth", "impl", "bitstream"):
        found = play("vivado_recorder.tcl", script, str(design.beat_bits), stage=stage)
        assert found.refused == ""
        assert [run for run, *_ in found.all("launch")] == [
            "synth_1" if stage == "synth" else "impl_1"
        ]
        facts += found.facts
    place = "ip_repo_paths"
    assert [fact for fact in facts if place not in fact] == [
        fact for fact in whole.facts if place not in fact
    ]


def drop(line: str) -> Callable[[str], str]:
    return replace(line, "")


def replace(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert text.count(old) == 1, old
        return text.replace(old, new)

    return change


@needs_tclsh
@pytest.mark.parametrize(
    ("board", "change", "refused"),
    [
        ("pynq-z2", drop("        fpgaflow_0/ap_clk\n"), "fpgaflow_0/ap_clk is open"),
        ("pynq-z2", drop("        axi_dma_0/axi_resetn\n"), "axi_dma_0/axi_resetn is open"),
        (
            "pynq-z2",
            drop("    link axi_dma_0/M_AXI_S2MM memory_interconnect/S01_AXI\n"),
            "memory_interconnect/S01_AXI is open",
        ),
        (
            "pynq-z2",
            replace("M_AXIS_MM2S fpgaflow_0/images", "M_AXIS_MM2S fpgaflow_0/scores"),
            "axi_dma_0/M_AXIS_MM2S to fpgaflow_0/scores: not from master to slave",
        ),
        (
            "pynq-z2",
            replace("c_m_axis_mm2s_tdata_width {64}", "c_m_axis_mm2s_tdata_width {32}"),
            "axi_dma_0/M_AXIS_MM2S has 32 bits, fpgaflow_0/images has 64",
        ),
        (
            "pynq-z2",
            replace("c_sg_length_width {26}", "c_sg_lenght_width {26}"),
            "xilinx.com:ip:axi_dma:7.1 has no setting c_sg_lenght_width",
        ),
        (
            "pynq-z2",
            replace("axi_dma:7.1", "axi_dma:7.2"),
            "there is no IP xilinx.com:ip:axi_dma:7.2",
        ),
        (
            "pynq-z2",
            replace("Reg 0x40010000", "Reg 0x40008000"),
            "fpgaflow_0/s_axi_control/Reg: 0x40008000 is not aligned to 0x00010000",
        ),
        (
            "pynq-z2",
            replace("Reg 0x40010000", "Reg 0x40000000"),
            "fpgaflow_0/s_axi_control/Reg overlaps axi_dma_0/S_AXI_LITE/Reg",
        ),
        (
            "pynq-z2",
            replace("Reg 0x40010000", "Reg 0xA0010000"),
            "fpgaflow_0/s_axi_control/Reg: 0xA0010000 is outside of processing_system7_0/M_AXI_GP0",
        ),
        (
            "pynq-z2",
            drop(
                "    place_registers processing_system7_0/Data fpgaflow_0/s_axi_control/Reg "
                "0x40010000 0x00010000\n"
            ),
            "fpgaflow_0/s_axi_control has no address",
        ),
        (
            "pynq-z2",
            drop("        CONFIG.PCW_USE_S_AXI_HP0 {1}\n"),
            "processing_system7_0 (xilinx.com:ip:processing_system7:5.5) has no interface "
            "S_AXI_HP0",
        ),
        (
            "pynq-z2",
            replace('make_external "DDR, FIXED_IO"', 'make_external "DDR"'),
            "processing_system7_0/FIXED_IO is open",
        ),
        (
            "zcu104",
            drop("        CONFIG.PSU__USE__M_AXI_GP1 {0}\n"),
            "zynq_ultra_ps_e_0/maxihpm1_fpd_aclk is open",
        ),
        (
            "pynq-z2",
            replace("wire reset_0/interconnect_aresetn", "wire reset_0/peripheral_reset"),
            "reset_0/peripheral_reset is active high, control_interconnect/ARESETN active low",
        ),
        (
            "pynq-z2",
            drop("    update_ip_catalog\n"),
            "the catalogue was not read again after ip_repo_paths",
        ),
        (
            "pynq-z2",
            replace("    save_bd_design\n", "    store_bd_design\n"),
            "Vivado has no command store_bd_design",
        ),
        ("pynq-z2", drop("    validate_bd_design\n"), "the design was not validated"),
        (
            "pynq-z2",
            replace("{images scores s_axi_control}", "{input_1 scores s_axi_control}"),
            "the IP fpgaflow:hls:net_tiny:1.0 has no interface input_1",
        ),
    ],
)
def test_a_wrong_design_is_refused(
    tmp_path: Path, board: str, change: Callable[[str], str], refused: str
) -> None:
    """The stand-in is no rubber stamp."""
    assert play_vivado(tmp_path, board, change).refused == refused


@needs_tclsh
@pytest.mark.parametrize("stages", [("",), ("csynth", "export")])
def test_the_hls_script_runs(tmp_path: Path, stages: tuple[str, ...]) -> None:
    folder = tmp_path / "synthesis"
    write_scripts(folder, design_for("pynq-z2"), TOP)
    (tmp_path / "hls/firmware").mkdir(parents=True)
    (tmp_path / "hls/firmware/net_tiny.cpp").touch()
    facts: list[tuple[str, ...]] = []
    for stage in stages:
        found = play("hls_recorder.tcl", folder / HLS_SCRIPT, stage=stage)
        assert found.refused == ""
        facts += found.facts
    assert facts == [
        ("open_project", "-reset", "hls"),
        ("set_top", "net_tiny"),
        ("add_files", "../hls/firmware/net_tiny.cpp", "-std=c++0x"),
        ("open_solution", "-reset", "solution1"),
        ("set_part", "xc7z020clg400-1"),
        ("create_clock", "10", "default"),
        ("set_clock_uncertainty", "27%"),
        ("config_array_partition", "-maximum_size", "4096"),
        ("config_compile", "-name_max_length", "80"),
        ("config_schedule", "-enable_dsp_full_reg=false"),
        ("csynth_design",),
        ("open_project", "hls"),
        ("open_solution", "solution1"),
        (
            "export_design", "-rtl", "verilog", "-format", "ip_catalog", "-vendor", "fpgaflow",
            "-library", "hls", "-ipname", "net_tiny", "-version", "1.0",
        ),
    ]  # fmt: skip
    assert (folder / "reports/csynth.xml").is_file()
    assert (folder / "hls/solution1/impl/ip/component.xml").is_file()
