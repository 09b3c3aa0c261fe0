"""Finding Vitis HLS and Vivado, and asking them what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaflow.backend.synthesis import tools
from fpgaflow.backend.synthesis.tools import Tool, ToolName, find_tool, missing_tool, refuse_missing
from fpgaflow.errors import InputRefused, ToolFailed, ToolMissing
from tests.backend.synthesis.fake_tools import install


@pytest.fixture(autouse=True)
def _nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("XILINX_HLS", "XILINX_VITIS", "XILINX_VIVADO"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(tools, "INSTALL_FOLDERS", (str(tmp_path / "tools"),))


def find(name: ToolName, folder: str | None = None) -> Tool:
    found = find_tool(name, folder)
    assert found is not None
    return found


def test_nothing_is_found() -> None:
    assert find_tool("Vivado") is None
    assert find_tool("Vitis HLS") is None
    assert missing_tool("Vitis HLS").command("a.tcl") == (
        "vitis-run", "--mode", "hls", "--tcl", "a.tcl",
    )  # fmt: skip


@pytest.mark.parametrize("where", ["", "bin", "bin/vivado"])
def test_the_folder_that_the_user_names(tmp_path: Path, where: str) -> None:
    folder = install(tmp_path / "mine", "vivado", "2024.1")
    found = find("Vivado", str(folder / where))
    assert found == Tool(name="Vivado", program=str(folder / "bin/vivado"), version=(2024, 1))
    assert found.release == "Vivado 2024.1"
    assert found.command("p.tcl") == (
        str(folder / "bin/vivado"),
        "-mode", "batch", "-nojournal", "-nolog", "-notrace", "-source", "p.tcl",
    )  # fmt: skip


def test_a_folder_without_the_tool(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        find_tool("Vitis HLS", str(tmp_path))
    assert str(caught.value) == (
        f"--vitis {tmp_path}: there is no vitis-run or vitis_hls in it\n"
        "  accepted: an installation of it, such as /tools/Xilinx/Vitis/2023.2"
    )


def test_the_variable_comes_before_path_and_path_before_the_usual_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "tools", "vivado", "2025.2")
    assert find("Vivado").version == (2025, 2)
    on_path = install(tmp_path / "path", "vivado", "2024.2")
    monkeypatch.setenv("PATH", f"{on_path}/bin:/usr/bin:/bin")
    assert find("Vivado").version == (2024, 2)
    monkeypatch.setenv("XILINX_VIVADO", str(install(tmp_path / "set", "vivado", "2023.2")))
    assert find("Vivado").version == (2023, 2)


def test_the_newest_of_the_usual_folders_in_both_layouts(tmp_path: Path) -> None:
    install(tmp_path / "tools", "vivado", "2023.2")
    moved = install(tmp_path / "elsewhere", "vivado", "2025.1")
    (tmp_path / "tools/2025.1").mkdir()
    moved.rename(tmp_path / "tools/2025.1/Vivado")
    assert find("Vivado").program == str(tmp_path / "tools/2025.1/Vivado/bin/vivado")


@pytest.mark.parametrize(
    ("version", "program"),
    [("2023.2", "vitis_hls"), ("2024.1", "vitis_hls"), ("2024.2", "vitis-run")],
)
def test_which_program_of_vitis_runs_a_script(tmp_path: Path, version: str, program: str) -> None:
    for kind in ("vitis_hls", "vitis-run"):
        install(tmp_path / "tools", kind, version)
    assert Path(find("Vitis HLS").program).name == program


def test_either_program_will_do_where_there_is_one(tmp_path: Path) -> None:
    folder = install(tmp_path / "tools", "vitis-run", "2023.2")
    assert find("Vitis HLS").command("a.tcl") == (
        str(folder / "bin/vitis-run"), "--mode", "hls", "--tcl", "a.tcl",
    )  # fmt: skip
    folder = install(tmp_path / "tools", "vitis_hls", "2023.2")
    assert find("Vitis HLS").command("a.tcl") == (str(folder / "bin/vitis_hls"), "-f", "a.tcl")


def test_one_that_is_too_old(tmp_path: Path) -> None:
    folder = install(tmp_path / "tools", "vivado", "2022.1")
    with pytest.raises(ToolMissing) as caught:
        find_tool("Vivado")
    assert str(caught.value) == (
        f"{folder}/bin/vivado is Vivado 2022.1\n"
        "  accepted: Vivado 2023.2 or later\n"
        "  what to do: install a newer one, or name its folder with --vivado DIR"
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("#!/bin/sh\necho 'no key'; exit 42\n", "does not tell its version; it said: no key"),
        ("#!/bin/sh\nexit 1\n", "does not tell its version; it said: nothing"),
        ("no program", "cannot be started: Exec format error"),
    ],
)
def test_one_that_does_not_run(tmp_path: Path, content: str, why: str) -> None:
    program = install(tmp_path / "tools", "vivado") / "bin/vivado"
    program.write_text(content)
    with pytest.raises(ToolFailed) as caught:
        find_tool("Vivado")
    assert str(caught.value) == (
        f"{program} {why}\n"
        f"  what to do: run `{program} -version` yourself, or name another one with --vivado DIR"
    )


def test_what_is_said_of_missing_tools(tmp_path: Path) -> None:
    assert str(refuse_missing(("Vivado",))) == (
        f"Vivado was not found: not on PATH, not in {tmp_path}/tools\n"
        "  accepted: Vivado 2023.2 or later\n"
        "  what to do: install AMD Vivado ML (the free Standard edition has the devices of most "
        "boards) with Vitis from https://www.xilinx.com/support/download.html, then source its "
        "settings64.sh, or name the folder with --vivado DIR"
    )
