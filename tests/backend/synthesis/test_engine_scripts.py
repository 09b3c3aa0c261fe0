"""The engine's scripts, run in tclsh against stand-ins for Vivado, for every board."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fpgaflow.backend.cosimulation.verilator import find_verilator
from fpgaflow.backend.synthesis.engine_scripts import (
    PACKAGE_SCRIPT,
    WRAPPER,
    engine_ports,
    engine_sources,
    engine_wrapper,
    package_script,
    write_engine_scripts,
)
from fpgaflow.backend.synthesis.scripts import VIVADO_SCRIPT, vivado_script
from fpgaflow.errors import InputRefused, ToolMissing
from fpgaflow.hardware.block_design import ACCELERATOR, BlockDesign
from fpgaflow.hardware.boards import list_boards, load_board
from fpgaflow.hardware.engine_design import engine_design
from fpgaflow.hardware.engine_registers import engine_registers
from fpgaflow.resources import share_dir
from tests.backend.synthesis.test_scripts import Played, needs_tclsh, play
from tests.golden_files import check_golden

BOARDS = list_boards()


def design_for(board: str) -> BlockDesign:
    return engine_design(load_board(board))


def write(folder: Path, board: str) -> Path:
    engine = load_board(board).engine
    assert engine is not None
    write_engine_scripts(folder, design_for(board), engine)
    return folder


def play_package(folder: Path, change: Callable[[str], str] = lambda text: text) -> Played:
    script = folder / PACKAGE_SCRIPT
    script.write_text(change(script.read_text()))
    return play("ipx_recorder.tcl", script)


def play_vivado(folder: Path, change: Callable[[str], str] = lambda text: text) -> Played:
    (folder / "ip").mkdir(exist_ok=True)
    (folder / "ip/component.xml").touch()
    script = folder / VIVADO_SCRIPT
    script.write_text(change(script.read_text()))
    return play("vivado_recorder.tcl", script, "64")


@pytest.mark.parametrize("board", ["pynq-z2", "zcu104"])
def test_the_scripts_as_text(board: str) -> None:
    design, engine = design_for(board), load_board(board).engine
    assert engine is not None
    place = f"backend/synthesis/{board}-engine"
    check_golden(f"{place}/{VIVADO_SCRIPT}", vivado_script(design, "ip"))
    check_golden(f"{place}/{PACKAGE_SCRIPT}", package_script(design, ("engine.sv", WRAPPER)))
    check_golden(f"{place}/{WRAPPER}", engine_wrapper(design, engine))


def test_the_scripts_are_the_same_anywhere(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one", "kv260"), write(tmp_path / "two/three", "kv260")
    found = {path.relative_to(one): path.read_bytes() for path in one.rglob("*") if path.is_file()}
    assert {path.name for path in found} == {
        *(PACKAGE_SCRIPT, VIVADO_SCRIPT, WRAPPER),
        *engine_sources(),
    }
    for path, data in found.items():
        assert (two / path).read_bytes() == data
        assert str(tmp_path).encode() not in data


def test_a_board_without_an_engine_is_told() -> None:
    with pytest.raises(InputRefused) as caught:
        engine_design(replace(load_board("pynq-z2"), engine=None))
    assert str(caught.value) == (
        "the board pynq-z2 has no engine\n"
        "  accepted: a board whose file has a table [engine]\n"
        "  what to do: add one (docs/boards.md), or take another board"
    )


@pytest.mark.parametrize("address_bits", [32, 40])
def test_the_wrapper_has_the_ports_of_the_rtl(address_bits: int) -> None:
    text = (share_dir("rtl") / "engine.sv").read_text()
    header = text[text.index(") (") : text.index(");")]
    found: dict[str, tuple[str, int]] = {}
    for direction, width, name in re.findall(
        r"(input|output)\s+logic\s+(?:\[\s*([\w-]+)\s*:\s*0\])?\s*(\w+_axi_\w+)", header
    ):
        bits = 1 if not width else address_bits if "-" in width else int(width) + 1
        found[name] = (direction, bits)
    ports = {one.name: (one.direction, one.bits) for one in engine_ports(address_bits)}
    assert ports == found


@needs_tclsh
@pytest.mark.parametrize("board", BOARDS)
def test_the_ip_is_packaged_with_every_register(tmp_path: Path, board: str) -> None:
    found = play_package(write(tmp_path, board))
    assert found.refused == ""
    assert found.all("top") == [("fpgaflow_engine",)]
    assert found.all("associate") == [
        (bus, "aclk") for bus in ("s_axi_control", "m_axi_program", "m_axi_data")
    ]
    offsets = {
        target.removeprefix("register|"): int(value, 16)
        for target, name, value in found.all("property")
        if name == "address_offset"
    }
    words = dict(word for one in engine_registers().registers for word in one.words)
    assert offsets == {"CTRL": 0, "GIER": 4, "IP_IER": 8, "IP_ISR": 12, **words}
    assert ("field|CTRL|ABORT", "bit_offset", "8") in found.all("property")
    assert (tmp_path / "ip/component.xml").is_file()


@needs_tclsh
@pytest.mark.parametrize("board", BOARDS)
def test_every_board_gets_the_whole_overlay(tmp_path: Path, board: str) -> None:
    design, found = design_for(board), play_vivado(write(tmp_path, board))
    assert found.refused == ""
    assert found.all("project") == [("fpgaflow_engine", "vivado", design.part)]
    assert found.all("cell") == [(cell.name, cell.vlnv) for cell in design.cells]
    assert found.all("link") == [(link.master, link.slave) for link in design.links]
    wires = (design.clock, *design.resets, *design.interrupts)
    assert found.all("net") == [(wire.source, sink) for wire in wires for sink in wire.sinks]
    ps = design.processor
    old = load_board(board).family == "zynq-7000"
    first, second = ("S_AXI_HP0", "S_AXI_HP1") if old else ("S_AXI_HP0_FPD", "S_AXI_HP1_FPD")
    assert found.all("memory") == [
        ("fpgaflow_0/m_axi_program", f"{ps}/{first}"),
        ("fpgaflow_0/m_axi_data", f"{ps}/{second}"),
    ]
    base = "0x40000000" if old else "0xA0000000"
    segment = f"{ACCELERATOR}/s_axi_control/Reg"
    assert found.all("address") == [(f"{ps}/Data", segment, base, "0x00001000")]
    assert found.all("valid") == [()]
    assert ("fpgaflow_0/interrupt", f"{ps}/{'IRQ_F2P' if old else 'pl_ps_irq0'}") in found.all(
        "net"
    )
    assert (tmp_path / "fpgaflow_engine.bit").read_text() == "bit\n"
    assert (tmp_path / "fpgaflow_engine.hwh").read_text() == "hwh\n"


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert text.count(old) == 1, old
        return text.replace(old, new)

    return change


@needs_tclsh
@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (swap("        fpgaflow_0/aclk\n", ""), "fpgaflow_0/aclk is open"),
        (
            swap("    link fpgaflow_0/m_axi_data data_interconnect/S00_AXI\n", ""),
            "data_interconnect/S00_AXI is open",
        ),
        (
            swap("        CONFIG.PCW_IRQ_F2P_INTR {1}\n", ""),
            "processing_system7_0 (xilinx.com:ip:processing_system7:5.5) has no pin IRQ_F2P",
        ),
        (
            swap("        CONFIG.PCW_USE_S_AXI_HP1 {1}\n", ""),
            "processing_system7_0 (xilinx.com:ip:processing_system7:5.5) has no interface "
            "S_AXI_HP1",
        ),
        (
            swap("0x00001000\n", "0x00010000\n"),
            "fpgaflow_0/s_axi_control/Reg has 12 address bits, 0x00010000 bytes need more",
        ),
    ],
)
def test_a_wrong_overlay_is_refused(
    tmp_path: Path, change: Callable[[str], str], refused: str
) -> None:
    assert play_vivado(write(tmp_path, "pynq-z2"), change).refused == refused


@needs_tclsh
@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (swap("    rtl/fpgaflow_engine.v\n", ""), "there is no module fpgaflow_engine"),
        (swap("rtl/engine.sv", "rtl/motor.sv"), "there is no file rtl/motor.sv"),
        (swap("{s_axi_control m_", "{s_axi_regs m_"), "Vivado found no interface s_axi_regs in"),
        (swap("status 0x50", "status 0x54"), "register|where lies on register|status"),
        (swap("range 4096", "range 128"), "register|frames_done_1 is outside of its block"),
        (swap("ipx::save_core $core\n", ""), "the core was not saved"),
    ],
)
def test_a_wrong_package_is_refused(
    tmp_path: Path, change: Callable[[str], str], refused: str
) -> None:
    assert play_package(write(tmp_path, "pynq-z2"), change).refused.startswith(refused)


@pytest.mark.skipif(shutil.which("tclsh") is None, reason="tclsh is not installed")
def test_the_recorders_know_all_that_the_scripts_say(tmp_path: Path) -> None:
    wrong = swap("ipx::check_integrity", "ipx::check_all")
    found = play_package(write(tmp_path, "pynq-z2"), wrong)
    assert found.refused == "Vivado has no command ipx::check_all"


@pytest.mark.parametrize("board", ["pynq-z2", "zcu104"])
def test_verilator_reads_what_vivado_gets(tmp_path: Path, board: str) -> None:
    """The wrapper and the sources in the order of the script: every port has its width."""
    try:
        verilator = find_verilator()
    except ToolMissing as error:
        pytest.skip(str(error).splitlines()[0])
    folder = write(tmp_path, board)
    listed = re.findall(r"^    (rtl/\S+)$", (folder / PACKAGE_SCRIPT).read_text(), re.MULTILINE)
    command = verilator.command(
        *("--lint-only", "-Wall", "--no-timing", "--top-module", "fpgaflow_engine", *listed)
    )
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
