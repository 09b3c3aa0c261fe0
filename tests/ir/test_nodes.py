from __future__ import annotations

import pytest

from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Padding, Size


@pytest.mark.parametrize(
    ("node", "inputs", "parameters", "expected"),
    [
        (n.Input(name="x", shape=(4, 5, 3)), (), (), (4, 5, 3)),
        (
            n.Conv(name="x", weight="w", bias="b", stride=Size(2, 1), padding=Padding(1, 0, 1, 2)),
            ((8, 8, 4),),
            ((3, 3, 4, 6), (6,)),
            (4, 8, 6),
        ),
        (n.Conv(name="x", weight="w", groups=4), ((8, 8, 4),), ((1, 1, 1, 8),), (8, 8, 8)),
        (n.Linear(name="x", weight="w"), ((12,),), ((12, 5),), (5,)),
        (
            n.BatchNorm(name="x", gamma="g", beta="b", mean="m", variance="v", epsilon=1e-5),
            ((2, 2, 3),),
            ((3,),) * 4,
            (2, 2, 3),
        ),
        (n.Affine(name="x", scale="s", shift="t"), ((7,),), ((7,), (7,)), (7,)),
        (n.Relu(name="x"), ((2, 3, 4),), (), (2, 3, 4)),
        (n.Clamp(name="x", low=0, high=6), ((2, 3, 4),), (), (2, 3, 4)),
        (n.Cast(name="x"), ((9,),), (), (9,)),
        (n.Add(name="x"), ((2, 3, 4), (2, 3, 4)), (), (2, 3, 4)),
        (n.Concat(name="x"), ((2, 3, 4), (2, 3, 1), (2, 3, 4)), (), (2, 3, 9)),
        (n.Concat(name="x"), ((4,), (1,)), (), (5,)),
        (
            n.MaxPool(name="x", kernel=Size(3, 3), stride=Size(2, 2), padding=Padding(1, 1, 1, 1)),
            ((32, 31, 16),),
            (),
            (16, 16, 16),
        ),
        (
            n.AveragePool(name="x", kernel=Size(8, 4), stride=Size(1, 4)),
            ((8, 8, 2),),
            (),
            (1, 2, 2),
        ),
        (n.Reshape(name="x", shape=(24,)), ((2, 3, 4),), (), (24,)),
        (n.Subsample(name="x", stride=Size(2, 3)), ((5, 7, 2),), (), (3, 3, 2)),
        (n.PadChannels(name="x", before=1, after=2), ((5, 7, 2),), (), (5, 7, 5)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, n.Node) else "",
)
def test_shapes(
    node: n.Node,
    inputs: tuple[n.Shape, ...],
    parameters: tuple[n.Shape, ...],
    expected: n.Shape,
) -> None:
    assert node.infer_shape(inputs, parameters) == expected
    assert len(node.parameters) == len(parameters)


def test_every_operation_is_listed_once() -> None:
    public = {
        kind
        for name, kind in vars(n).items()
        if isinstance(kind, type) and issubclass(kind, n.Node) and not name.startswith("_")
    }
    assert set(n.OPERATIONS) == public - {n.Node}
    assert len(n.OPERATIONS) == len(set(n.OPERATIONS))


def test_names_of_parameters_in_order() -> None:
    assert n.Conv(name="x", weight="w", bias="b").parameters == ("w", "b")
    assert n.Linear(name="x", weight="w").parameters == ("w",)
    norm = n.BatchNorm(name="x", gamma="g", beta="b", mean="m", variance="v", epsilon=0.0)
    assert norm.parameters == ("g", "b", "m", "v")
