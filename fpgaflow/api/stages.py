"""The steps of a compilation that need no folder: up to a fixed-point graph that fits."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.api.agreement import Agreement, has_classes, measure_agreement
from fpgaflow.api.dump import PassDump
from fpgaflow.api.engine_design import EngineDesign
from fpgaflow.api.images import CompileImages, Wanted, choose_images
from fpgaflow.api.network import Network
from fpgaflow.api.progress import Progress, Steps
from fpgaflow.api.styles import Asked, Spatial, Style, Styled, choose_style
from fpgaflow.backend.csim import CsimLimits
from fpgaflow.data import ImageSet
from fpgaflow.hardware.boards import Board
from fpgaflow.hardware.calibration import Calibration
from fpgaflow.hardware.plan import Wish
from fpgaflow.hardware.resource_totals import Confidence
from fpgaflow.ir.graph import Graph
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.quantize import Settings, quantize

NEAR_CHANCE = 0.25
"""A float network this part of the way from guessing to always right is probably fed wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to compile, with everything checked that can be checked before the model is read."""

    board: Board
    settings: Settings
    mean: tuple[float, ...] | None
    std: tuple[float, ...] | None
    wanted: Wanted
    simulate: int
    limits: CsimLimits
    seed: int
    allow_oversize: bool
    confidence: Confidence
    measured_designs: Calibration | None
    wish: Wish
    style: Style = "spatial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A network on its way: what the steps before the build folder found."""

    network: Network
    images: CompileImages
    fixed: Graph
    agreement: Agreement | None
    design: Styled

    @property
    def spatial(self) -> Spatial:
        """The design of a spatial build."""
        assert self.design.spatial is not None, "the style is spatial"
        return self.design.spatial

    @property
    def engine(self) -> EngineDesign:
        """The design of an engine build."""
        assert self.design.engine is not None, "the style is the engine's"
        return self.design.engine


def compile_graph(
    network: Network,
    sets: tuple[ImageSet | None, ImageSet | None],
    order: Order,
    steps: Steps,
    dump: PassDump | None,
) -> Compiled:
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
        mean, std = network.normalisation(order.mean, order.std)
        real = canonicalize(network.graph, mean=mean, std=std, dump=dump)
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
    asked = Asked(
        style=order.style,
        board=order.board,
        wish=order.wish,
        confidence=order.confidence,
        calibration=order.measured_designs,
    )
    design = choose_style(fixed, asked, steps.step)
    return Compiled(
        network=network,
        images=images,
        fixed=fixed,
        agreement=agreement,
        design=design,
    )


def _warn_of_chance(agreement: Agreement, graph: Graph, progress: Progress) -> None:
    guessing = 1 / graph.types[graph.outputs[0]].channels
    limit = guessing + NEAR_CHANCE * (1 - guessing)
    if agreement.top1_float is not None and agreement.top1_float < limit:
        progress.warn(
            f"the float network is right on {agreement.top1_float:.1%} of the images, hardly more "
            f"than by chance: are --mean and --std those of its training, and are the labels its "
            f"own?"
        )
