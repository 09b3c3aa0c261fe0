"""From a model to a verified build folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.api.agreement import Agreement, has_classes, measure_agreement
from fpgaflow.api.build import Build
from fpgaflow.api.dump import PassDump
from fpgaflow.api.folder import check_output, new_folder
from fpgaflow.api.images import (
    CompileImages,
    Data,
    Wanted,
    choose_images,
    image_shape,
    read_images,
)
from fpgaflow.api.layout import GRAPH_TEXT, HLS, PAGE, REPORT
from fpgaflow.api.network import (
    Example,
    Model,
    Network,
    example_shape,
    network_name,
    read_network,
)
from fpgaflow.api.packages import require_packages
from fpgaflow.api.progress import Progress, Steps, Unwatched
from fpgaflow.api.simulation import Simulation, Simulator
from fpgaflow.api.stored_images import store_images, stored_images
from fpgaflow.backend.csim_compile import find_compiler
from fpgaflow.backend.spatial.emit import emit_project
from fpgaflow.backend.spatial.hls4ml_model import Target
from fpgaflow.data import ImageSet
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.boards import Board, load_board
from fpgaflow.hardware.fit import FitReport, check_fit, require_fit
from fpgaflow.hardware.folding import Folding, choose_folding
from fpgaflow.hardware.memory import layer_by_layer_memory, spatial_memory
from fpgaflow.ir import serialize
from fpgaflow.ir.graph import Graph
from fpgaflow.ir.text import to_text
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.quantize import LayerBits, Settings, quantize
from fpgaflow.quantize.settings_file import read_layer_bits
from fpgaflow.report.build import build_report, describe_model, list_files
from fpgaflow.report.json import write_json
from fpgaflow.report.page import write_html
from fpgaflow.report.schema import InterpreterSpeed, Quantization, Report, Verification

Layers = str | Path | Sequence[LayerBits]

CHANCE_FACTOR = 2.0
"""A float network that is right less often than twice by chance is probably fed wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What to compile, with everything checked that can be checked before the model is read."""

    board: Board
    settings: Settings
    mean: tuple[float, ...]
    std: tuple[float, ...]
    wanted: Wanted
    simulate: int
    seed: int
    allow_oversize: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    """A network on its way: what the steps before the build folder found."""

    network: Network
    images: CompileImages
    fixed: Graph
    agreement: Agreement | None
    folding: Folding
    fit: FitReport


def compile_model(
    model: Model,
    board: str | Board = "pynq-z2",
    *,
    output: str | Path | None = None,
    example_input: Example | None = None,
    calibration: Data | None = None,
    evaluation: Data | None = None,
    calibration_images: int = Wanted().calibration,
    evaluation_images: int = Wanted().evaluation,
    mean: Sequence[float] = (0.0,),
    std: Sequence[float] = (1.0,),
    weight_bits: int = 8,
    activation_bits: int = 8,
    layers: Layers = (),
    arch: str | None = None,
    force: bool = False,
    allow_oversize: bool = False,
    simulate: int = 2,
    seed: int = 0,
    dump_passes: str | Path | None = None,
    progress: Progress | None = None,
) -> Build:
    """Compile a trained network for a board, and prove the result against its reference.

    The network is quantized to fixed point, emitted as an hls4ml project, and C-simulated; every
    integer of every layer must equal the interpreter's. The build folder appears whole or not at
    all.

    Args:
        model: a model file (weights as .safetensors or a PyTorch state_dict; ONNX; .pt2), an
            `nn.Module`, an `ExportedProgram` or an `onnx.ModelProto`.
        board: a board's name, the path of a board.toml, or a `Board`.
        output: the build folder; by default MODEL-BOARD in the current folder.
        example_input: a batch or image as the module takes it (channels first), or the shape of one
            image; needed where neither the model nor the calibration images tell.
        calibration: images that formats are chosen by: the name of a data source, uint8 images
            [n, height, width, channels], or a pair of images and labels. Random pixels with a
            warning by default.
        evaluation: images that agreement with the float network is measured on; by default those of
            `calibration` that follow the calibration images.
        calibration_images: how many images to calibrate with.
        evaluation_images: how many to measure on, at most; 0 measures nothing.
        mean: of the input normalisation, one for each channel or one for all, from 0 to 1.
        std: likewise.
        weight_bits: width of weights, 2 to 16.
        activation_bits: width of feature maps, 2 to 16.
        layers: exceptions for single layers: a TOML file, or `LayerBits`.
        arch: for files of weights that are not recognised: a zoo name or "module:function".
        force: replace an earlier build at `output`.
        allow_oversize: go on where the design does not fit the board.
        simulate: how many images to C-simulate; 0 for none.
        seed: of the random pixels.
        dump_passes: folder that takes the graph as text after each pass.
        progress: who watches; warnings are Python's by default.

    Returns:
        The build.

    Raises:
        InputRefused: the model, an option or the images cannot be used, or `output` exists.
        UnsupportedOperator: the network holds an operation that cannot be compiled.
        DoesNotFit: the design needs more than the board has, and `allow_oversize` is not set.
        ToolMissing: a package, or the C++ compiler where `simulate` is not 0.
        ToolFailed: the C++ compiler or the simulation failed, or went over a limit.
        VerificationFailed: an integer of the simulation differs from the interpreter's.
    """
    require_packages("compiling")
    target = load_board(board) if isinstance(board, str) else board
    bits = read_layer_bits(Path(layers)) if isinstance(layers, (str, Path)) else tuple(layers)
    order = _Order(
        board=target,
        settings=Settings(weight_bits=weight_bits, activation_bits=activation_bits, layers=bits),
        mean=tuple(mean),
        std=tuple(std),
        wanted=Wanted(calibration=calibration_images, evaluation=evaluation_images),
        simulate=_checked_count(simulate),
        seed=seed,
        allow_oversize=allow_oversize,
    )
    shape = example_shape(example_input)
    place = Path(output) if output is not None else Path(f"{_stem(model)}-{target.name}")
    check_output(place, force=force)
    if simulate:
        find_compiler()
    steps = Steps(progress or Unwatched())
    with steps.step("read images"):
        sets = _read_sets(calibration, evaluation, order)
    with steps.step("read model"):
        network = read_network(
            model,
            arch=arch,
            input_shape=shape,
            fallback_shape=None if sets[0] is None else image_shape(sets[0]),
        )
    dump = None if dump_passes is None else PassDump(Path(dump_passes))
    compiled = _compile(network, sets, order, steps, dump)
    with new_folder(place, force=force) as folder:
        report = _build(folder, compiled, order, steps)
    return Build(folder=place, report=report, graph=compiled.fixed, seconds=steps.times)


def _checked_count(simulate: int) -> int:
    if simulate < 0:
        raise InputRefused(f"{simulate} images to simulate were asked for", accepted="0 or more")
    return simulate


def _stem(model: Model) -> str:
    return Path(model).stem if isinstance(model, (str, Path)) else network_name(model).lower()


def _read_sets(
    calibration: Data | None, evaluation: Data | None, order: _Order
) -> tuple[ImageSet | None, ImageSet | None]:
    wanted = order.wanted
    limit = wanted.calibration + (wanted.evaluation if evaluation is None else 0)
    first = None if calibration is None else read_images(calibration, limit=limit)
    second = None if evaluation is None else read_images(evaluation, limit=wanted.evaluation or 1)
    return first, second


def _compile(
    network: Network,
    sets: tuple[ImageSet | None, ImageSet | None],
    order: _Order,
    steps: Steps,
    dump: PassDump | None,
) -> _Compiled:
    """Run the steps that need no folder."""
    images = choose_images(network.graph, *sets, order.wanted, order.seed)
    if sets[0] is None:
        steps.progress.warn(
            "no calibration images were given, so formats are chosen on random pixels: "
            "expect poor accuracy; give --calibration DATA (in Python: calibration=)"
        )
    with steps.step("canonicalize"):
        if dump is not None:
            dump("frontend", network.graph)
        real = canonicalize(network.graph, mean=order.mean, std=order.std, dump=dump)
    with steps.step("quantize"):
        fixed = quantize(real, images.calibration, order.settings)
        if dump is not None:
            dump("quantize", fixed)
    agreement = None
    if images.evaluation is not None and has_classes(fixed):
        with steps.step("measure agreement"):
            agreement = measure_agreement(
                real, fixed, images.evaluation, images.labels, steps.progress.update
            )
        _warn_of_chance(agreement, fixed, steps.progress)
    with steps.step("fold and fit"):
        folding = choose_folding(fixed, order.board.resources.dsp)
        fit = check_fit(fixed, folding, order.board)
        require_fit(fit, allow_oversize=order.allow_oversize)
    return _Compiled(
        network=network,
        images=images,
        fixed=fixed,
        agreement=agreement,
        folding=folding,
        fit=fit,
    )


def _warn_of_chance(agreement: Agreement, graph: Graph, progress: Progress) -> None:
    classes = graph.types[graph.outputs[0]].channels
    if agreement.top1_float is not None and agreement.top1_float * classes < CHANCE_FACTOR:
        progress.warn(
            f"the float network is right on {agreement.top1_float:.1%} of the images, hardly more "
            f"than by chance: are --mean and --std those of its training, and are the labels its "
            f"own?"
        )


def _build(folder: Path, compiled: _Compiled, order: _Order, steps: Steps) -> Report:
    """Write everything into the new folder and verify it there."""
    fixed, board = compiled.fixed, order.board
    project = folder / HLS
    with steps.step("emit project"):
        serialize.save(fixed, folder)
        (folder / GRAPH_TEXT).write_text(to_text(fixed), encoding="utf-8")
        target = Target(project=f"net_{fixed.name}", part=board.part, clock_mhz=board.clock_mhz)
        emit_project(fixed, compiled.folding, target, project)
        images = compiled.images
        store_images(folder, images.kept, images.labels, images.class_names)
    simulation = None
    if order.simulate:
        simulator = Simulator(graph=fixed, project=project)
        pixels, _ = simulator.pixels(stored_images(folder), order.simulate, order.seed)
        simulation = simulator.run(pixels, steps=steps)
    with steps.step("write report"):
        report = _report(compiled, order, simulation, folder)
        write_json(report, folder / REPORT)
        write_html(report, folder / PAGE)
    return report


def _report(
    compiled: _Compiled, order: _Order, simulation: Simulation | None, folder: Path
) -> Report:
    network, agreement = compiled.network, compiled.agreement
    speed = None
    if agreement is not None:
        speed = InterpreterSpeed(images_per_second=float(f"{agreement.images_per_second:.4g}"))
    return build_report(
        model=describe_model(
            network.graph,
            name=network.graph.name,
            architecture=network.architecture,
            sha256=network.sha256,
        ),
        board=order.board,
        graph=compiled.fixed,
        folding=compiled.folding,
        fit=compiled.fit,
        memory=spatial_memory(compiled.fixed),
        original_memory=layer_by_layer_memory(network.graph),
        quantization=_quantization(compiled, order.settings),
        verification=Verification(
            csim=None if simulation is None else simulation.summary(), interpreter=speed
        ),
        files=list_files(folder),
    )


def _quantization(compiled: _Compiled, settings: Settings) -> Quantization:
    agreement = compiled.agreement
    return Quantization(
        weight_bits=settings.weight_bits,
        activation_bits=settings.activation_bits,
        calibration=compiled.images.description,
        images=0 if agreement is None else agreement.images,
        top1_agreement=None if agreement is None else agreement.top1_agreement,
        top1_float=None if agreement is None else agreement.top1_float,
        top1_fixed=None if agreement is None else agreement.top1_fixed,
    )
