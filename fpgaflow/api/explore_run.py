"""Gets every result of a grid: what is kept from before, and what a crew has to do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import fpgaflow
from fpgaflow.api.explore_crew import Crew
from fpgaflow.api.explore_grid import Bits, Grid, Target
from fpgaflow.api.explore_models import ReadModel
from fpgaflow.api.explore_store import Store
from fpgaflow.api.explore_tasks import Outcome, Plan, Planned, Quantize, Quantized, Task
from fpgaflow.version import __version__

Place = tuple[int, Bits]
"""A model by its number, and widths."""

OpenCrew = Callable[[int], Crew]
"""Begins a crew for so many tasks, known so far, of the costly kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Every result of a grid.

    Attributes:
        quantized: by model and widths.
        planned: by model and widths, in the order of the grid's targets; none where quantization
            was refused.
    """

    quantized: Mapping[Place, Quantized]
    planned: Mapping[Place, tuple[Planned, ...]]


def run_grid(
    models: tuple[ReadModel, ...],
    grid: Grid,
    store: Store,
    open_crew: OpenCrew,
    update: Callable[[int, int], None],
) -> Results:
    """Get every result; each is in the store as soon as it is there.

    Args:
        models: what to quantize.
        grid: at which widths, and what to plan it for.
        store: what was finished before, and where the rest goes.
        open_crew: begins a crew, where there is anything left to do.
        update: told how many points are done, of how many.
    """
    return _Run(models, grid, store, update).all(open_crew)


@cache
def code_digest() -> str:
    """Return the SHA-256 of fpgaflow's version, its own Python code and figures, hexadecimal."""
    assert fpgaflow.__file__ is not None, "the package is a folder"
    folder = Path(fpgaflow.__file__).parent
    found = hashlib.sha256(__version__.encode())
    for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.toml"))):
        found.update(path.relative_to(folder).as_posix().encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


class _Run:
    def __init__(
        self,
        models: tuple[ReadModel, ...],
        grid: Grid,
        store: Store,
        update: Callable[[int, int], None],
    ) -> None:
        self._models = models
        self._grid = grid
        self._store = store
        self._update = update
        self._quantized: dict[Place, Quantized] = {}
        self._planned: dict[Place, dict[int, Planned]] = {}
        self._places: dict[str, list[tuple[Place, int]]] = {}
        self._tasks: dict[str, Task] = {}
        self._done = 0

    def all(self, open_crew: OpenCrew) -> Results:
        self._count(0)
        for number, model in enumerate(self._models):
            for bits in self._grid.bits:
                self._want(_quantizing(model, bits), (number, bits), 0)
        if self._tasks:
            self._work(open_crew)
        planned = {
            place: tuple(plans[number] for number in range(len(self._grid.targets)))
            for place, plans in self._planned.items()
        }
        return Results(quantized=self._quantized, planned=planned)

    def _work(self, open_crew: OpenCrew) -> None:
        with _closing(open_crew(len(self._tasks))) as crew:
            for task in self._tasks.values():
                crew.submit(task)
            for task, outcome in crew.results():
                self._store.keep(task, outcome)
                del self._tasks[task.key]
                known = set(self._tasks)
                for place, number in self._places.pop(task.key):
                    self._take(place, number, outcome)
                for key in self._tasks.keys() - known:
                    crew.submit(self._tasks[key])

    def _want(self, task: Task, place: Place, number: int) -> None:
        """Take a kept result, or put the task, unless it is there, among those to do."""
        if task.key not in self._places:
            kept = self._store.find(task)
            if kept is not None:
                self._take(place, number, kept)
                return
            self._tasks[task.key] = task
        self._places.setdefault(task.key, []).append((place, number))

    def _take(self, place: Place, number: int, outcome: Outcome) -> None:
        if isinstance(outcome, Planned):
            self._planned[place][number] = outcome
            self._count(1)
            return
        self._quantized[place] = outcome
        if outcome.graph is None:
            self._count(len(self._grid.targets))
            return
        self._planned[place] = {}
        blob = self._store.blob(outcome.graph)
        for which, target in enumerate(self._grid.targets):
            label = f"{self._label(place)} on {_shown(target)}"
            task = Task(
                order=Plan(board=target.board, planning=self._grid.planning, style=target.style),
                blobs=(blob,),
                code=code_digest(),
                label=label,
            )
            self._want(task, place, which)

    def _label(self, place: Place) -> str:
        return f"{self._models[place[0]].info.name} at {place[1]} bits"

    def _count(self, more: int) -> None:
        self._done += more
        total = len(self._models) * len(self._grid.bits) * len(self._grid.targets)
        self._update(self._done, total)


def _quantizing(model: ReadModel, bits: Bits) -> Task:
    return Task(
        order=Quantize(bits=bits),
        blobs=(model.graph, model.images),
        code=code_digest(),
        label=f"{model.info.name} at {bits} bits",
    )


def _shown(target: Target) -> str:
    engine = "the engine of " if target.style == "engine" else ""
    return f"{engine}{target.board.name} at {target.board.clock_mhz:g} MHz"


@contextmanager
def _closing(crew: Crew) -> Generator[Crew]:
    try:
        yield crew
    finally:
        crew.close()
