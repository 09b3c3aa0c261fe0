"""From a model to a build, whole."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

import fpgaflow
from fpgaflow.api import simulation as simulation_module
from fpgaflow.api.counted import count_design
from fpgaflow.backend.csim import CsimResult
from fpgaflow.errors import DoesNotFit, InputRefused, ToolMissing, VerificationFailed
from fpgaflow.interpret import numpy_engine
from fpgaflow.ir.arithmetic import to_real
from fpgaflow.report.json import read_json
from tests.api.tiny import SHAPE, left_behind, save_model, tiny_images, tiny_labels, tiny_module

ARGUMENTS = {"calibration": (tiny_images(), tiny_labels()), "calibration_images": 24}


class Watcher:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.warnings: list[str] = []

    def begin(self, step: str) -> None:
        pass

    def update(self, done: int, total: int) -> None:
        assert 0 <= done <= total

    def end(self, step: str, seconds: float) -> None:
        assert seconds >= 0
        self.steps.append(step)

    def say(self, line: str) -> None:
        pass

    def warn(self, message: str) -> None:
        self.warnings.append(message)


def compile_tiny(folder: Path, **others: object) -> fpgaflow.Build:
    options = {"example_input": SHAPE, "output": folder / "build", "simulate": 0}
    return fpgaflow.compile(tiny_module(), **(ARGUMENTS | options | others))  # pyright: ignore


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> fpgaflow.Build:
    return compile_tiny(tmp_path_factory.mktemp("built"))


def test_the_folder_is_whole(built: fpgaflow.Build) -> None:
    assert left_behind(built.folder) == [
        "graph.json",
        "graph.txt",
        "hls",
        "images.npz",
        "parameters.npz",
        "report.html",
        "report.json",
        "synthesis",
    ]
    assert left_behind(built.folder.parent) == ["build"]
    assert built.project == built.folder / "hls"
    assert read_json(built.folder / "report.json") == built.report


def test_the_report_lists_every_other_file(built: fpgaflow.Build) -> None:
    found = digests(built.folder)
    listed = {entry.path: entry.sha256 for entry in built.report.files}
    assert listed == {k: v for k, v in found.items() if k not in {"report.json", "report.html"}}


def test_the_report_says_what_was_measured_on_what(built: fpgaflow.Build) -> None:
    q = built.report.quantization
    assert q.calibration == "the given images: the first 24 images; figures from those after them"
    assert q.images == 16
    assert q.top1_agreement is not None
    assert q.top1_float is not None
    assert q.top1_fixed is not None
    assert built.report.model.architecture == "ResNet"
    assert built.report.model.sha256 is None
    assert built.report.verification.csim is None
    assert built.report.verification.interpreter is not None
    assert built.report.fit.fits


def test_a_build_is_loaded_again(built: fpgaflow.Build) -> None:
    loaded = fpgaflow.load(built.folder)
    assert loaded.report == built.report
    assert loaded.graph.nodes == built.graph.nodes
    np.testing.assert_array_equal(loaded.run(tiny_images()).logits, built.run(tiny_images()).logits)


def test_run_gives_the_interpreters_integers(built: fpgaflow.Build) -> None:
    name = built.graph.outputs[0]
    element = built.graph.types[name].element
    assert element is not None
    expected = to_real(numpy_engine.run(built.graph, tiny_images())[name], element)
    np.testing.assert_array_equal(built.run(tiny_images()).logits, expected)


def test_run_refuses_other_images(built: fpgaflow.Build) -> None:
    with pytest.raises(InputRefused, match=r"the images are float64"):
        built.run(np.zeros((1, 6, 6, 1)))


def test_the_same_input_gives_the_same_bytes(built: fpgaflow.Build, tmp_path: Path) -> None:
    again = digests(compile_tiny(tmp_path).folder)
    first = digests(built.folder)
    timed = {"report.json", "report.html"}  # they say how fast this computer was
    assert {k: v for k, v in again.items() if k not in timed} == {
        k: v for k, v in first.items() if k not in timed
    }


def test_every_step_is_told_and_timed(tmp_path: Path) -> None:
    watcher = Watcher()
    build = compile_tiny(tmp_path, progress=watcher)
    assert watcher.steps == [step.name for step in build.seconds]
    assert watcher.steps == [
        "read images",
        "read model",
        "canonicalize",
        "quantize",
        "measure agreement",
        "fold and fit",
        "emit project",
        "write report",
    ]


def test_random_pixels_come_with_a_warning(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"^no calibration images were given, so formats are"):
        build = compile_tiny(tmp_path, calibration=None)
    assert build.report.quantization.images == 0
    assert build.report.quantization.top1_agreement is None
    assert build.report.quantization.calibration == "random pixels (seed 0), no images were given"


def test_a_float_network_that_only_guesses_is_told(tmp_path: Path) -> None:
    watcher = Watcher()
    wrong = (tiny_labels() + 1) % 3
    compile_tiny(tmp_path, calibration=(tiny_images(), wrong), progress=watcher)
    assert watcher.warnings == [
        "the float network is right on 0.0% of the images, hardly more than by chance: "
        "are --mean and --std those of its training, and are the labels its own?"
    ]


def test_widths_of_single_layers(tmp_path: Path) -> None:
    settings = tmp_path / "layers.toml"
    settings.write_text('[layers."layer1_*"]\nweight_bits = 4\n')
    build = compile_tiny(tmp_path, layers=settings)
    bits = {row.name: row.weight_bits for row in build.report.layers if row.weight_bits}
    assert bits["layer1_0_conv1"] == bits["layer1_0_conv2"] == 4
    assert bits["conv1"] == bits["linear"] == 8


def test_passes_are_dumped(tmp_path: Path) -> None:
    compile_tiny(tmp_path, dump_passes=tmp_path / "passes")
    names = left_behind(tmp_path / "passes")
    assert [name[:3] for name in names] == [f"{number:02}-" for number in range(len(names))]
    assert (names[0], names[-1]) == ("00-frontend.txt", f"{len(names) - 1:02}-quantize.txt")
    assert "03-fold-batch-norm.txt" in names


def test_a_file_gets_its_name_and_board_as_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    build = fpgaflow.compile(
        save_model(tmp_path),
        example_input=SHAPE,
        simulate=0,
        **ARGUMENTS,  # pyright: ignore
    )
    assert build.folder == Path("tiny-pynq-z2")
    assert build.report.model.architecture.startswith("resnet8")
    assert build.report.model.sha256 is not None


def test_a_design_that_does_not_fit_leaves_nothing(tmp_path: Path) -> None:
    board = tmp_path / "small.toml"
    own = (Path(__file__).parents[2] / "boards" / "pynq-z2" / "board.toml").read_text()
    board.write_text(own.replace("lut = 53200", "lut = 532").replace('"pynq-z2"', '"small"'))
    with pytest.raises(DoesNotFit, match=r"^ResNet does not fit small "):
        compile_tiny(tmp_path, board=str(board))
    assert left_behind(tmp_path) == ["small.toml"]
    build = compile_tiny(tmp_path, board=str(board), allow_oversize=True)
    assert not build.report.fit.fits


def test_no_compiler_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(ToolMissing) as caught:
        compile_tiny(tmp_path, simulate=2)
    assert str(caught.value) == (
        "the C++ compiler g++ was not found\n"
        "  accepted: g++ 9 or later, on the path or named by the environment variable CXX\n"
        "  what to do: install it (Debian and Ubuntu: apt install g++), or compile the network "
        "with --simulate 0"
    )
    assert compile_tiny(tmp_path).folder.is_dir()


def test_one_wrong_integer_fails_the_compilation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: fpgaflow.Build
) -> None:
    def simulate_wrongly(project: Path, pixels: np.ndarray, **_: object) -> CsimResult:
        values = numpy_engine.run(built.graph, pixels, keep="all")
        values["layer2_0_conv1"][1, 2, 0, 1] += 1
        return CsimResult(
            outputs=MappingProxyType({name: values[name] for name in built.graph.outputs}),
            traced=MappingProxyType(values),
            images=len(pixels),
            compile_s=0,
            seconds_per_image=1,
        )

    monkeypatch.setattr(simulation_module, "compile_csim", lambda *_, **__: True)
    monkeypatch.setattr(simulation_module, "simulate", simulate_wrongly)
    with pytest.raises(VerificationFailed, match=r"layer2_0_conv1") as caught:
        compile_tiny(tmp_path, simulate=2)
    assert "[2, 0, 1]" in str(caught.value)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"board": "pynqz2"},
            'no board is called "pynqz2"; nearest: pynq-z2, pynq-z1',
        ),
        ({"weight_bits": 17}, "--weight-bits: 17 bits"),
        ({"simulate": -1}, "-1 images to simulate were asked for"),
        ({"layers": "no-such.toml"}, "the layer settings no-such.toml cannot be read"),
        ({"mean": (0.1, 0.2)}, "--mean: 0.1, 0.2; the network's image has 1 channel"),
        ({"std": (0.0,)}, "--std: 0"),
    ],
)
def test_wrong_options_are_refused(
    tmp_path: Path, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        compile_tiny(tmp_path, **options)
    assert str(caught.value).startswith(message)
    assert left_behind(tmp_path) == []


def test_folders_that_are_no_builds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        fpgaflow.load(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} is no build folder\n  accepted: a folder that fpgaflow compile made"
    )
    with pytest.raises(InputRefused, match=r"does not exist"):
        fpgaflow.load(tmp_path / "nothing")


@pytest.mark.csim
def test_the_simulation_equals_the_interpreter_in_every_layer(tmp_path: Path) -> None:
    build = compile_tiny(tmp_path, simulate=2)
    csim = build.report.verification.csim
    assert csim is not None
    assert (csim.images, csim.mismatches, csim.first_mismatch) == (2, 0, None)
    assert csim.layers_compared > 10
    assert left_behind(tmp_path) == ["build"]

    # Predicted, simulated and read from the emulated board: equal to the last access.
    counted = count_design(build.folder, "emulated")
    counters = counted.report.counters
    assert counters is not None
    assert counters.simulated is not None
    assert counters.board is not None
    assert counted.differences == ()

    work = tmp_path / "work"
    more = build.simulate(images=20, work=work)  # 16 are kept
    assert (more.images, more.random_images) == (20, 4)
    again = build.simulate(tiny_images(3, seed=9), trace=False, work=work)
    assert again.result.compile_s == 0
    assert again.layers_compared == 1
    name = build.graph.outputs[0]
    expected = numpy_engine.run(build.graph, tiny_images(3, seed=9))[name]
    np.testing.assert_array_equal(again.result.outputs[name], expected)
