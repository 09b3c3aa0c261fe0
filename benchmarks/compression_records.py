"""What the commands kept of their trainings: NAME.history.json and NAME.training/history.json."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from compression_recipes import Step

from fpgaflow.compress.record import FusedRow, TrialRow, WidthRow
from fpgaflow.compress.training_history import EpochRow

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One training.

    Attributes:
        name: what it was for, e.g. `prune-1-03`: iteration 1, trial 3.
        epochs: in order.
    """

    name: str
    epochs: tuple[EpochRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """What one command did.

    Attributes:
        settings: every option, as the command wrote it down.
        trainings: in order.
        trials: of dynamic pruning.
        target: what trials had to reach, from 0 to 1.
        fused: the long results of fusion.
        fused_from: the accuracy that fusion started from, from 0 to 1.
        widths: output channels of every convolution, before and after.
    """

    settings: Settings
    trainings: tuple[Training, ...]
    trials: tuple[TrialRow, ...] = ()
    target: float | None = None
    fused: tuple[FusedRow, ...] = ()
    fused_from: float | None = None
    widths: tuple[WidthRow, ...] = ()

    @property
    def epochs(self) -> int:
        """Epochs of all trainings, those of trials that were not kept included."""
        return sum(len(training.epochs) for training in self.trainings)

    @property
    def seconds(self) -> float:
        """Wall-clock seconds of all epochs."""
        return sum(row.seconds for training in self.trainings for row in training.epochs)


def read_record(folder: Path, name: str) -> StepRecord | None:
    """Return what the command that wrote NAME.safetensors kept; None where there is nothing."""
    compression = folder / f"{name}.history.json"
    if compression.exists():
        return _compression(json.loads(compression.read_text(encoding="utf-8")))
    training = folder / f"{name}.training" / "history.json"
    if training.exists():
        held = json.loads(training.read_text(encoding="utf-8"))
        one = Training(name="train", epochs=_rows(EpochRow, held["epochs"]))
        return StepRecord(settings=held["settings"], trainings=(one,))
    return None


def _compression(held: Mapping[str, Any]) -> StepRecord:
    return StepRecord(
        settings=held["settings"],
        trainings=tuple(
            Training(name=one["name"], epochs=_rows(EpochRow, one["history"]["rows"]))
            for one in held["tunings"]
        ),
        trials=_rows(TrialRow, held["trials"]),
        target=held["target"],
        fused=_rows(FusedRow, held["fused"]),
        fused_from=held.get("fused_from"),
        widths=_rows(WidthRow, held["widths"]),
    )


_Row = TypeVar("_Row", EpochRow, TrialRow, FusedRow, WidthRow)


def _rows(kind: type[_Row], held: Iterable[Mapping[str, Any]]) -> tuple[_Row, ...]:
    """Return rows without what another version of the project added."""
    known = {field.name for field in fields(kind)}
    return tuple(kind(**{name: row[name] for name in row if name in known}) for row in held)


_AS_NONE = ("restart", "patience")  # 0 is written down as null
_CALLED = {"restart": "restart_epochs", "arch": "architecture"}
_SWITCHES = {"--no-distillation": ("distil", False), "--no-short": ("short", False)}
_SWITCHES["--nesterov"] = ("nesterov", True)


def differences(step: Step, settings: Settings) -> tuple[str, ...]:
    """Return which options the command wrote down otherwise than the recipe has them.

    It tells a step that was run by hand, or before its recipe changed. Options that the command
    does not write down are passed over.
    """
    words = step.arguments
    found = [
        f"{flag}: {settings.get(name)!r}"
        for flag, (name, value) in _SWITCHES.items()
        if flag in words and settings.get(name) is not value
    ]
    for flag, value in itertools.pairwise(words):
        option = flag.removeprefix("--").replace("-", "_")
        name = _CALLED.get(option, option)
        if not flag.startswith("--") or flag in _SWITCHES or name not in settings:
            continue
        if not _same(option, value, settings[name]):
            found.append(f"{flag} {value}: {settings[name]!r}")
    return tuple(found)


def _same(option: str, value: str, written: object) -> bool:
    if isinstance(written, str):
        if "," in value:
            return [float(part) for part in value.split(",")] == [
                float(part) for part in written.split(",")
            ]
        return Path(value).name == Path(written).name
    if written is None:
        return option in _AS_NONE and float(value) == 0
    if not isinstance(written, (int, float)):
        return False
    parts = 100 if option.endswith("_drop") else 1  # points are written down as parts of 1
    return abs(float(value) - parts * written) < 1e-9
