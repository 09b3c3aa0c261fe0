from __future__ import annotations

import io
import warnings

import pytest
import torch
from torch import nn

from fpgaflow.frontend.torch_export import import_exported, import_module
from fpgaflow.ir.text import to_text
from tests.frontend.torch_equivalence import Network, assert_graph_computes, randomised
from tests.frontend.torch_networks import Dense, Residual

IMAGE = (3, 8, 8)


def exported(
    module: nn.Module, batch: int, *, dynamic: bool = False
) -> torch.export.ExportedProgram:
    image = torch.zeros(batch, *IMAGE, dtype=torch.float64)
    shapes = ({0: torch.export.Dim("batch")},) if dynamic else None
    return torch.export.export(module, (image,), dynamic_shapes=shapes)


@pytest.mark.parametrize(("batch", "dynamic"), [(1, False), (3, False), (2, True)])
def test_exported_programs_of_any_batch(batch: int, dynamic: bool) -> None:
    module = randomised(Residual())
    graph = import_exported(exported(module, batch, dynamic=dynamic), name="net")
    assert to_text(graph) == to_text(import_module(module, IMAGE, name="net"))
    assert_graph_computes(graph, module, IMAGE)


def test_a_program_decomposed_to_core_operations() -> None:
    def forward(net: Network, x: torch.Tensor) -> torch.Tensor:
        zeros = torch.zeros(x.size(0), 2, x.size(2), x.size(3), dtype=x.dtype)
        x = net.pool(net.block(torch.cat([x, zeros, x[:, :, ::1]], 1)))
        x = torch.relu(net.bn(net.fc(x.reshape(x.size(0), -1))))
        return net.last(x.unsqueeze(2).unsqueeze(3)).flatten(1)

    block = nn.Sequential(nn.Conv2d(8, 4, 3), nn.BatchNorm2d(4), nn.ReLU6(), nn.MaxPool2d(3, 1, 1))
    module = Network(
        forward,
        block=block,
        pool=nn.AdaptiveAvgPool2d((2, 1)),
        fc=nn.Linear(8, 5),
        bn=nn.BatchNorm1d(5),
        last=nn.Conv2d(5, 3, 1),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch 2.13 deprecates what it calls itself here
        program = exported(randomised(module), 2, dynamic=True).run_decompositions()
    graph = import_exported(program, name="net")
    assert_graph_computes(graph, module, IMAGE)


def test_a_program_from_a_file() -> None:
    module = randomised(Dense())
    image = torch.zeros(2, 3, 6, 6, dtype=torch.float64)
    stream = io.BytesIO()
    torch.export.save(torch.export.export(module, (image,)), stream)
    stream.seek(0)
    graph = import_exported(torch.export.load(stream), name="net")
    assert_graph_computes(graph, module, (3, 6, 6))
    assert to_text(graph) == to_text(import_module(module, (3, 6, 6), name="net"))
