from __future__ import annotations

import pytest

from fpgaflow import zoo
from fpgaflow.ir import nodes as n
from tests.frontend.torch_equivalence import assert_same


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("resnet8", {}),
        ("resnet20", {}),
        ("resnet32", {"shortcut": "B"}),
        ("densenet40", {"classes": 100}),
        ("vgg11_bn", {"in_channels": 1}),
    ],
)
def test_networks_of_the_zoo_keep_their_meaning(name: str, options: dict[str, object]) -> None:
    module = zoo.build(name, **options)
    channels = 1 if "in_channels" in options else 3
    graph = assert_same(module, (channels, 32, 32), name)
    assert isinstance(graph.nodes[-1], n.Linear)


@pytest.mark.extended
@pytest.mark.parametrize("name", sorted(n for n, one in zoo.ZOO.items() if not one.takes_clips))
def test_every_network_of_the_zoo_keeps_its_meaning(name: str) -> None:
    size = zoo.ZOO[name].input_size
    assert_same(zoo.build(name), (3, size, size), name)
