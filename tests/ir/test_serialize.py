from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from fpgaflow.errors import InputRefused
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.serialize import GRAPH_FILE, PARAMETERS_FILE, load, save
from fpgaflow.ir.text import to_text
from fpgaflow.ir.types import Parameter
from tests.ir.graphs import conv_net, graph, image
from tests.strategies import fixed_graphs


def _same(a: Graph, b: Graph) -> None:
    assert (a.name, a.nodes, a.outputs, a.types) == (b.name, b.nodes, b.outputs, b.types)
    assert list(a.parameters) == list(b.parameters)
    for name, parameter in a.parameters.items():
        other = b.parameters[name]
        assert parameter.element == other.element
        np.testing.assert_array_equal(parameter.values, other.values)
    assert to_text(a) == to_text(b)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(net=fixed_graphs())
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, net: Graph) -> None:
    folder = tmp_path_factory.mktemp("graph")
    save(net, folder)
    _same(net, load(folder))


def test_round_trip_of_a_real_graph(tmp_path: Path) -> None:
    net = graph(
        image(4, 4, 3, element=None),
        n.FakeQuantize(name="q", inputs=("image",), target=FixedType(width=6, integer=2)),
        n.Affine(name="a", inputs=("q",), scale="s", shift="t"),
        parameters={
            "s": Parameter(values=np.array([0.1, 1e-30, -3])),
            "t": Parameter(values=np.zeros(3)),
        },
    )
    save(net, tmp_path)
    _same(net, load(tmp_path))


def test_the_same_graph_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        save(conv_net(), folder)
    for name in (GRAPH_FILE, PARAMETERS_FILE):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def _edit(folder: Path, change: Callable[[dict[str, object]], None]) -> None:
    data = json.loads((folder / GRAPH_FILE).read_text())
    change(data)
    (folder / GRAPH_FILE).write_text(json.dumps(data))


def _first_node(data: dict[str, object]) -> dict[str, object]:
    nodes = data["nodes"]
    assert isinstance(nodes, list)
    return nodes[0]


@pytest.mark.parametrize("name", [GRAPH_FILE, PARAMETERS_FILE])
def test_missing_file(tmp_path: Path, name: str) -> None:
    save(conv_net(), tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(InputRefused) as caught:
        load(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: there is no {name}\n  accepted: a build folder that fpgaflow compile made"
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data.update(format=2), "format 2"),
        (lambda data: data.pop("outputs"), "'outputs'"),
        (lambda data: data.update(outputs=["nothing"]), "an output is not a node"),
        (lambda data: _first_node(data).update(operation="Softmax"), "'Softmax'"),
        (lambda data: _first_node(data).update(colour=1), "Input with ['colour']"),
        (lambda data: _first_node(data).pop("shape"), "Input with ['shape']"),
        (lambda data: data.update(nodes=7), "'int' object is not iterable"),
    ],
)
def test_damaged_structure(
    tmp_path: Path, change: Callable[[dict[str, object]], None], reason: str
) -> None:
    save(conv_net(), tmp_path)
    _edit(tmp_path, change)
    _refused(tmp_path, reason)


def _refused(folder: Path, reason: str) -> None:
    with pytest.raises(InputRefused) as caught:
        load(folder)
    assert str(caught.value) == (
        f"{folder / GRAPH_FILE}: damaged or not a graph ({reason})\n"
        "  accepted: graph format 1\n"
        "  what to do: compile the model again"
    )


def test_format_of_no_width(tmp_path: Path) -> None:
    save(conv_net(), tmp_path)
    _edit(tmp_path, lambda data: _first_node(data)["element"].update(width=0))  # pyright: ignore
    with pytest.raises(InputRefused) as caught:
        load(tmp_path)
    assert str(caught.value) == "fixed-point format: width 0\n  accepted: 1 to 63 bits"


@pytest.mark.parametrize("length", [0, 10, 200])
def test_cut_off_structure(tmp_path: Path, length: int) -> None:
    save(conv_net(), tmp_path)
    path = tmp_path / GRAPH_FILE
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(InputRefused, match="damaged or not a graph"):
        load(tmp_path)


@pytest.mark.parametrize("length", [0, 1, 60, 400, -1])
def test_cut_off_parameters(tmp_path: Path, length: int) -> None:
    save(conv_net(), tmp_path)
    path = tmp_path / PARAMETERS_FILE
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(InputRefused, match="damaged or not a graph"):
        load(tmp_path)


def test_each_flipped_byte_is_refused_or_harmless(tmp_path: Path) -> None:
    save(conv_net(), tmp_path)
    rng = np.random.default_rng(0)
    for name in (GRAPH_FILE, PARAMETERS_FILE):
        path = tmp_path / name
        whole = path.read_bytes()
        for position in rng.integers(0, len(whole), 200):
            damaged = bytearray(whole)
            damaged[position] ^= 1 << int(rng.integers(0, 8))
            path.write_bytes(damaged)
            try:
                assert isinstance(load(tmp_path), Graph)
            except InputRefused:
                continue
        path.write_bytes(whole)


def _only_array(folder: Path, content: bytes, compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(folder / PARAMETERS_FILE, "w", compression) as archive:
        archive.writestr("conv_weight.npy", content)


def _npy(header: str) -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    save(conv_net(), tmp_path)
    header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"
    _only_array(tmp_path, _npy(header) + pickle.dumps([object]))
    _refused(tmp_path, "conv_weight.npy holds object")


def test_a_false_shape_takes_no_memory(tmp_path: Path) -> None:
    save(conv_net(), tmp_path)
    header = "{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999,)}"
    _only_array(tmp_path, _npy(header) + bytes(8))
    _refused(tmp_path, "cannot reshape array of size 1 into shape (99999999999,)")


def test_a_packed_member(tmp_path: Path) -> None:
    save(conv_net(), tmp_path)
    _only_array(tmp_path, bytes(1 << 20), zipfile.ZIP_DEFLATED)
    _refused(tmp_path, "conv_weight.npy is compressed")


def test_deeply_nested_structure(tmp_path: Path) -> None:
    save(conv_net(), tmp_path)
    (tmp_path / GRAPH_FILE).write_text("[" * 100_000)
    with pytest.raises(InputRefused, match="damaged or not a graph"):
        load(tmp_path)
