"""What hls4ml 1.3.0 does wrong, and that no project of ours meets it; one test for each fault."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hls4ml.backends import get_backend

from fpgaflow.backend.spatial.emit import emit_project
from fpgaflow.backend.spatial.fan_out import fan_out
from fpgaflow.backend.spatial.hls4ml_model import Target, build_model
from fpgaflow.backend.spatial.lower import lower
from fpgaflow.backend.spatial.stages import CloneStage, ConcatStage, ConvStage, Design
from fpgaflow.hardware.folding import Folding, choose_folding, foldings
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from tests.backend.networks import Builder, signed, unsigned
from tests.backend.operations import operations

TARGET = Target(project="network", part="xc7z020clg400-1", clock_mhz=100.0)


def design_of(graph: Graph) -> Design:
    return fan_out(lower(graph, choose_folding(graph, 60)))


def files_of(graph: Graph, folder: Path, folding: Folding | None = None) -> dict[str, str]:
    emit_project(graph, folding or choose_folding(graph, 60), TARGET, folder)
    names = ("network.cpp", "defines.h", "parameters.h")
    return {name: (folder / "firmware" / name).read_text() for name in names}


def test_a_1x1_convolution_is_not_validated_again(tmp_path: Path) -> None:
    """It becomes a PointwiseConv whose reuse factor nobody checks; 72 on 16 inputs fails."""
    b = Builder(2, 2, 16)
    point = b.conv("point", "image", 9, signed(9, 14), kernel=(1, 1), padding=(0, 0, 0, 0))
    graph = b.graph(point)
    for index, layer in enumerate(foldings(graph, graph.node(point))):
        assert layer.reuse_factor != 72
        folding = Folding(layers={point: layer}, interval=0, multipliers=0)
        files = files_of(graph, tmp_path / str(index), folding)
        kernel = re.search(r"using kernel = nnet::(\w+)<", files["parameters.h"])
        assert kernel is not None
        dense = (tmp_path / str(index) / "firmware" / "nnet_utils" / "nnet_dense.h").read_text()
        assert f"class {kernel[1]} " in dense
        assert f"reuse_factor = {layer.reuse_factor};" in files["parameters.h"]


def test_pooling_demands_a_stride_as_long_as_its_kernel(tmp_path: Path) -> None:
    """Any other pooling, or a padded one, aborts the process."""
    assert "nnet::pooling2d" not in files_of(operations(), tmp_path)["network.cpp"]


def test_average_pooling_divides_instead_of_rounding(tmp_path: Path) -> None:
    """Its quotient has the accumulator's bits and is cut, not rounded."""
    source = files_of(operations(), tmp_path)["network.cpp"]
    assert "nnet::global_pooling2d" not in source
    assert source.count("fpgaflow::average_pool") == 5


def test_a_clone_makes_seven_copies_at_most() -> None:
    b = Builder(2, 2, 1)
    sums = [
        b.add(n.Add(name=f"sum{i}", inputs=("image", "image"), element=signed(10, 10)))
        for i in range(10)
    ]
    clones = [s for s in design_of(b.graph(*sums)).stages if isinstance(s, CloneStage)]
    assert sum(len(clone.outputs) - 1 for clone in clones) == 19
    assert max(len(clone.outputs) for clone in clones) == 7


def test_a_concatenation_joins_two_and_forgets_repeated_operands() -> None:
    b = Builder(2, 2, 1)
    small = b.add(n.Cast(name="small", inputs=("image",), element=unsigned(4, 8)))
    join = b.add(
        n.Concat(name="join", inputs=("image", small, small, "image"), element=unsigned(8, 8))
    )
    stages = [s for s in design_of(b.graph(join)).stages if isinstance(s, ConcatStage)]
    assert [stage.shape for stage in stages] == [(2, 2, 2), (2, 2, 3), (2, 2, 4)]
    assert all(len(stage.inputs) == 2 for stage in stages)


def test_a_convolution_of_one_row_forgets_its_vertical_stride() -> None:
    b = Builder(5, 5, 1)
    row = b.conv("row", "image", 1, signed(9, 12), kernel=(1, 3), stride=(2, 1))
    (conv,) = [s for s in design_of(b.graph(row)).stages if isinstance(s, ConvStage)]
    assert conv.in_shape == (4, 7, 1)
    assert conv.stride == (1, 1)


def test_precisions_left_open_become_70_bits_wide(tmp_path: Path) -> None:
    defined = files_of(operations(), tmp_path)["defines.h"]
    assert "model_default_t" not in defined
    widths = [int(width) for width in re.findall(r"fixed<(\d+)", defined)]
    assert len(widths) > 100
    assert max(widths) < 40


def test_a_project_carries_a_random_stamp(tmp_path: Path) -> None:
    emit_project(operations(), choose_folding(operations(), 60), TARGET, tmp_path)
    assert not (tmp_path / "build_lib.sh").exists()
    assert not (tmp_path / "hls4ml_config.yml").exists()


def test_registered_sources_reach_other_peoples_projects(tmp_path: Path) -> None:
    """They also may not lie in folders; so none of ours is registered."""
    backend = get_backend("Vitis")
    before = dict(backend.get_custom_source())
    files_of(operations(), tmp_path / "one")
    files_of(operations(), tmp_path / "two")
    assert backend.get_custom_source() == before
    assert "get_valid_reuse_factors" not in vars(backend)


def test_latency_breaks_on_4096_weights() -> None:
    b = Builder(64)
    graph = b.graph(b.linear("fc", "image", 64, signed(9, 16)))
    (fastest, *_) = foldings(graph, graph.node("fc"))
    assert (fastest.reuse_factor, fastest.strategy) == (1, "resource")


@pytest.mark.parametrize(
    "element",
    [
        FixedType(width=8, integer=40),
        FixedType(width=8, integer=3, signed=False),
        FixedType(width=1, integer=1, signed=False),
        FixedType(width=2, integer=1),
    ],
    ids=str,
)
def test_optimizers_keep_our_types(element: FixedType) -> None:
    """Narrow weights must not become binary or ternary products either."""
    b = Builder(3, 3, 2)
    x = b.conv("conv", "image", 2, element)
    design = design_of(b.graph(b.add(n.Add(name="add", inputs=(x, x), element=element))))
    model = build_model(design, TARGET)
    for stage in design.stages:
        found = model.graph[stage.name].get_output_variable().type.precision
        assert (found.width, found.integer, found.signed) == (
            stage.element.width,
            stage.element.integer,
            stage.element.signed,
        )
        config = model.graph[stage.name].get_attr("config_cpp") or ""
        assert "product::" not in config or "product::mult<" in config
