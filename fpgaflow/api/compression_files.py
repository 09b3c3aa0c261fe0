"""The files of a compression: they appear all at once or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.api.training import check_model_output
from fpgaflow.compress.checkpoints import write_aside
from fpgaflow.compress.model_file import ModelNote, model_file
from fpgaflow.compress.outcome import Candidate
from fpgaflow.compress.plan import Plan, plan_json
from fpgaflow.compress.record import Record, record_json
from fpgaflow.compress.training_images import Normalise
from fpgaflow.errors import InputRefused
from fpgaflow.report.compression_page import render_compression

PLAN, HISTORY, PAGE = ".plan.json", ".history.json", ".html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where things go.

    Attributes:
        model: NAME.safetensors.
        work: NAME.work, the checkpoints of an unfinished command.
        force: whether earlier files may be replaced.
    """

    model: Path
    work: Path
    force: bool

    def beside(self, ending: str) -> Path:
        """Return NAME with another ending."""
        return self.model.with_name(self.model.stem + ending)


def outputs_for(output: Path, *, force: bool) -> Outputs:
    """Return where things go; refuse a place where they may not.

    Raises:
        InputRefused: the name does not end in .safetensors, the folder cannot be written, or
            something is there already that `force` may not replace.
    """
    check_model_output(output, force=force)
    outputs = Outputs(model=output, work=output.with_suffix(".work"), force=force)
    for ending in (PLAN, HISTORY, PAGE):
        path = outputs.beside(ending)
        if os.path.lexists(path) and not force:
            raise InputRefused(
                f"the output {path} exists already",
                accepted="files that do not exist yet",
                remedy="name another output with -o, or replace it with --force",
            )
    parent = output.absolute().parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise InputRefused(
            f"the output {output} cannot be written: {parent} is not a writable folder",
            remedy="name another one with -o",
        )
    return outputs


def write_outputs(
    outputs: Outputs,
    plans: Sequence[tuple[Candidate, Plan]],
    record: Record,
    normalise: Normalise,
) -> tuple[Path, ...]:
    """Write everything, then drop the checkpoints.

    The files are written whole among the checkpoints and then renamed, the model last.

    Args:
        outputs: where to.
        plans: the result and its plan first, then those that are kept beside it.
        record: what happened.
        normalise: mean and standard deviation of the input.

    Returns:
        The files, the model first.

    Raises:
        InputRefused: the folder cannot be written.
        ToolFailed: the disk is full.
    """
    texts = _texts(outputs, plans, record, normalise)
    kept = f"the finished trainings are kept in {outputs.work}; give the same command again"
    aside = outputs.work / "result"
    try:
        for name, data in texts:
            write_aside(aside / name, data, kept=kept)
        for name, _ in reversed(texts):
            (aside / name).replace(outputs.model.with_name(name))
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(outputs.work, ignore_errors=True)
    return tuple(outputs.model.with_name(name) for name, _ in texts)


def _texts(
    outputs: Outputs,
    plans: Sequence[tuple[Candidate, Plan]],
    record: Record,
    normalise: Normalise,
) -> list[tuple[str, bytes]]:
    stem = outputs.model.stem
    mean, std = normalise
    texts: list[tuple[str, bytes]] = []
    for candidate, plan in plans:
        name = f"{stem}-{candidate.name}" if candidate.name else stem
        note = ModelNote(input_shape=plan.source.input_shape, mean=tuple(mean), std=tuple(std))
        texts.append((f"{name}.safetensors", model_file(candidate.network, note)))
        texts.append((f"{name}{PLAN}", plan_json(plan).encode()))
    plan = plans[0][1]
    head = {"method": plan.method, "settings": dict(plan.settings)}
    texts.append((f"{stem}{HISTORY}", record_json(record, head).encode()))
    texts.append((f"{stem}{PAGE}", render_compression(plan, record, stem).encode()))
    return texts
