"""Which pynq serves which board, by stand-ins for pynq; `test_pynq.py` has the real one."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from fpgaflow.errors import DeviceFailed, InputRefused, ToolMissing
from fpgaflow.runtime import Accelerator, Bundle, read_bundle
from tests.runtime.bundles import make_vivado_bundle

REMEDY = "  what to do: use the board's own SD card image, or install such a pynq there"


@pytest.fixture(params=["pynq-z2", "zcu104"])
def real(request: pytest.FixtureRequest, tmp_path: Path) -> Bundle:
    """A bundle with a bitstream, for a board of each family."""
    return read_bundle(make_vivado_bundle(tmp_path, request.param))


class NoDevice:
    """What pynq says away from a board."""

    @property
    def active_device(self) -> object:
        raise RuntimeError("No Devices Found")


def install(monkeypatch: pytest.MonkeyPatch, version: str, device: object = None) -> None:
    """Put a pynq of that version in place, which finds that device."""
    pynq = ModuleType("pynq")
    pynq.__version__ = version  # type: ignore[attr-defined]
    pynq.Device = NoDevice() if device is None else SimpleNamespace(active_device=device)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pynq", pynq)


def refusal(bundle: Bundle, kind: type[Exception]) -> list[str]:
    with pytest.raises(kind) as caught:
        Accelerator(bundle, emulate=False)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("version", ["2.7.0", "5.0", "unknown", "30.1"])
def test_versions_that_serve_nobody(
    version: str, real: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, version)
    board = real.manifest.board
    accepted = {"zynq-7000": "pynq 3.0 or 3.1", "zynqmp": "pynq 3.0, 3.1 or 4.0"}[board.family]
    assert refusal(real, ToolMissing) == [
        f"pynq {version} does not serve the {board.title} ({board.family})",
        f"  accepted: {accepted}",
        REMEDY,
    ]


@pytest.mark.parametrize("version", ["3.0.1", "3.1.2", "4.0.0"])
def test_versions_that_serve_a_family(
    version: str, real: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, version)
    if real.manifest.board.family == "zynq-7000" and version == "4.0.0":
        assert refusal(real, ToolMissing)[0] == (
            "pynq 4.0.0 does not serve the PYNQ-Z2 (zynq-7000)"
        )
        return
    assert refusal(real, DeviceFailed)[0] == "pynq finds no board here: No Devices Found"


def test_a_board_of_the_other_family(real: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"zynq-7000": "armv7l", "zynqmp": "aarch64"}[real.manifest.board.family]
    for other in sorted({"armv7l", "aarch64", "x86_64", ""} - {own}):
        install(monkeypatch, "3.1.2", SimpleNamespace(arch=other, name="another"))
        board = real.manifest.board
        assert refusal(real, InputRefused) == [
            f"this bundle is for the {board.title} ({board.family}, {own}); "
            f"this board's processor is {other or 'unknown'}",
            "  what to do: compile the network for this board: fpgaflow compile --board NAME",
        ]


def test_without_pynq(real: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynq", None)
    found = refusal(real, ToolMissing)
    assert found[0].startswith("pynq cannot be imported (")
    assert found[2].endswith("elsewhere: emulate=True, or FPGAFLOW_EMULATE=1")


@pytest.mark.parametrize("value", ["", "0"])
def test_the_environment_can_ask_for_the_real_board(
    value: str, real: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, "3.1.2")
    monkeypatch.setenv("FPGAFLOW_EMULATE", value)
    with pytest.raises(DeviceFailed, match="pynq finds no board here"):
        Accelerator(real)
