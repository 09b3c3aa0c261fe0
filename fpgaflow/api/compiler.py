"""From a model to a verified build folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fpgaflow.api.build import Build
from fpgaflow.api.calibration_file import chosen_calibration
from fpgaflow.api.dump import PassDump
from fpgaflow.api.folder import check_output, new_folder
from fpgaflow.api.images import Data, Wanted, read_images
from fpgaflow.api.network import Example, Model, example_shape, network_name, read_network
from fpgaflow.api.original import compare_with_original, find_original
from fpgaflow.api.packages import require_packages
from fpgaflow.api.progress import Progress, Steps, Unwatched
from fpgaflow.api.stages import Order, compile_graph
from fpgaflow.api.styles import Style, check_style
from fpgaflow.api.write_build import write_build
from fpgaflow.backend.csim import DEFAULT_LIMITS, CsimLimits
from fpgaflow.backend.csim_compile import find_compiler
from fpgaflow.data import ImageSet
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.board_clock import at_clock
from fpgaflow.hardware.boards import Board, load_board
from fpgaflow.hardware.plan import MAX_UTILIZATION, Wish
from fpgaflow.hardware.resource_totals import Confidence
from fpgaflow.quantize import LayerBits, Settings
from fpgaflow.quantize.settings_file import read_layer_bits

Layers = str | Path | Sequence[LayerBits]


def compile_model(
    model: Model,
    board: str | Board = "pynq-z2",
    *,
    output: str | Path | None = None,
    original: Model | None = None,
    example_input: Example | None = None,
    calibration: Data | None = None,
    evaluation: Data | None = None,
    calibration_images: int = Wanted().calibration,
    evaluation_images: int = Wanted().evaluation,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    weight_bits: int = 8,
    activation_bits: int = 8,
    layers: Layers = (),
    arch: str | None = None,
    force: bool = False,
    allow_oversize: bool = False,
    confidence: Confidence = "likely",
    measured_designs: str | Path | None = None,
    target_fps: float | None = None,
    max_utilization: float = MAX_UTILIZATION,
    clock_mhz: float | None = None,
    style: Style = "spatial",
    simulate: int = 2,
    limits: CsimLimits = DEFAULT_LIMITS,
    seed: int = 0,
    dump_passes: str | Path | None = None,
    progress: Progress | None = None,
) -> Build:
    """Compile a trained network for a board, and prove the result against its reference.

    The network is quantized to fixed point, emitted as an hls4ml project, and C-simulated, or
    compiled to a program for the board's engine, and run on its functional model; every integer of
    every layer must equal the interpreter's. The build folder appears whole or not at all.

    Args:
        model: a model file (weights as .safetensors or a PyTorch state_dict; ONNX; .pt2), an
            `nn.Module`, an `ExportedProgram` or an `onnx.ModelProto`.
        board: a board's name, the path of a board.toml, or a `Board`.
        output: the build folder; by default MODEL-BOARD in the current folder.
        original: the network that `model` was compressed from, for the report: a file or an object
            like `model`. By default the file that the plan beside `model` names, where it lies in
            the same folder unchanged.
        example_input: a batch or image as the module takes it (channels first), or the shape of one
            image; needed where neither the model nor the calibration images tell.
        calibration: images that formats are chosen by: the name of a data source, uint8 images
            [n, height, width, channels], or a pair of images and labels. Random pixels with a
            warning by default.
        evaluation: images that agreement with the float network is measured on; by default those of
            `calibration` that follow the calibration images.
        calibration_images: how many images to calibrate with.
        evaluation_images: how many to measure on, at most; 0 measures nothing.
        mean: of the input normalisation, one for each channel or one for all, from 0 to 1; by
            default what fpgaflow wrote into the model file, else 0.
        std: likewise, else 1.
        weight_bits: width of weights, 2 to 16.
        activation_bits: width of feature maps, 2 to 16.
        layers: exceptions for single layers: a TOML file, or `LayerBits`.
        arch: for files of weights that are not recognised: a zoo name or "module:function".
        force: replace an earlier build at `output`.
        allow_oversize: go on where the design does not fit the board.
        confidence: which end of the modelled bands has to fit: "low", "likely" or "high".
        measured_designs: a file of `fpgaflow calibrate`'s that moves the bands; by default the one
            that it writes to, where there is one; "none" for the model as it comes.
        target_fps: images a second that are enough: the design is the smallest that reaches them;
            by default it is the fastest that fits. The engine has one size, and has to reach them.
        max_utilization: the part of each of the board's resources that the folding may take, in
            (0, 1]; not with the engine's style.
        clock_mhz: the design's clock; by default the board's.
        style: "spatial", each layer a stage of its own; "engine", a program of the engine that is
            made for the board; or "auto", the faster one that fits.
        simulate: how many images to C-simulate, or to run on the engine's functional model; 0 for
            none.
        limits: on the time and memory of the simulation.
        seed: of the random pixels.
        dump_passes: folder that takes the graph as text after each pass.
        progress: who watches; warnings are Python's by default.

    Returns:
        The build.

    Raises:
        InputRefused: the model, its original, an option or the images cannot be used, or `output`
            exists.
        UnsupportedOperator: the network holds an operation that cannot be compiled.
        DoesNotFit: the design needs more than the board has, or one that reaches `target_fps`
            more than it may take, and `allow_oversize` is not set.
        ToolMissing: a package, or the C++ compiler where `simulate` is not 0.
        ToolFailed: the C++ compiler or the simulation failed, or went over a limit.
        VerificationFailed: an integer of the simulation differs from the interpreter's.
    """
    require_packages("compiling")
    target = load_board(board) if isinstance(board, str) else board
    if clock_mhz is not None:
        target = at_clock(target, clock_mhz, "--clock-mhz")
    bits = read_layer_bits(Path(layers)) if isinstance(layers, (str, Path)) else tuple(layers)
    wish = Wish(
        target_fps=target_fps, max_utilization=max_utilization, allow_oversize=allow_oversize
    )
    order = Order(
        board=target,
        settings=Settings(weight_bits=weight_bits, activation_bits=activation_bits, layers=bits),
        mean=None if mean is None else tuple(mean),
        std=None if std is None else tuple(std),
        wanted=Wanted(calibration=calibration_images, evaluation=evaluation_images),
        simulate=_checked_count(simulate),
        limits=limits,
        seed=seed,
        allow_oversize=allow_oversize,
        confidence=confidence,
        measured_designs=chosen_calibration(measured_designs),
        wish=wish,
        style=check_style(style, target, wish),
    )
    shape = example_shape(example_input)
    place = Path(output) if output is not None else Path(f"{_stem(model)}-{target.name}")
    check_output(place, force=force)
    if simulate and order.style == "spatial":
        find_compiler()
    steps = Steps(progress or Unwatched())
    with steps.step("read images"):
        sets = _read_sets(calibration, evaluation, order)
    with steps.step("read model"):
        network = read_network(
            model,
            arch=arch,
            input_shape=shape,
            fallback_shape=None if sets[0] is None else sets[0].input_shape,
        )
    before = find_original(model, original, network, steps.progress)
    dump = None if dump_passes is None else PassDump(Path(dump_passes))
    compiled = compile_graph(network, sets, order, steps, dump)
    compression = None
    if before is not None:
        compression = compare_with_original(before, compiled, order, steps, _file_name(model))
    with new_folder(place, force=force) as folder:
        report = write_build(folder, compiled, order, steps, compression)
    return Build(folder=place, report=report, graph=compiled.fixed, seconds=steps.times)


def _checked_count(simulate: int) -> int:
    if simulate < 0:
        raise InputRefused(f"{simulate} images to simulate were asked for", accepted="0 or more")
    return simulate


def _file_name(model: Model) -> str | None:
    return Path(model).name if isinstance(model, (str, Path)) else None


def _stem(model: Model) -> str:
    return Path(model).stem if isinstance(model, (str, Path)) else network_name(model).lower()


def _read_sets(
    calibration: Data | None, evaluation: Data | None, order: Order
) -> tuple[ImageSet | None, ImageSet | None]:
    wanted = order.wanted
    limit = wanted.calibration + (wanted.evaluation if evaluation is None else 0)
    first = None if calibration is None else read_images(calibration, limit=limit)
    second = None if evaluation is None else read_images(evaluation, limit=wanted.evaluation or 1)
    return first, second
