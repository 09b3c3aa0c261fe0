"""One network with every operation in every way that the lowering treats differently."""

from __future__ import annotations

from fpgaflow.ir import nodes as n
from fpgaflow.ir.geometry import Size
from fpgaflow.ir.graph import Graph
from tests.backend.networks import Builder, signed, unsigned


def operations() -> Graph:
    b = Builder(8, 9, 3)
    x = b.affine("norm", "image", signed(10, 9))
    outputs = [*_convolutions(b, x), *_pools(b, x), *_pointwise(b, x), *_vectors(b, x)]
    # The image itself, a value that is also read, and the same value twice.
    return b.graph(*outputs, "image", x, outputs[0], outputs[0], name="operations")


def _convolutions(b: Builder, x: str) -> list[str]:
    wide = b.conv("asymmetric", x, 4, unsigned(8, 10), stride=(2, 1), padding=(1, 0, 2, 1))
    return [
        b.conv("row", x, 2, signed(9, 11), kernel=(1, 3), stride=(2, 2), padding=(1, 1, 0, 0)),
        b.conv("column", x, 3, signed(9, 11), kernel=(3, 1), stride=(1, 2), padding=(0, 0, 0, 0)),
        b.conv("point", x, 5, signed(9, 11), kernel=(1, 1), stride=(2, 2), padding=(0, 0, 0, 0)),
        b.conv("even", x, 1, signed(9, 11), kernel=(2, 2), stride=(3, 3), padding=(0, 1, 0, 1)),
        b.conv("unbiased", wide, 2, signed(8, 12), bias=False),
        b.conv("groups", wide, 6, signed(8, 11), groups=2, stride=(2, 1), padding=(0, 1, 1, 0)),
        b.conv("depthwise", wide, 4, signed(8, 11), groups=4),
        b.conv("multiplied", x, 6, signed(8, 10), groups=3, bias=False, stride=(1, 2)),
    ]


def _pools(b: Builder, x: str) -> list[str]:
    mean, around = unsigned(9, 8), (1, 1, 1, 1)
    return [
        b.max("max-3-2-1", x, (3, 3), (2, 2), (1, 1, 1, 1)),
        b.max("max-2-2-0", x, (2, 2), (2, 2)),
        b.max("max-lopsided", x, (2, 3), (3, 1), (1, 0, 0, 2)),
        b.max("max-gaps", x, (1, 2), (2, 3), (0, 1, 0, 0)),
        b.average("mean-2-2-0", x, mean, (2, 2), stride=(2, 2)),
        b.average("mean-3-2-1", x, mean, (3, 3), stride=(2, 2), padding=around),
        b.average(
            "mean-real", x, mean, (3, 3), stride=(2, 2), padding=around, count_include_pad=False
        ),
        b.average(
            "mean-real-gaps",
            x,
            mean,
            (2, 2),
            stride=(2, 3),
            padding=(1, 0, 1, 1),
            count_include_pad=False,
        ),
        b.average("mean-all", x, signed(12, 9), (8, 9), stride=(8, 9)),
    ]


def _pointwise(b: Builder, x: str) -> list[str]:
    relu = b.add(n.Relu(name="relu", inputs=(x,), element=signed(7, 9)))
    clamp = b.add(n.Clamp(name="clamp", inputs=(x,), element=signed(8, 8), low=-20.3, high=60.0))
    cast = b.add(n.Cast(name="cast", inputs=(x,), element=unsigned(6, 7)))
    mixed = b.add(n.Add(name="mixed-add", inputs=(relu, cast), element=signed(9, 9)))
    twice = b.add(n.Add(name="twice", inputs=(x, x), element=signed(10, 10)))
    join = b.add(n.Concat(name="join", inputs=(x, clamp, x, x, relu), element=signed(10, 9)))
    alone = b.add(n.Concat(name="alone", inputs=(cast,), element=signed(7, 7)))
    tight = b.add(n.Add(name="coarse", inputs=(x, x), element=signed(4, 40)))
    coarse = b.add(n.Concat(name="coarse-join", inputs=(x, cast), element=signed(4, 40)))
    fewer = b.add(
        n.Subsample(name="fewer", inputs=(join,), element=signed(8, 9), stride=Size(3, 2))
    )
    padded = b.add(
        n.PadChannels(name="padded", inputs=(x,), element=signed(8, 9), before=2, after=1)
    )
    return [mixed, twice, alone, tight, coarse, fewer, padded]


def _vectors(b: Builder, x: str) -> list[str]:
    pooled = b.max("shrunk", x, (4, 3), (4, 3))
    flat = b.add(n.Reshape(name="flat", inputs=(pooled,), element=b.element(pooled), shape=(18,)))
    first = b.linear("first", flat, 18, signed(10, 14))
    second = b.linear("second", flat, 1, signed(10, 14), bias=False)
    total = b.add(n.Add(name="total", inputs=(flat, first), element=signed(12, 15)))
    joined = b.add(n.Concat(name="vectors", inputs=(flat, total, second), element=signed(12, 15)))
    scaled = b.affine("scaled", flat, signed(12, 13))
    limited = b.add(n.Relu(name="limited", inputs=(flat,), element=unsigned(8, 9)))
    square = b.add(
        n.Reshape(name="square", inputs=(total,), element=signed(10, 15), shape=(3, 3, 2))
    )
    again = b.add(n.Reshape(name="again", inputs=(flat,), element=b.element(flat), shape=(2, 3, 3)))
    finer = b.add(n.Reshape(name="finer", inputs=(flat,), element=signed(12, 10), shape=(18,)))
    return [joined, scaled, limited, square, again, finer, flat]
