"""What a project holds, byte for byte."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.backend.manifest import read_manifest
from fpgaflow.backend.spatial.emit import emit_project
from fpgaflow.backend.spatial.hls4ml_model import Target
from fpgaflow.backend.synthesis.scripts import HlsTop
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.counters import graph_registers
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.ir import nodes as n
from tests.backend.networks import Builder, residual, unsigned
from tests.backend.operations import operations
from tests.golden_files import check_golden

GOLDEN = (
    "firmware/network.cpp",
    "firmware/network.h",
    "firmware/fpgaflow_top.h",
    "firmware/fpgaflow_top.cpp",
    "firmware/defines.h",
    "firmware/parameters.h",
    "firmware/weights/w3.h",
    "csim/counted.h",
    "csim/parts.h",
    "csim/manifest.json",
    "network_test.cpp",
    "project.tcl",
)
TARGET = Target(project="network", part="xc7z020clg400-1", clock_mhz=125.0)


def emit(folder: Path, *, every_operation: bool = False) -> Path:
    graph = operations() if every_operation else residual()
    emit_project(graph, choose_folding(graph, 40), TARGET, folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", GOLDEN)
def test_emitted_files(tmp_path: Path, name: str) -> None:
    check_golden(f"backend/residual/{name}", (emit(tmp_path) / name).read_text())


def test_the_top_function_takes_the_registers_in_their_order(tmp_path: Path) -> None:
    graph = residual()
    top = emit_project(graph, choose_folding(graph, 40), TARGET, tmp_path)
    assert top == HlsTop(function="fpgaflow_top", sources=("network.cpp", "fpgaflow_top.cpp"))
    header = (tmp_path / "firmware" / "fpgaflow_top.h").read_text()
    arguments = re.findall(
        r"^    (?:unsigned|volatile unsigned long long \*) ?(\w+),?$", header, re.M
    )
    registers = graph_registers(graph).registers
    assert arguments == [one.name for one in registers]
    source = (tmp_path / "firmware" / "fpgaflow_top.cpp").read_text()
    for name in (*arguments, "return"):
        assert f"    #pragma HLS INTERFACE s_axilite port={name} bundle=control\n" in source
    assert read_manifest(tmp_path).counters == tuple(
        one.name for one in registers if one.direction == "output"
    )


def test_a_network_of_several_outputs_is_its_own_top(tmp_path: Path) -> None:
    graph = operations()
    top = emit_project(graph, choose_folding(graph, 40), TARGET, tmp_path)
    assert top == HlsTop(function="network", sources=("network.cpp",))
    assert not (tmp_path / "firmware" / "fpgaflow_top.cpp").exists()
    manifest = read_manifest(tmp_path)
    assert (manifest.counters, manifest.beat_bits) == ((), None)


def test_synthesis_and_vitis_see_plain_types(tmp_path: Path) -> None:
    """Only our own C-simulation counts: what counts is behind FPGAFLOW_COUNT."""
    firmware = emit(tmp_path) / "firmware"
    for name in ("network.h", "network.cpp", "fpgaflow_top.h", "fpgaflow_top.cpp", "parameters.h"):
        text = (firmware / name).read_text()
        text = re.sub(r"#ifdef FPGAFLOW_COUNT\n.*?#endif\n", "", text, flags=re.DOTALL)
        assert "counted" not in text
        assert "counting" not in text


def test_emission_is_the_same_anywhere_and_again(tmp_path: Path) -> None:
    first = contents(emit(tmp_path / "one", every_operation=True))
    second = contents(emit(tmp_path / "elsewhere" / "two", every_operation=True))
    assert first == second
    assert not any(str(tmp_path).encode() in data for data in first.values())


def test_synthesis_and_simulation_see_the_same_weights(tmp_path: Path) -> None:
    weights = emit(tmp_path, every_operation=True) / "firmware" / "weights"
    types = (tmp_path / "firmware" / "defines.h").read_text()
    headers = sorted(weights.glob("*.h"))
    assert len(headers) > 20
    for header in headers:
        text = header.read_text()
        found = re.search(r"^(\w+) \w+\[\d+\] = \{(.*)\};$", text, re.MULTILINE)
        assert found is not None
        # Arrays of no bias are hls4ml's ap_uint<1>.
        fixed = re.search(rf"typedef ap_u?fixed<(\d+),(-?\d+).*> {found[1]};", types)
        fraction = int(fixed[1]) - int(fixed[2]) if fixed else 0
        real = np.array([float(number) for number in found[2].split(", ")])
        integers = [int(number) for number in header.with_suffix(".txt").read_text().split()]
        assert np.ldexp(real, fraction).tolist() == integers


def test_the_manifest_names_every_value(tmp_path: Path) -> None:
    manifest = read_manifest(emit(tmp_path))
    assert manifest.project == "network"
    assert manifest.input.shape == (4, 4, 2)
    assert [port.name for port in manifest.outputs] == ["fc"]
    assert [[port.name for port in ports] for ports in manifest.traced] == [
        ["image"],
        ["layer.0.conv"],
        ["layer.1.conv"],
        ["half"],
        ["wide"],
        ["add"],
        ["pool", "flat"],
        ["fc"],
    ]


@pytest.mark.parametrize("name", ["", "2net", "a-b", "a b", "ünder", "x" * 65])
def test_a_name_that_cpp_cannot_take_is_refused(name: str) -> None:
    with pytest.raises(InputRefused) as caught:
        Target(project=name, part="xc7z020clg400-1", clock_mhz=100.0)
    assert str(caught.value) == (
        f"the project's name {name!r}\n"
        "  accepted: a letter, then up to 63 letters, digits and underscores"
    )


def test_names_from_a_file_cannot_leave_their_comment(tmp_path: Path) -> None:
    b = Builder(2, 2, 1)
    evil = b.add(n.Relu(name='a"\n#error\\', inputs=("image",), element=unsigned(8, 8)))
    graph = b.graph(evil)
    emit_project(graph, choose_folding(graph, 1), TARGET, tmp_path)
    source = (tmp_path / "firmware" / "network.cpp").read_text()
    assert "    FPGAFLOW_PROBE(layer2_out) // a___error_\n" in source
    assert "n1_a_error" in source
    assert read_manifest(tmp_path).outputs[0].name == evil
