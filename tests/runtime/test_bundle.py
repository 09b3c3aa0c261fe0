"""A bundle is read as it was made, or refused with the file's name."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.api.bundle_contents import assemble
from fpgaflow.api.bundle_file import write_bundle
from fpgaflow.errors import DeviceFailed, InputRefused
from fpgaflow.interpret import numpy_engine
from fpgaflow.runtime import Bundle, read_bundle
from fpgaflow.runtime.manifest import MANIFEST, read_manifest, write_manifest
from tests.runtime.bundles import make_test_bundle, parts, small_graph

Files = dict[str, bytes]


def rewrite(
    source: Path, target: Path, change: Callable[[Files], None], *, seal: bool = False
) -> Path:
    """Copy a bundle with other files; `seal` makes the comment fit the manifest again."""
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
        comment = archive.comment
    change(files)
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.comment = hashlib.sha256(files[MANIFEST]).hexdigest().encode() if seal else comment
    return target


def copy(source: Path, target: Path) -> Path:
    shutil.copyfile(source, target)
    return target


def edit_manifest(change: Callable[[dict[str, object]], object]) -> Callable[[Files], None]:
    def edit(files: Files) -> None:
        values = json.loads(files[MANIFEST])
        change(values)
        files[MANIFEST] = json.dumps(values).encode()

    return edit


def refusal(path: Path) -> str:
    with pytest.raises(InputRefused) as caught:
        read_bundle(path)
    return str(caught.value).splitlines()[0].removeprefix(f"{path}").lstrip(":, ")


def test_it_is_read_as_it_was_made(bundle: Bundle) -> None:
    manifest = bundle.manifest
    assert manifest.name == "small"
    assert manifest.bitstream is None
    assert manifest.description_source == "generated"
    assert manifest.images.beats_per_image * manifest.images.beat_bits >= 25 * 8
    expected = numpy_engine.run(bundle.graph, bundle.golden_images)["fc"]
    assert np.array_equal(bundle.golden_scores, expected)
    assert bundle.golden_labels is not None
    assert bundle.golden_labels.tolist() == list(range(8))
    assert read_manifest(write_manifest(manifest), "again") == manifest


def test_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    first = make_test_bundle(tmp_path, small_graph())
    second = make_test_bundle(tmp_path / "a", small_graph())
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        names = archive.namelist()
    assert names[0] == MANIFEST
    assert names[1:] == sorted(names[1:])
    assert {"runtime/fpgaflow/runtime/accelerator.py", "report.json", "net_small.hwh"} <= set(names)
    assert {name for name in names if name.startswith("notebooks/")} == {
        "notebooks/01_quickstart.ipynb",
        "notebooks/02_memory_accesses.ipynb",
    }
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def flip(name: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        files[name] = files[name][:-1] + bytes([files[name][-1] ^ 1])

    return change


@pytest.mark.parametrize(
    "name",
    [
        "graph.json",
        "parameters.npz",
        "golden/scores.npy",
        "golden/labels.npy",
        "net_small.hwh",
        "report.json",
    ],
)
def test_a_changed_file_is_named(name: str, bundle_path: Path, tmp_path: Path) -> None:
    path = rewrite(bundle_path, tmp_path / "b.zip", flip(name))
    assert refusal(path).startswith(f"{name} was changed: its SHA-256 is ")


def test_a_longer_file_is_named(bundle_path: Path, tmp_path: Path) -> None:
    path = rewrite(
        bundle_path, tmp_path / "b.zip", lambda files: files.update({"report.json": b"{ }\n"})
    )
    assert refusal(path) == "report.json has 4 bytes; the manifest says 3"


def test_a_missing_file_is_named(bundle_path: Path, tmp_path: Path) -> None:
    path = rewrite(bundle_path, tmp_path / "b.zip", lambda files: files.pop("report.json"))  # type: ignore[arg-type, return-value]
    assert refusal(path) == "report.json is missing"


def test_a_file_too_many_is_named(bundle_path: Path, tmp_path: Path) -> None:
    path = rewrite(bundle_path, tmp_path / "b.zip", lambda files: files.update({"x.py": b""}))
    assert refusal(path) == "x.py is not in the manifest"


def test_a_changed_manifest_is_told(bundle_path: Path, tmp_path: Path) -> None:
    change = edit_manifest(lambda values: values.update(clock_mhz=200.0))
    path = rewrite(bundle_path, tmp_path / "b.zip", change)
    assert refusal(path) == "manifest.json was changed: its SHA-256 is not the zip's comment"


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../up.py", "a/../../b", "C:\\x", "a\\b", "a//b", ".hidden", "a b"]
)
def test_paths_that_lead_elsewhere_are_refused(
    name: str, bundle_path: Path, tmp_path: Path
) -> None:
    path = rewrite(bundle_path, tmp_path / "b.zip", lambda files: files.update({name: b""}))
    assert "which is no path inside it" in refusal(path)


def test_a_name_given_twice_is_refused(bundle_path: Path, tmp_path: Path) -> None:
    path = copy(bundle_path, tmp_path / "b.zip")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("report.json", b"{}")
    assert refusal(path) == "holds report.json twice"


def test_what_could_grow_is_refused(bundle_path: Path, tmp_path: Path) -> None:
    path = copy(bundle_path, tmp_path / "b.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("big.bin", bytes(10_000), compress_type=zipfile.ZIP_DEFLATED)
    assert refusal(path) == "holds big.bin compressed or encrypted"


def test_other_files_are_no_bundles(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    assert refusal(path) == "No such file or directory"
    path.write_bytes(b"text")
    assert refusal(path) == "is damaged or no bundle: File is not a zip file"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", b"")
    assert refusal(path) == "manifest.json is missing"


@pytest.mark.parametrize("size", [10, 1000, 30_000])
def test_a_bundle_cut_short_is_refused(size: int, bundle_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(bundle_path.read_bytes()[:-size])
    with pytest.raises(InputRefused):
        read_bundle(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 2}, "schema is 2, not 1"),
        ({"clock_mhz": 0}, "clock_mhz is no positive number"),
        ({"cycles_per_image": -1}, "cycles_per_image is -1, not 0 to 9007199254740992"),
        ({"name": None}, "name is not a text"),
        ({"class_names": [1]}, "class_names holds other things than texts"),
        ({"dma_length_bits": 27}, "dma_length_bits is 27, not 0 to 26"),
        ({"description_source": "me"}, 'description_source is "me", not generated or vivado'),
        ({"files": {}}, "files is not a list"),
    ],
)
def test_wrong_fields_of_a_manifest_are_named(
    change: dict[str, object], message: str, bundle_path: Path, tmp_path: Path
) -> None:
    edit = edit_manifest(lambda values: values.update(change))
    path = rewrite(bundle_path, tmp_path / "b.zip", edit, seal=True)
    assert refusal(path) == f"manifest.json: {message}"


def test_wrong_fields_deeper_down_are_named(bundle_path: Path, tmp_path: Path) -> None:
    def change(values: dict[str, object]) -> None:
        values["registers"][3]["bits"] = "64"  # type: ignore[index]

    path = rewrite(bundle_path, tmp_path / "b.zip", edit_manifest(change), seal=True)
    assert refusal(path) == "manifest.json, registers[3]: bits is not a whole number"


def test_registers_that_the_runtime_needs_are_there(bundle_path: Path, tmp_path: Path) -> None:
    def drop(values: dict[str, object]) -> None:
        del values["registers"][1]  # type: ignore[attr-defined]

    path = rewrite(bundle_path, tmp_path / "b.zip", edit_manifest(drop), seal=True)
    assert refusal(path) == "manifest.json: there is no register clear"

    def rename(values: dict[str, object]) -> None:
        values["registers"][-1]["layer"] = "other"  # type: ignore[index]

    path = rewrite(bundle_path, tmp_path / "b.zip", edit_manifest(rename), seal=True)
    assert refusal(path) == "fc_feature_map_writes counts for other, which the graph has not"


def test_shapes_that_do_not_fit_together_are_told(bundle_path: Path, tmp_path: Path) -> None:
    def change(values: dict[str, object]) -> None:
        values["images"]["shape"] = [5, 5, 3]  # type: ignore[index]

    path = rewrite(bundle_path, tmp_path / "b.zip", edit_manifest(change), seal=True)
    assert refusal(path) == "the graph's input has shape [5, 5, 1], the manifest [5, 5, 3]"


def test_a_description_of_another_network_is_refused_when_the_bundle_is_made() -> None:
    other = assemble(parts())[1]["net_tiny.hwh"]
    given = parts(small_graph())
    with pytest.raises(DeviceFailed, match=r"it is of fpgaflow:hls:net_tiny:1\.0, not"):
        assemble(type(given)(**{**fields(given), "hardware": (b"bits", other)}))


def test_bitstream_and_description_of_vivados_go_in(tmp_path: Path) -> None:
    given = parts(small_graph())
    description = assemble(given)[1]["net_small.hwh"]
    manifest, files = assemble(type(given)(**{**fields(given), "hardware": (b"bits", description)}))
    write_bundle(tmp_path / "b.zip", manifest, files, force=False)
    found = read_bundle(tmp_path / "b.zip")
    assert found.manifest.bitstream == "net_small.bit"
    assert found.manifest.description_source == "vivado"
    assert found.files["net_small.bit"] == b"bits"


def fields(given: object) -> dict[str, object]:
    return {name: getattr(given, name) for name in type(given).__dataclass_fields__}


def test_a_bundle_is_not_written_over_another_one(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    manifest, files = assemble(parts())
    write_bundle(path, manifest, files, force=False)
    with pytest.raises(InputRefused) as caught:
        write_bundle(path, manifest, files, force=False)
    assert str(caught.value) == (
        f"the output {path} exists already\n"
        "  accepted: a file that does not exist yet\n"
        "  what to do: name another one with -o, or replace a file with --force"
    )
    write_bundle(path, manifest, files, force=True)
    with pytest.raises(InputRefused, match="cannot be written: No such file or directory"):
        write_bundle(tmp_path / "none" / "b.zip", manifest, files, force=True)
    assert [one.name for one in tmp_path.iterdir()] == ["b.zip"]


def test_the_runtime_inside_works_alone(bundle_path: Path, tmp_path: Path) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(bundle_path / "runtime")!r})
for name in ("torch", "pynq"):
    sys.modules[name] = None
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in ("torch", "pynq") else find(name)
from fpgaflow.runtime import Accelerator
with Accelerator({str(bundle_path)!r}, emulate=True) as accelerator:
    print(accelerator.self_test().images, sys.modules["fpgaflow"].__file__)
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"8 {bundle_path}")
