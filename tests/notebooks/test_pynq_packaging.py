"""What pynq finds: notebooks to deliver, and bitstreams."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fpgaflow.api.bundle_contents import assemble
from fpgaflow.api.bundle_file import write_bundle
from fpgaflow.errors import InputRefused
from fpgaflow.notebooks import deliver_notebooks
from fpgaflow.overlays import _unpack
from fpgaflow.resources import share_dir
from fpgaflow.toml_file import read_toml
from tests.runtime.bundles import PYNQ, make_test_bundle, parts

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.name for path in share_dir("notebooks").glob("*.ipynb"))


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_notebooks_are_copied(tmp_path: Path) -> None:
    deliver_notebooks(None, "", str(tmp_path), "fpgaflow", folder=True)
    assert names_in(tmp_path / "fpgaflow") == NAMES
    first = NAMES[0]
    assert (tmp_path / "fpgaflow" / first).read_bytes() == (
        share_dir("notebooks") / first
    ).read_bytes()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.touch()
    with pytest.raises(InputRefused) as caught:
        deliver_notebooks(None, "", str(place), "fpgaflow", folder=True)
    assert str(caught.value) == (
        f"{place}/fpgaflow cannot be written: Not a directory\n"
        "  what to do: name another folder: pynq get-notebooks -p FOLDER"
    )


def test_a_bitstream_is_put_where_pynq_looks(tmp_path: Path) -> None:
    _, files = assemble(parts())
    hardware = (b"bits", files["net_tiny.hwh"])
    path = tmp_path / "b.zip"
    write_bundle(path, *assemble(replace(parts(), hardware=hardware)), force=False)
    found = _unpack(path, tmp_path)
    assert found.read_bytes() == b"bits"
    assert found == tmp_path / "net_tiny" / "net_tiny.bit"
    assert names_in(found.parent) == ["net_tiny.bit", "net_tiny.hwh"]


def test_a_bundle_without_a_bitstream_is_refused(tmp_path: Path) -> None:
    path = make_test_bundle(tmp_path)
    with pytest.raises(InputRefused) as caught:
        _unpack(path, tmp_path)
    assert str(caught.value) == (
        f"{path} holds no bitstream\n"
        "  what to do: run fpgaflow synthesize on its build, and make the bundle again"
    )


@pytest.mark.skipif(PYNQ is None, reason="pynq is not installed (`make test-board` has it)")
def test_pynq_get_notebooks(tmp_path: Path) -> None:
    project = read_toml(ROOT / "pyproject.toml", "the project file")["project"]
    assert isinstance(project, dict)
    lines = []
    for group, entries in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in entries.items())]
    installed = tmp_path / "site" / "fpgaflow-0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: fpgaflow\nVersion: 0\n")
    (installed / "entry_points.txt").write_text("\n".join(lines))
    command = [
        *(sys.executable, "-c", "from pynq._cli.get_notebooks import main; main()"),
        "--ignore-overlays",
        *("-p", str(tmp_path / "delivered"), "fpgaflow"),
    ]
    done = subprocess.run(
        command,
        env={"PYTHONPATH": f"{ROOT}:{installed.parent}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert names_in(tmp_path / "delivered" / "fpgaflow") == NAMES
