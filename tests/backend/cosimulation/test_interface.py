"""Ports and register addresses, read from Verilog and held against the build's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fpgaflow.backend.cosimulation.interface import PORTS, check_ports, check_registers
from fpgaflow.backend.cosimulation.rtl import Rtl, find_rtl
from fpgaflow.errors import InputRefused, VerificationFailed
from fpgaflow.hardware.counters import graph_registers
from tests.backend.cosimulation.small_rtl import BEAT_BITS, perceptron, write_rtl

TOP, CONTROL = "fpgaflow_top.v", "fpgaflow_top_control_s_axi.v"
ANOTHER = "the RTL is of another network or another version of fpgaflow: synthesize this build"
Edit = Callable[[str, str, str], Rtl]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    folder = write_rtl(tmp_path / "rtl")

    def replace(name: str, old: str, new: str) -> Rtl:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))
        return find_rtl(tmp_path, folder)

    return replace


def test_as_it_must_be(edit: Edit) -> None:
    rtl = edit(TOP, "", "")
    check_ports(rtl, BEAT_BITS)
    check_registers(rtl, graph_registers(perceptron()))


def test_names_that_vitis_reserves(edit: Edit) -> None:
    rtl = edit(CONTROL, "ADDR_CLEAR_", "ADDR_CLEAR_R_")
    check_registers(rtl, graph_registers(perceptron()))


def test_ports_declared_in_the_list(tmp_path: Path) -> None:
    def declare(port: str) -> str:
        wide = " [63:0]" if port.endswith("_TDATA") else ""
        return f"    output wire{wide} {port} // {port} is a port, input [7:0] wrong\n"

    text = "module fpgaflow_top (\n" + ",".join(declare(port) for port in PORTS) + ");\nendmodule\n"
    (tmp_path / TOP).write_text(text)
    check_ports(find_rtl(tmp_path, tmp_path), 64)


def test_ports_that_are_missing(edit: Edit) -> None:
    rtl = edit(TOP, "scores_T", "results_T")
    with pytest.raises(InputRefused) as caught:
        check_ports(rtl, BEAT_BITS)
    assert str(caught.value) == (
        f"{rtl.folder / TOP}: the top has no port scores_TDATA, scores_TVALID, scores_TREADY, "
        "scores_TKEEP and 2 more\n"
        "  accepted: the RTL of fpgaflow_top: streams images and scores, registers s_axi_control\n"
        "  what to do: synthesize the build with its own script, synthesis/vitis_hls.tcl"
    )


def test_beats_of_another_board(edit: Edit) -> None:
    rtl = edit(TOP, "[63:0] images_TDATA", "[127:0] images_TDATA")
    with pytest.raises(InputRefused) as caught:
        check_ports(rtl, BEAT_BITS)
    assert str(caught.value) == (
        f"{rtl.folder / TOP}: the beats of images have 128 bits\n"
        "  accepted: 64 bits, as the build's board has\n"
        "  what to do: synthesize this build, or give the RTL that belongs to it"
    )


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (
            "ADDR_BEATS_IN_DATA_1              = 9'h084",
            "ADDR_BEATS_IN_DATA_1              = 9'h0F4",
            "ADDR_BEATS_IN_DATA_1 is 0x0f4, the register belongs at 0x084",
        ),
        ("ADDR_CLEAR_CTRL ", "ADDR_CLEAN_CTRL ",
         "ADDR_CLEAR_CTRL is missing, the register belongs at 0x01c; ADDR_CLEAN_CTRL, 0x01c, is "
         "no register of this build"),
        (
            "ADDR_FC_",
            "ADDR_CONV_",
            "ADDR_FC_WEIGHT_READS_DATA_0 is missing, the register belongs at 0x140; "
            "ADDR_FC_WEIGHT_READS_DATA_1 is missing, the register belongs at 0x144; "
            "ADDR_FC_WEIGHT_READS_CTRL is missing, the register belongs at 0x148; "
            "ADDR_FC_FEATURE_MAP_READS_DATA_0 is missing, the register belongs at 0x158; 14 more",
        ),
    ],
)  # fmt: skip
def test_registers_that_lie_elsewhere(edit: Edit, old: str, new: str, found: str) -> None:
    rtl = edit(CONTROL, old, new)
    with pytest.raises(VerificationFailed) as caught:
        check_registers(rtl, graph_registers(perceptron()))
    assert str(caught.value) == f"RTL: {found}\n  what to do: {ANOTHER}"


def test_no_registers(edit: Edit) -> None:
    rtl = edit(CONTROL, "ADDR_AP_CTRL", "CONTROL")
    with pytest.raises(InputRefused) as caught:
        check_registers(rtl, graph_registers(perceptron()))
    assert str(caught.value) == (
        f"{rtl.folder}: no module names the addresses of its registers (ADDR_AP_CTRL)\n"
        "  accepted: the RTL of fpgaflow_top with its module of registers, "
        "fpgaflow_top_control_s_axi.v"
    )
