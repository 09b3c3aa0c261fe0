"""The memory-access model, counted by hand."""

from __future__ import annotations

from fpgaflow.hardware.memory import Access, Traffic, layer_by_layer_memory, spatial_memory
from fpgaflow.ir import nodes as n
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.graph import Graph
from tests.hardware.small_graphs import U8, Builder, resnet20, tiny_residual


def read(accesses: int, size: int) -> Access:
    return Access(read_accesses=accesses, read_bytes=size)


def written(accesses: int, size: int) -> Access:
    return Access(write_accesses=accesses, write_bytes=size)


def on_chip(graph: Graph) -> dict[str, Traffic]:
    return {layer.name: layer.on_chip for layer in spatial_memory(graph).layers}


def test_off_chip_the_image_goes_in_and_the_result_comes_out() -> None:
    off_chip = spatial_memory(tiny_residual()).off_chip
    assert off_chip == Traffic(input=read(32, 32), output=written(5, 10))


def test_a_convolution_on_chip() -> None:
    stem = on_chip(tiny_residual())["stem"]
    # 16 outputs read 54 weights of 8 bits and 3 biases of 22.
    assert stem.weight == read(16 * 57, 16 * 54 + 16 * 3 * 22 // 8)
    assert stem.input == read(32, 32)
    # The padded image written and read, two rows of line buffer, the value, one copying stage.
    padded, value = 36 * 2, 16 * 3
    assert stem.feature_map == (
        read(padded, padded)
        + written(padded, padded)
        + read(2 * padded, 2 * padded)
        + written(2 * padded, 2 * padded)
        + written(value, value)
        + read(value, value)
        + written(2 * value, 2 * value)
    )


def test_stages_without_weights_on_chip() -> None:
    layers = on_chip(tiny_residual())
    assert layers["joined"] == Traffic(feature_map=read(96, 96) + written(48, 48))
    assert layers["pool"] == Traffic(feature_map=read(48, 48) + written(3, 3))
    assert layers["flat"] == Traffic()
    assert layers["image"] == Traffic()
    assert layers["fc"] == Traffic(
        weight=read(20, 15 + 5 * 22 // 8 + 1), feature_map=read(3, 3), output=written(5, 10)
    )


def test_odd_widths_are_packed_and_rounded_up_to_bytes() -> None:
    b = Builder((3, 3, 1))
    narrow = FixedType(width=3, integer=1, signed=False)
    b.add(n.Relu(name="a", inputs=("image",), element=narrow))
    b.add(n.Relu(name="b", inputs=("a",), element=U8))
    layers = on_chip(b.graph("g", "b"))
    assert layers["a"] == Traffic(input=read(9, 9), feature_map=written(9, 4))
    assert layers["b"] == Traffic(feature_map=read(9, 4), output=written(9, 9))


def test_eight_readers_take_two_copying_stages() -> None:
    b = Builder((2, 2, 1))
    stem = b.conv("stem", "image", (1, 1), kernel=1)
    b.add(n.Concat(name="join", inputs=(stem,) * 8, element=U8))
    stem_maps = on_chip(b.graph("g", "join"))["stem"].feature_map
    # 2 stages read the 4 numbers, and write 9 copies of them; the convolution writes once.
    assert stem_maps == read(2 * 4, 2 * 4) + written(10 * 4, 10 * 4)


def test_layer_by_layer_reads_and_writes_everything_in_float() -> None:
    model = layer_by_layer_memory(tiny_residual())
    layers = {layer.name: layer.off_chip for layer in model.layers}
    assert layers["stem"] == Traffic(
        input=read(32, 128), weight=read(57, 228), feature_map=written(48, 192)
    )
    assert layers["fc"].output == written(5, 20)
    assert layers["flat"] == Traffic()
    assert model.on_chip == Traffic()
    assert model.off_chip.total == read(
        32 + 57 + (48 + 84) + 96 + 48 + (3 + 20), 4 * 388
    ) + written(48 + 48 + 48 + 3 + 5, 4 * 152)


def test_totals_are_the_sums_of_the_layers() -> None:
    model = spatial_memory(resnet20())
    assert model.on_chip.total.bytes == sum(layer.on_chip.total.bytes for layer in model.layers)
    assert model.on_chip.weight.read_accesses == 40_551_040 + 188_416 + 10
