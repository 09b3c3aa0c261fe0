"""The files of a compression: they appear all at once or not at all."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.api.training import check_model_output
from fpgaflow.compress.checkpoints import write_aside
from fpgaflow.compress.model_file import ModelNote, model_file
from fpgaflow.compress.outcome import Candidate
from fpgaflow.compress.plan import Method, Plan, plan_json
from fpgaflow.compress.record import Record, record_json
from fpgaflow.compress.training_images import Normalise
from fpgaflow.errors import InputRefused
from fpgaflow.report.compression_page import render_compression

PLAN, HISTORY, PAGE = ".plan.json", ".history.json", ".html"
_BESIDE: Mapping[Method, str] = {"compress": r"-(pruned|fused\d\d+)", "fuse": r"-fused\d\d+"}
_APPEARING = "appearing"  # in NAME.work while files take their places: what is there is our own


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where things go.

    Attributes:
        model: NAME.safetensors.
        work: NAME.work, the checkpoints of an unfinished command.
        force: whether earlier files may be replaced.
        method: the command.
    """

    model: Path
    work: Path
    force: bool
    method: Method

    def beside(self, ending: str) -> Path:
        """Return NAME with another ending."""
        return self.model.with_name(self.model.stem + ending)

    def kept_beside(self) -> list[Path]:
        """Return what is there that the command would keep beside the model: networks, plans."""
        ends = _BESIDE.get(self.method)
        if ends is None:
            return []
        name = re.compile(re.escape(self.model.stem) + ends + r"(\.safetensors|\.plan\.json)")
        files = self.model.absolute().parent.iterdir()
        return sorted(path for path in files if name.fullmatch(path.name))


def outputs_for(output: Path, method: Method, *, force: bool, resume: bool = True) -> Outputs:
    """Return where things go; refuse a place where they may not.

    Args:
        output: NAME.safetensors.
        method: the command.
        force: replace what is there.
        resume: a command that was killed while its files appeared may replace those.

    Raises:
        InputRefused: the name does not end in .safetensors, the folder cannot be written, or
            something is there already that `force` may not replace.
    """
    work = output.with_suffix(".work")
    force = force or (resume and (work / _APPEARING).is_file())
    check_model_output(output, force=force)
    outputs = Outputs(model=output, work=work, force=force, method=method)
    parent = output.absolute().parent
    if not parent.is_dir() or not os.access(parent, os.R_OK | os.W_OK | os.X_OK):
        raise InputRefused(
            f"the output {output} cannot be written: {parent} is not a writable folder",
            remedy="name another one with -o",
        )
    for path in (*map(outputs.beside, (PLAN, HISTORY, PAGE)), *outputs.kept_beside()):
        _check_place(path, force=force)
    return outputs


def _check_place(path: Path, *, force: bool) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_file() or path.is_symlink():
        raise InputRefused(
            f"the output {path} is there and is no regular file",
            remedy="name another one with -o",
        )
    if not force:
        raise InputRefused(
            f"the output {path} exists already",
            accepted="files that do not exist yet",
            remedy="name another output with -o, or replace it with --force",
        )


def write_outputs(
    outputs: Outputs,
    plans: Sequence[tuple[Candidate, Plan]],
    record: Record,
    normalise: Normalise,
) -> tuple[Path, ...]:
    """Write everything, then drop the checkpoints.

    The files are written whole among the checkpoints and then renamed, the model last. A mark
    among the checkpoints lets a command that was killed meanwhile replace them when it is given
    again. Fused networks that an earlier command kept beside the model go.

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
    kept = f"the finished trainings are kept in {outputs.work}"
    aside = outputs.work / "result"
    try:
        for name, data in texts:
            write_aside(aside / name, data, kept=kept)
        write_aside(outputs.work / _APPEARING, b"", kept=kept)
        _appear(outputs, aside, [name for name, _ in texts])
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(outputs.work, ignore_errors=True)
    return tuple(outputs.model.with_name(name) for name, _ in texts)


def _appear(outputs: Outputs, aside: Path, names: Sequence[str]) -> None:
    stem = outputs.model.stem
    try:
        for earlier in outputs.kept_beside():
            if earlier.name not in names and "-fused" in earlier.name.removeprefix(stem):
                earlier.unlink()
        for name in reversed(names):
            (aside / name).replace(outputs.model.with_name(name))
    except OSError as error:
        raise InputRefused(
            f"{outputs.model} and the files that belong to it cannot take their places: "
            f"{error.strerror}; the finished trainings are kept in {outputs.work}",
            remedy="make the folder writable, then give the same command again",
        ) from error


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
