"""The network that a compressed one was made from: found, read, and taken through the same steps.

Its counts are exact because nothing is cut short: the same passes, quantization on the same images
with the same widths, and the same folding. Only agreement, the project and the simulation are left
out, which change no count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from torch import nn

from fpgaflow.api.compression_files import PLAN
from fpgaflow.api.engine_design import design_engine
from fpgaflow.api.network import Model, Network, network_of, read_network
from fpgaflow.api.progress import Progress, Steps
from fpgaflow.api.stages import Compiled, Order
from fpgaflow.compress.costs import costs
from fpgaflow.compress.plan import read_plan
from fpgaflow.errors import DoesNotFit, FpgaflowError, InputRefused, UnsupportedOperator
from fpgaflow.frontend.checkpoint import LoadedModel, load_model
from fpgaflow.hardware.cost import count_cost
from fpgaflow.hardware.plan import Planner, Wish
from fpgaflow.ir.graph import Graph
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.quantize import Settings, quantize
from fpgaflow.report.compression_build import (
    Design,
    FoundPlan,
    PaperCosts,
    Pipelined,
    build_compression,
)
from fpgaflow.report.engine_report import EngineParts
from fpgaflow.report.schema_compression import Compression

_NAME_IT = "--original FILE adds to the report what compression saved (in Python: original=)"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The network before compression.

    Attributes:
        network: before any pass.
        file: its file's name; None for an object of Python's.
        plan: what was done to it, where known.
    """

    network: Network
    file: str | None
    plan: FoundPlan | None


def find_original(
    model: Model, given: Model | None, compressed: Network, progress: Progress
) -> Original | None:
    """Return the network that a model was compressed from, if it is known.

    Where none is given and NAME.plan.json lies beside the model NAME.safetensors, the file that the
    plan names is taken from the same folder when it has the plan's SHA-256. Whatever stands in the
    way of that is told in one line and stops nothing.

    Args:
        model: what is compiled.
        given: what the user named as its original.
        compressed: `model`, read.
        progress: who is told.

    Raises:
        InputRefused: what the user named is no network, not the plan's, or takes other images or
            gives other results than the model does.
        UnsupportedOperator: it holds an operation that cannot be compiled.
    """
    if given is not None:
        plan = _find_plan(model, compressed, progress)
        return _read_given(given, model, compressed, plan)
    try:
        plan = _find_plan(model, compressed, progress)
        if plan is None or not isinstance(model, (str, Path)):
            return None
        return _beside(Path(model), compressed, plan, progress)
    except FpgaflowError as error:
        progress.say(f"the report does not compare with an original: {error.found}")
        return None


def compare_with_original(
    original: Original, compiled: Compiled, order: Order, steps: Steps, file: str | None
) -> Compression | None:
    """Take the original through the steps that counts come from, and hold both side by side.

    Both are in the style of the compressed network. None where the engine cannot run the original,
    which is told.

    Args:
        original: from `find_original`.
        compiled: the compressed network.
        order: what was asked for.
        steps: who watches.
        file: the compressed network's file.
    """
    with steps.step("compare with the original"):
        try:
            before = _design_original(original, compiled, order)
        except (UnsupportedOperator, DoesNotFit) as error:
            if compiled.design.engine is None:
                raise
            steps.progress.say(f"the report does not compare with the original: {error.found}")
            return None
        return build_compression(
            before, _design(compiled, file), original.plan, clock_mhz=order.board.clock_mhz
        )


def _find_plan(model: Model, compressed: Network, progress: Progress) -> FoundPlan | None:
    if not isinstance(model, (str, Path)):
        return None
    path = Path(model).with_name(Path(model).stem + PLAN)
    if not path.is_file():
        return None
    plan = read_plan(path)
    macs = count_cost(compressed.graph).macs
    if plan.after.macs != macs:
        progress.say(
            f"{path} is passed over: it tells of a network of {plan.after.macs} MACs, and {model} "
            f"has {macs}"
        )
        return None
    return FoundPlan(plan=plan, file=path.name, sha256=_sha256(path))


def _beside(
    model: Path, compressed: Network, plan: FoundPlan, progress: Progress
) -> Original | None:
    source = plan.plan.source
    path = model.with_name(Path(source.file).name)
    if path.name != source.file or not path.is_file():
        progress.say(
            f"{plan.file} names {source.file} as the original, which is not beside it: {_NAME_IT}"
        )
        return None
    if _sha256(path) != source.sha256:
        progress.say(
            f"{plan.file} names {source.file} as the original, but the file of that name beside it "
            f"has another SHA-256: {_NAME_IT}"
        )
        return None
    network = _read_file(path, model, compressed)
    progress.say(f"original: {path}, which {plan.file} names")
    return Original(network=network, file=path.name, plan=plan)


def _read_given(
    given: Model, model: Model, compressed: Network, plan: FoundPlan | None
) -> Original:
    if not isinstance(given, (str, Path)):
        network = read_network(given, fallback_shape=_image_shape(compressed.graph))
        _check_graph(network.graph, "the original", compressed.graph)
        return Original(network=network, file=None, plan=plan)
    path = Path(given)
    if plan is not None and path.is_file():
        found, source = _sha256(path), plan.plan.source
        if found != source.sha256:
            raise InputRefused(
                f"--original {path} has SHA-256 {found}, and {plan.file} was made from another "
                "file",
                accepted=f"{source.file}, SHA-256 {source.sha256}",
                remedy=f"give the file that {model} was compressed from",
            )
    network = _read_file(path, model, compressed)
    return Original(network=network, file=path.name, plan=plan)


def _read_file(path: Path, model: Model, compressed: Network) -> Network:
    loaded = load_model(path)
    shape = _image_shape(compressed.graph)
    _check_shape(loaded, path, model, shape)
    network = network_of(loaded, shape, path)
    _check_graph(network.graph, str(path), compressed.graph)
    return network


def _check_shape(loaded: LoadedModel, path: Path, model: Model, shape: Sequence[int]) -> None:
    """Refuse other images while the file's own words can still be used to say so."""
    if loaded.input_shape is None:
        return
    # Without a note, the size is that which the family was published for; the channels are certain.
    certain = slice(None) if loaded.note is not None else slice(1)
    if tuple(loaded.input_shape[certain]) != tuple(shape[certain]):
        raise InputRefused(
            f"{path} takes images {_size(loaded.input_shape)}",
            accepted=f"images {_size(shape)}, as {_called(model)} takes them",
            remedy=f"give the file that {_called(model)} was compressed from",
        )


def _check_graph(original: Graph, name: str, compressed: Graph) -> None:
    for what, found, accepted in (
        ("takes images", original.input.shape, compressed.input.shape),
        ("gives", _results(original), _results(compressed)),
    ):
        if found != accepted:
            raise InputRefused(
                f"{name} {what} {_size(found)} (channels last)",
                accepted=f"{_size(accepted)}, as the compressed network",
                remedy="give the network that the model was compressed from",
            )


def _results(graph: Graph) -> tuple[int, ...]:
    return tuple(size for name in graph.outputs for size in graph.types[name].shape)


def _called(model: Model) -> str:
    return str(model) if isinstance(model, (str, Path)) else "the compressed network"


def _size(shape: Sequence[int]) -> str:
    return "x".join(str(size) for size in shape)


def _image_shape(graph: Graph) -> tuple[int, ...]:
    """Return the shape of one image as PyTorch has it: (channels, height, width) or (n,)."""
    shape = graph.input.shape
    return (shape[2], shape[0], shape[1]) if len(shape) == 3 else shape


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise InputRefused(f"{path} cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def _design_original(original: Original, compiled: Compiled, order: Order) -> Design:
    network = original.network
    # The original's own normalisation, where its file tells; else that of the compressed network.
    told = network if network.note is not None else compiled.network
    mean, std = told.normalisation(order.mean, order.std)
    real = canonicalize(network.graph, mean=mean, std=std)
    fixed = quantize(real, compiled.images.calibration, _known(order.settings, real))
    return Design(
        file=original.file,
        architecture=network.architecture,
        sha256=network.sha256,
        graph=network.graph,
        fixed=fixed,
        made=_made_original(fixed, compiled, order),
        paper=_paper_costs(network),
    )


def _made_original(fixed: Graph, compiled: Compiled, order: Order) -> Pipelined | EngineParts:
    engine = compiled.design.engine
    if engine is not None:
        config = engine.program.config
        return design_engine(fixed, order.board, config, order.confidence).parts(fixed)
    # As fast as it can be: what the compressed network is asked for may be out of its reach.
    planner = Planner(
        fixed, order.board, confidence=order.confidence, calibration=order.measured_designs
    )
    plan = planner.plan(Wish(max_utilization=order.wish.max_utilization))
    return Pipelined(folding=plan.folding, fit=plan.fit)


def _known(settings: Settings, graph: Graph) -> Settings:
    """Leave out the exceptions for layers that only the compressed network has."""
    names = [node.name for node in graph.nodes]
    layers = tuple(
        layer
        for layer in settings.layers
        if any(fnmatchcase(name, layer.pattern) for name in names)
    )
    return replace(settings, layers=layers)


def _design(compiled: Compiled, file: str | None) -> Design:
    network, engine = compiled.network, compiled.design.engine
    if engine is not None:
        made = engine.parts(compiled.fixed)
    else:
        plan = compiled.spatial.plan
        made = Pipelined(folding=plan.folding, fit=plan.fit)
    return Design(
        file=file,
        architecture=network.architecture,
        sha256=network.sha256,
        graph=network.graph,
        fixed=compiled.fixed,
        made=made,
        paper=_paper_costs(network),
    )


def _paper_costs(network: Network) -> PaperCosts | None:
    module: nn.Module | None = network.module
    if module is None:
        return None
    try:
        counted = costs(module, _image_shape(network.graph))
    except (RuntimeError, NotImplementedError):
        return None  # a module of the user's own that runs on real tensors alone
    return PaperCosts(memory_bytes=counted.memory_bytes, read_write_bytes=counted.read_write_bytes)
