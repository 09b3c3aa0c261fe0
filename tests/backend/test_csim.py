"""C-simulation of generated projects, integer by integer against the interpreter."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.api.counter_check import check_counters
from fpgaflow.backend.csim import CsimLimits, CsimResult, simulate
from fpgaflow.backend.csim_compile import find_compiler
from fpgaflow.backend.spatial.emit import emit_project
from fpgaflow.errors import InputRefused, ToolFailed, ToolMissing, VerificationFailed
from fpgaflow.hardware.counters import predict_counters, predict_layer_counters
from fpgaflow.hardware.folding import Folding, LayerFolding, choose_folding, foldings
from fpgaflow.interpret.numpy_engine import run
from fpgaflow.ir.graph import Graph
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.quantize import Settings, quantize
from tests.backend.networks import residual
from tests.backend.operations import operations
from tests.backend.projects import TARGET
from tests.small_networks import dense_network, vgg_network
from tests.small_networks import images as image_batch
from tests.strategies import images_for


def mixed_folding(graph: Graph) -> Folding:
    """Take the fastest, a middle and the smallest folding in turn, so that every kernel occurs."""
    takes = cycle((0.0, 0.5, 1.0, 0.8))
    layers: dict[str, LayerFolding] = {}
    for node in graph.nodes:
        choices = foldings(graph, node)
        if choices:
            layers[node.name] = choices[round(next(takes) * (len(choices) - 1))]
    return Folding(
        layers=layers,
        interval=max(layer.interval for layer in layers.values()),
        multipliers=sum(layer.multipliers for layer in layers.values()),
    )


def assert_exact(graph: Graph, images: np.ndarray, result: CsimResult) -> None:
    expected = run(graph, images, "all")
    for name, values in {**result.traced, **result.outputs}.items():
        wrong = np.argwhere(values != expected[name])
        assert not len(wrong), f"{name} differs first at {wrong[0].tolist()}"
    check_counters(graph, result)
    assert set(result.accesses) == set(predict_layer_counters(graph))


@pytest.mark.csim
def test_every_operation_is_exact(tmp_path: Path) -> None:
    graph = operations()
    folding = mixed_folding(graph)
    assert {layer.strategy for layer in folding.layers.values()} == {"latency", "resource"}
    emit_project(graph, folding, TARGET, tmp_path / "project")
    images = images_for(graph)
    result = simulate(tmp_path / "project", images, trace=True)
    assert set(result.traced) == {node.name for node in graph.nodes}
    assert set(result.outputs) == set(graph.outputs)
    assert_exact(graph, images, result)


@pytest.mark.csim
@pytest.mark.parametrize("network", [dense_network, vgg_network])
def test_a_quantized_network_is_exact_in_every_layer(
    network: Callable[[], Graph], tmp_path: Path
) -> None:
    """A small DenseNet, whose last concat joins three values, and a small VGG."""
    real = canonicalize(network(), mean=(0.5, 0.25, 0.75), std=(0.25, 0.5, 0.125))
    graph = quantize(real, image_batch(), Settings())
    emit_project(graph, choose_folding(graph, 220), TARGET, tmp_path / "project")
    images = image_batch(4)
    result = simulate(tmp_path / "project", images, trace=True)
    assert set(result.traced) == {node.name for node in graph.nodes}
    assert_exact(graph, images, result)


@pytest.mark.csim
def test_images_spread_over_processes_stay_in_order(small: tuple[Path, Path]) -> None:
    project, work = small
    graph, images = residual(), images_for(residual(), 7)
    told: list[tuple[str, int, int]] = []
    result = simulate(
        project,
        images,
        work=work,
        processes=3,
        progress=lambda step, done, total: told.append((step, done, total)),
    )
    assert not result.traced
    assert_exact(graph, images, result)
    assert [entry for entry in told if entry[0] == "simulate"] == [
        ("simulate", done, 7) for done in range(1, 8)
    ]
    # Another test may have compiled it before.
    compiled = [entry for entry in told if entry[0] == "compile"]
    assert compiled in ([], [("compile", done, 4) for done in range(1, 5)])
    again = simulate(project, images[:1], work=work, trace=True)
    assert again.compile_s == 0
    assert_exact(graph, images[:1], again)
    # Every register, those of cycles apart; three processes counted 3, 2 and 2 images.
    cycles = {"cycles_busy": 0, "cycles_stalled_input": 0, "cycles_stalled_output": 0}
    per_image = predict_counters(graph, 64)
    assert result.counters == {name: 7 * count for name, count in per_image.items()} | cycles
    assert again.counters == {**per_image, **cycles}


@pytest.mark.csim
def test_a_simulation_that_takes_too_long_is_ended(small: tuple[Path, Path]) -> None:
    project, work = small
    images = images_for(residual(), 3)
    simulate(project, images, work=work)
    with pytest.raises(ToolFailed, match="running the design took more than 0 s"):
        simulate(project, images, work=work, limits=CsimLimits(total_s=0))


@pytest.mark.csim
def test_a_simulation_without_memory_says_so(small: tuple[Path, Path]) -> None:
    project, work = small
    images = images_for(residual(), 3)
    simulate(project, images, work=work)
    with pytest.raises(ToolFailed, match="running the design"):
        simulate(project, images, work=work, limits=CsimLimits(memory_mb=1))


@pytest.mark.csim
def test_a_counter_that_differs_is_named(small: tuple[Path, Path]) -> None:
    project, work = small
    graph, images = residual(), images_for(residual(), 3)
    result = simulate(project, images, work=work)
    check_counters(graph, result)
    name = "layer_1_conv_weight_reads"
    right = result.counters[name]
    wrong = replace(result, counters={**result.counters, name: right - 1})
    with pytest.raises(VerificationFailed) as caught:
        check_counters(graph, wrong)
    assert str(caught.value) == (
        f"C-simulation: the counter {name} shows {right - 1} after 3 images, the memory-access "
        f"model predicts {right}\n"
        "  what to do: this is an error in the generated design or in the model: please report "
        "the network"
    )
    wrong = replace(result, accesses={**result.accesses, name: right + 1})
    with pytest.raises(VerificationFailed, match=f"{right + 1} accesses were seen for {name} "):
        check_counters(graph, wrong)


@pytest.mark.csim
def test_broken_source_shows_the_compilers_words(small: tuple[Path, Path], tmp_path: Path) -> None:
    project, _ = small
    source = project / "firmware" / "network.cpp"
    text = source.read_text()
    try:
        source.write_text(text + "\nthis is no C++\n")
        with pytest.raises(ToolFailed, match=r"compiling network.cpp failed with exit code 1"):
            simulate(project, images_for(residual()), work=tmp_path)
    finally:
        source.write_text(text)


@pytest.mark.csim
def test_changed_weights_need_no_compilation_and_change_the_result(
    small: tuple[Path, Path],
) -> None:
    project, work = small
    images = images_for(residual(), 3)
    before = simulate(project, images, work=work)
    weights = project / "firmware" / "weights" / "w3.txt"
    text = weights.read_text()
    try:
        weights.write_text(" ".join(["31"] * len(text.split())) + "\n")
        after = simulate(project, images, work=work, trace=True)
        assert after.compile_s == 0
        assert not np.array_equal(after.outputs["fc"], before.outputs["fc"])
        weights.write_text("1 2 3\n")
        with pytest.raises(ToolFailed, match="does not hold the expected number of weights"):
            simulate(project, images, work=work)
    finally:
        weights.write_text(text)


def test_no_compiler_is_a_missing_tool(
    small: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(ToolMissing) as caught:
        simulate(small[0], images_for(residual()))
    assert str(caught.value) == (
        "the C++ compiler no-such-compiler was not found\n"
        "  accepted: g++ 9 or later, on the path or named by the environment variable CXX\n"
        "  what to do: install it (Debian and Ubuntu: apt install g++), or compile the network "
        "with --simulate 0"
    )


def test_the_compiler_may_come_with_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "sh -c 'two words'")
    (program, *arguments) = find_compiler()
    assert Path(program).name == "sh"
    assert arguments == ["-c", "two words"]


@pytest.mark.parametrize(
    ("images", "found"),
    [
        (np.zeros((1, 4, 4, 3), np.uint8), "images of type uint8 and shape [1, 4, 4, 3]"),
        (np.zeros((1, 4, 4, 2), np.float32), "images of type float32 and shape [1, 4, 4, 2]"),
        (np.zeros((4, 4, 2), np.uint8), "images of type uint8 and shape [4, 4, 2]"),
        (np.zeros((0, 4, 4, 2), np.uint8), "images of type uint8 and shape [0, 4, 4, 2]"),
    ],
)
def test_images_that_do_not_fit_are_refused(
    small: tuple[Path, Path], images: np.ndarray, found: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        simulate(small[0], images)
    assert str(caught.value) == f"{found}\n  accepted: uint8 [n, 4, 4, 2], at least one image"


def test_a_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="not the manifest of a project") as caught:
        simulate(tmp_path, np.zeros((1, 4, 4, 2), np.uint8))
    assert caught.value.remedy == "compile the network again"


@pytest.mark.csim
def test_vitis_finds_the_test_bench_it_expects(small: tuple[Path, Path], tmp_path: Path) -> None:
    """Without arguments: weights beside it, an image of zeros, results as text."""
    project, work = small
    images = np.zeros((1, 4, 4, 2), np.uint8)
    simulate(project, images, work=work)
    (tmp_path / "weights").symlink_to(project / "firmware" / "weights")
    (tmp_path / "tb_data").mkdir()
    answer = subprocess.run(
        [str(work / "csim")], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    assert answer.stdout.startswith(
        "tb_data/images.bin is not there: simulating one image of zeros\nimage 0 "
    )
    found = (tmp_path / "tb_data" / "csim_results.log").read_text().split()
    expected = run(residual(), images)["fc"].ravel().tolist()
    assert [int(word) for word in found] == expected
