"""Every network at every width on every board at every clock: what is worth building."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from fpgaflow.api.calibration_file import chosen_calibration
from fpgaflow.api.explore_commands import Given, command_for
from fpgaflow.api.explore_crew import Crew, OwnProcess
from fpgaflow.api.explore_design import Planning
from fpgaflow.api.explore_grid import Bits, Grid, Target, make_grid
from fpgaflow.api.explore_local import LocalCrew
from fpgaflow.api.explore_models import Reading, ReadModel, name_models, read_models, read_sets
from fpgaflow.api.explore_run import OpenCrew, Results, run_grid
from fpgaflow.api.explore_store import Store
from fpgaflow.api.images import Data, Wanted
from fpgaflow.api.network import Example, example_shape
from fpgaflow.api.packages import require_packages
from fpgaflow.api.progress import Progress, Steps, Unwatched
from fpgaflow.api.stages import NEAR_CHANCE
from fpgaflow.compress.checkpoints import write_aside
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.boards import Board
from fpgaflow.hardware.calibration import Calibration
from fpgaflow.hardware.resource_totals import Confidence
from fpgaflow.report.explore_csv import to_csv
from fpgaflow.report.explore_front import mark_fronts
from fpgaflow.report.explore_json import exploration_json
from fpgaflow.report.explore_page import explore_html
from fpgaflow.report.explore_schema import (
    SCHEMA,
    Exploration,
    ExploredBoard,
    ExploredPoint,
    MeasuredDesigns,
)
from fpgaflow.version import __version__

JSON, CSV, PAGE = "explore.json", "explore.csv", "explore.html"

_ADDRESS = re.compile(r"(tcp|tls)://[^\s/]+:[0-9]{1,5}")


def explore_models(
    models: str | Path | Sequence[str | Path],
    *,
    calibration: Data,
    evaluation: Data | None = None,
    bits: Iterable[int | tuple[int, int]] = (4, 6, 8),
    boards: Iterable[str | Board] = ("pynq-z2",),
    clocks_mhz: Sequence[float] = (),
    styles: Sequence[str] = ("spatial", "engine"),
    output: str | Path | None = None,
    calibration_images: int = Wanted().calibration,
    evaluation_images: int = Wanted().evaluation,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    arch: str | None = None,
    example_input: Example | None = None,
    confidence: Confidence = "likely",
    measured_designs: str | Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> Exploration:
    """Look at every point of a grid: models, bit widths, boards, clocks and styles.

    Each network is quantized and measured once for each width, by the exact interpreter, and
    planned for every board and clock as `compile_model` plans it. A point that cannot be, because
    quantization refuses it or it does not fit, is a row with its reason. What is finished is kept
    in `output`/.work, so that the same call goes on after it was ended in any way; inputs that have
    changed are done anew. The result does not depend on who did the work, nor in how many runs.

    Args:
        models: model files.
        calibration: images that formats are chosen by, as `compile_model` takes them.
        evaluation: images to measure on; by default those of `calibration` after the first
            `calibration_images`.
        bits: widths from 2 to 16: numbers for weights and feature maps alike, or pairs of both.
        boards: names, paths of board.toml files, or boards.
        clocks_mhz: clocks for every board; by default each board's own.
        styles: of hardware, as `compile_model` takes them but for "auto"; by default both, the
            engine's where one is made for the board.
        output: the folder of explore.json, explore.csv and explore.html; by default
            MODEL-explore in the current folder, after the first model.
        calibration_images: how many images to calibrate with.
        evaluation_images: how many to measure on, at most.
        mean: of the input normalisation, for all models; by default what each file tells, else 0.
        std: likewise, else 1.
        arch: for files of weights that are not recognised.
        example_input: a batch or image, or the shape of one, where the files do not tell.
        confidence: which end of the modelled bands has to fit: "low", "likely" or "high".
        measured_designs: a file of `fpgaflow calibrate`'s that moves the bands, as for
            `compile_model`; by default the one that it writes to, "none" for none.
        workers: processes on this machine; by default one for each core that this process may use.
            1 works in this process.
        scheduler: a Dask scheduler's address to work on its cluster instead, tcp://HOST:PORT.
        progress: who watches; warnings are Python's by default.

    Returns:
        Every point.

    Raises:
        InputRefused: an axis of the grid, a model or the images cannot be used, or `output` cannot
            be written.
        UnsupportedOperator: a model holds an operation that cannot be compiled.
        ToolMissing: a package, or on a worker another version of fpgaflow.
        ToolFailed: the scheduler does not answer, or workers were lost again and again.
    """
    require_packages("exploring")
    files = [models] if isinstance(models, (str, Path)) else list(models)
    name_models(files)
    planning = Planning(confidence=confidence, calibration=chosen_calibration(measured_designs))
    grid = make_grid(bits, boards, clocks_mhz, planning, styles)
    reading = Reading(
        mean=None if mean is None else tuple(mean),
        std=None if std is None else tuple(std),
        arch=arch,
        input_shape=example_shape(example_input),
        wanted=Wanted(calibration=calibration_images, evaluation=evaluation_images),
    )
    steps = Steps(progress or Unwatched())
    open_crew = _choose_crew(workers, scheduler, steps.progress)
    place = Path(output) if output is not None else Path(f"{Path(files[0]).stem}-explore")
    with steps.step("read images"):
        sets = read_sets(calibration, evaluation, reading.wanted)
    store = Store(place)
    try:
        with steps.step("read models"):
            read = read_models(files, sets, reading, store, steps.progress)
        with steps.step("explore"):
            results = run_grid(read, grid, store, open_crew, steps.progress.update)
        given = Given(
            calibration=calibration,
            evaluation=evaluation,
            reading=reading,
            confidence=confidence,
            measured_designs=measured_designs,
        )
        found = mark_fronts(_put_together(read, grid, results, given))
        _warn(found, read, steps.progress)
        # The page first: where explore.json is there, the others are.
        for name, text in (
            (PAGE, explore_html(found)),
            (CSV, to_csv(found)),
            (JSON, exploration_json(found)),
        ):
            write_aside(place / name, text.encode(), kept="every point is kept")
    finally:
        store.close()
    return found


def _choose_crew(workers: int | None, scheduler: str | None, progress: Progress) -> OpenCrew:
    if scheduler is not None:
        if workers is not None:
            raise InputRefused(
                "--workers and --scheduler exclude each other",
                accepted="one of them: a cluster has the workers that it has",
            )
        require_packages("--scheduler", ("distributed",), extra="cluster")
        if _ADDRESS.fullmatch(scheduler) is None:
            raise InputRefused(
                f'--scheduler: "{scheduler}"',
                accepted="tcp://HOST:PORT or tls://HOST:PORT, as `dask scheduler` prints it",
            )
        from fpgaflow.api.explore_cluster import ClusterCrew

        return lambda _: ClusterCrew(scheduler, progress.say)
    if workers is not None and workers < 1:
        raise InputRefused(f"--workers: {workers}", accepted="1 or more")
    most = workers or len(os.sched_getaffinity(0))

    def begin(tasks: int) -> Crew:
        return OwnProcess() if min(most, tasks) == 1 else LocalCrew(most, progress.say)

    return begin


def _put_together(
    models: tuple[ReadModel, ...], grid: Grid, results: Results, given: Given
) -> Exploration:
    points: list[ExploredPoint] = []
    for number, model in enumerate(models):
        for bits in grid.bits:
            for which, target in enumerate(grid.targets):
                points.append(_point(model, (number, bits), (which, target), results, given))
    return Exploration(
        schema=SCHEMA,
        fpgaflow=__version__,
        images=models[0].described,
        score="accuracy" if models[0].labelled else "agreement",
        confidence=grid.planning.confidence,
        measured_designs=_measured(grid.planning.calibration),
        models=tuple(model.info for model in models),
        boards=_boards(grid),
        points=tuple(points),
    )


def _measured(calibration: Calibration | None) -> MeasuredDesigns | None:
    if calibration is None or not calibration.designs:
        return None
    return MeasuredDesigns(designs=len(calibration.designs), sha256=calibration.sha256)


def _point(
    model: ReadModel,
    place: tuple[int, Bits],
    at: tuple[int, Target],
    results: Results,
    given: Given,
) -> ExploredPoint:
    bits, (which, target) = place[1], at
    quantized = results.quantized[place]
    planned = results.planned[place][which] if place in results.planned else None
    refused = quantized.refused if planned is None else planned.refused
    return ExploredPoint(
        model=model.info.name,
        weight_bits=bits.weight,
        activation_bits=bits.activation,
        board=target.board.name,
        clock_mhz=target.board.clock_mhz,
        style=target.style,
        accuracy=quantized.accuracy,
        design=None if planned is None else planned.design,
        refused=refused,
        command=None if refused else command_for(model.info.file, bits, target, given),
    )


def _boards(grid: Grid) -> tuple[ExploredBoard, ...]:
    clocks: dict[str, list[float]] = {}
    for target in grid.targets:
        seen = clocks.setdefault(target.board.name, [])
        if target.board.clock_mhz not in seen:
            seen.append(target.board.clock_mhz)
    boards = {target.board.name: target.board for target in grid.targets}
    return tuple(
        ExploredBoard(name=name, title=board.title, part=board.part, clocks_mhz=tuple(clocks[name]))
        for name, board in boards.items()
    )


def _warn(found: Exploration, models: tuple[ReadModel, ...], progress: Progress) -> None:
    for model in models:
        by_float = next(
            (
                point.accuracy.top1_float
                for point in found.points
                if point.model == model.info.name and point.accuracy is not None
            ),
            None,
        )
        guessing = 1 / (model.classes or 1)
        if by_float is not None and by_float < guessing + NEAR_CHANCE * (1 - guessing):
            progress.warn(
                f"{model.info.name}: the float network is right on {by_float:.1%} of the images, "
                "hardly more than by chance: are --mean and --std those of its training, and are "
                "the labels its own?"
            )
    if found.score == "agreement" and len(found.models) > 1:
        progress.warn(
            "the images have no labels, so networks are judged by agreement, each with its own "
            "float network: that does not say which network is the better one"
        )
