"""What the wheel holds, and that the pins cover what the project asks for."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from fpgaflow.resources import share_dir
from fpgaflow.toml_file import read_toml
from fpgaflow.version import __version__

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_code_and_resources(wheel: Path) -> None:
    assert wheel.name == f"fpgaflow-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("hls", "rtl", "boards", "notebooks"):
        source = share_dir(folder)
        shipped = {
            f"fpgaflow/_share/{folder}/{path.relative_to(source).as_posix()}"
            for path in source.rglob("*")
            if path.is_file()
        }
        assert shipped
        assert shipped <= names
    assert f"fpgaflow-{__version__}.dist-info/licenses/LICENSE" in names
    assert not any(
        name.startswith(("tests/", "hls/", "rtl/", "boards/", "notebooks/")) for name in names
    )


def test_pynq_finds_the_notebooks_and_the_overlays(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        path = f"fpgaflow-{__version__}.dist-info/entry_points.txt"
        lines = archive.read(path).decode().splitlines()
    for group in ("notebooks", "overlays"):
        assert lines[lines.index(f"[pynq.{group}]") + 1] == f"fpgaflow = fpgaflow.{group}"


def test_an_installed_wheel_finds_its_resources(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    script = (
        "from fpgaflow.hardware.boards import load_board\n"
        "from fpgaflow.resources import share_dir\n"
        "print(load_board('pynq-z2').part, share_dir('hls'))"
    )
    environment = {"PYTHONPATH": str(tmp_path), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["xc7z020clg400-1", str(tmp_path / "fpgaflow/_share/hls")]


def test_every_requirement_is_pinned() -> None:
    project = read_toml(ROOT / "pyproject.toml", "the project file")["project"]
    assert isinstance(project, dict)
    asked = [*project["dependencies"]]
    for extra in ("compile", "demo", "rtl", "test"):
        asked += project["optional-dependencies"][extra]
    pinned = {
        name.lower()
        for name in re.findall(r"^([\w.-]+)==\S", (ROOT / "constraints.txt").read_text(), re.M)
    }
    names = {re.split(r"[\[<>=;!~ ]", line, maxsplit=1)[0].lower() for line in asked}
    assert names - {"fpgaflow"} <= pinned


def test_torch_is_pinned_without_a_build_suffix() -> None:
    pins = (ROOT / "constraints.txt").read_text().splitlines()
    assert "torch==2.13.0" in pins
    assert not [line for line in pins if "+" in line or line.startswith("fpgaflow")]
