"""What happened during a compression: every trial, every long result, every tuning's epochs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from fpgaflow.compress.training_history import History
from fpgaflow.errors import InputRefused

SCHEMA = 1
MAX_BYTES = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """One training.

    Attributes:
        name: what it was for, e.g. `prune-1-03`: iteration 1, trial 3.
        history: its epochs.
    """

    name: str
    history: History


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRow:
    """One trial of the threshold search.

    Attributes:
        iteration: counted from 1.
        number: in its iteration, counted from 1.
        upper: Pu before it.
        lower: Pl before it.
        threshold: Pc.
        removed: channels that it removed from its iteration's starting network.
        macs: multiply-accumulates that were left.
        accuracy: after fine-tuning, from 0 to 1.
        reached: whether that was the target or more.
    """

    iteration: int
    number: int
    upper: float
    lower: float
    threshold: float
    removed: int
    macs: int
    accuracy: float
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FusedRow:
    """One long result of layer fusion.

    Attributes:
        blocks: removed so far.
        convolutions: that these held, the fused layers of the paper's plots.
        macs: multiply-accumulates that were left.
        parameters: trained numbers that were left.
        accuracy: after the long tuning, from 0 to 1.
        within: whether that has fallen no further than allowed.
        chosen: whether it is the command's result.
    """

    blocks: int
    convolutions: int
    macs: int
    parameters: int
    accuracy: float
    within: bool
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SparsityRow:
    """The part of zeros in one group of channels of the network as given, from 0 to 1."""

    group: str
    zeros: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WidthRow:
    """The width of one layer; 0 after, where its block was removed."""

    layer: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything that happened, in order.

    Attributes:
        target: the accuracy that trials had to reach, where there were any.
        sparsity: what the first threshold was applied to.
        trials: of dynamic pruning.
        fused: of layer fusion.
        fused_from: the accuracy that fusion started from, from 0 to 1, where there was any.
        widths: output channels of every convolution, before and after.
        tunings: every training.
    """

    target: float | None = None
    sparsity: tuple[SparsityRow, ...] = ()
    trials: tuple[TrialRow, ...] = ()
    fused: tuple[FusedRow, ...] = ()
    fused_from: float | None = None
    widths: tuple[WidthRow, ...] = ()
    tunings: tuple[Tuning, ...] = ()


def record_json(record: Record, head: Mapping[str, object]) -> str:
    """Return the text of NAME.history.json, `head` first."""
    held = {"schema": SCHEMA, **head, **asdict(record)}
    return json.dumps(held, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_epochs(path: Path) -> tuple[int, ...]:
    """Return how many epochs each training in a NAME.history.json had, in order.

    Raises:
        InputRefused: it cannot be read, is damaged, or has another schema.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise _no_history(path, f"is larger than {MAX_BYTES} bytes")
        held: object = json.loads(data)
    except OSError as error:
        raise InputRefused(
            f"{path}: {error.strerror}", accepted="a NAME.history.json that fpgaflow wrote"
        ) from error
    except (ValueError, RecursionError) as error:
        raise _no_history(path, f"is no JSON file: {error}") from error
    try:
        top = cast("dict[str, list[dict[str, dict[str, list[object]]]]]", held)
        if cast("object", top["schema"]) != SCHEMA:
            raise _no_history(path, f"has schema {top['schema']!r}")
        return tuple(len(tuning["history"]["rows"]) for tuning in top["tunings"])
    except (KeyError, TypeError) as error:
        raise _no_history(path, "does not list the epochs of every training") from error


def _no_history(path: Path, what: str) -> InputRefused:
    return InputRefused(
        f"{path} {what}", accepted=f"a NAME.history.json that fpgaflow wrote, schema {SCHEMA}"
    )
