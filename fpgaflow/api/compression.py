"""Compresses a model file: what the commands prune, slim, fuse and compress have in common."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from torch import nn

from fpgaflow.api.compression_files import Outputs, outputs_for, write_outputs
from fpgaflow.api.network import normalisation
from fpgaflow.api.training import TrainingData, read_training_data
from fpgaflow.compress.bench import Bench
from fpgaflow.compress.outcome import Candidate, Outcome
from fpgaflow.compress.plan import Figures, Method, Plan, Setting, Source
from fpgaflow.compress.record import Record, WidthRow
from fpgaflow.compress.training_device import resolve_device
from fpgaflow.compress.training_history import Watcher
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.data import check_images, check_labels
from fpgaflow.errors import InputRefused, ToolFailed
from fpgaflow.frontend.checkpoint import LoadedModel, load_model
from fpgaflow.zoo import count_layer_macs


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to compress, with what, and where to.

    Attributes:
        model: a file of weights.
        data: labelled images to train on.
        validation: labelled images for figures and statistics; by default the data set's test
            part, or every tenth image of `data`, which is then not trained on.
        output: NAME.safetensors; the other files are called after it.
        force: replace earlier outputs.
        resume: go on where an interrupted command with this output was.
        arch: where the weights are not recognised.
        mean: of the input normalisation, on pixels from 0 to 1; by default what fpgaflow wrote
            into the model file, else 0.
        std: likewise, else 1.
        tuning: of every training; its epochs are already scaled by its budget.
    """

    model: Path
    data: str
    validation: str | None = None
    output: Path
    force: bool = False
    resume: bool = True
    arch: str | None = None
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    tuning: TrainSettings


class Viewer(Watcher, Protocol):
    """Someone who watches a compression."""

    def begin(self, name: str) -> None:
        """The training of this name begins."""
        ...

    def say(self, line: str) -> None:
        """Something begins or has come out."""
        ...

    def warn(self, message: str) -> None:
        """Something that the user should know, though it stops nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Compressed:
    """A finished compression.

    Attributes:
        plan: what was removed, and the figures before and after.
        files: everything that was written, the model first.
        record: what happened.
    """

    plan: Plan
    files: tuple[Path, ...]
    record: Record

    def as_json(self) -> dict[str, object]:
        """Return what --json prints."""
        before, after = self.plan.before, self.plan.after
        return {
            "method": self.plan.method,
            "files": [str(path) for path in self.files],
            "accuracy": {"before": before.accuracy, "after": after.accuracy},
            "macs": {"before": before.macs, "after": after.macs},
            "parameters": {"before": before.parameters, "after": after.parameters},
            "steps": len(self.plan.steps),
        }


Run = Callable[[nn.Module, float, Bench], Outcome]
"""A method: takes the network, its accuracy from 0 to 1, and the bench."""


def compress_file(
    job: Job,
    method: Method,
    run: Run,
    settings: Mapping[str, Setting],
    viewer: Viewer | None = None,
) -> Compressed:
    """Compress a model file and write everything that comes of it, or nothing.

    While it runs, NAME.work holds checkpoints: a command that was killed goes on when it is given
    again, each finished training being read instead of repeated.

    Args:
        job: what, with what, where to.
        method: the command.
        run: what to do.
        settings: the method's own options, for the plan.
        viewer: who watches.

    Raises:
        InputRefused: the model, the data, the output or a setting cannot be used.
        ToolFailed: a training diverged, or the disk is full; what was finished is kept.
        ToolMissing: there is no such device.
    """
    outputs = outputs_for(job.output, method, force=job.force, resume=job.resume)
    resolve_device(job.tuning.device)
    loaded = load_model(job.model, arch=job.arch)
    module = weights_of(loaded, job.model)
    images = read_training_data(job.data, job.validation)
    _check(module, loaded, images)
    source = Source(
        file=job.model.name,
        sha256=loaded.sha256,
        architecture=loaded.architecture,
        input_shape=images.input_shape,
    )
    if not job.resume:
        shutil.rmtree(outputs.work, ignore_errors=True)
    bench = Bench(
        train=images.train,
        validation=images.validation,
        normalise=normalisation(loaded.note, job.mean, job.std),
        input_shape=images.input_shape,
        folder=outputs.work,
        watcher=viewer,
        say=viewer.say if viewer is not None else lambda _: None,
        begin=viewer.begin if viewer is not None else lambda _: None,
    )
    before = bench.figures(module, bench.accuracy(module, job.tuning))
    bench.say(
        f"{job.model}: accuracy {before.accuracy:.2%}, {before.macs} MACs, "
        f"{before.parameters} parameters"
    )
    outcome = _run(run, module, before.accuracy, bench)
    for warning in outcome.warnings:
        if viewer is not None:
            viewer.warn(warning)
    plan = Plan(
        method=method,
        source=source,
        settings={**settings, **_common(job, bench)},
        steps=outcome.steps,
        before=before,
        after=bench.figures(outcome.network, outcome.accuracy),
    )
    record = replace(
        outcome.record,
        tunings=tuple(bench.tunings),
        widths=_widths(module, outcome.network, images.input_shape),
    )
    return _write(outputs, plan, record, outcome, bench)


def _run(run: Run, module: nn.Module, accuracy: float, bench: Bench) -> Outcome:
    """Run the method; where a training fails, say what the ones before it have left."""
    try:
        return run(module, accuracy, bench)
    except ToolFailed as error:
        if not bench.tunings:
            raise
        names = [tuning.name for tuning in bench.tunings]
        several = f"{len(names)} finished trainings, {names[0]} to {names[-1]}, are"
        before = several if len(names) > 1 else f"finished training {names[0]} is"
        raise ToolFailed(
            f"{error.found}; the {before} kept in {bench.folder}",
            accepted=error.accepted,
            remedy=error.remedy,
        ) from error


def weights_of(loaded: LoadedModel, path: Path) -> nn.Module:
    """Return the PyTorch network of a model file, every parameter to be trained.

    Raises:
        InputRefused: the file holds another kind of network.
    """
    if not isinstance(loaded.payload, nn.Module):
        raise InputRefused(
            f"{path} holds an {loaded.kind} network, which cannot be compressed",
            accepted="a file of weights: .safetensors, or a PyTorch state_dict",
        )
    # What was read may share memory with the file's bytes.
    return copy.deepcopy(loaded.payload).requires_grad_(True)


def _check(module: nn.Module, loaded: LoadedModel, images: TrainingData) -> None:
    """Refuse images that the network does not take, before hours go by."""
    *frames, height, width, channels = images.train.images.shape[1:]
    if loaded.note is not None:
        *noted, _, height, width = loaded.note.input_shape
        # A network that takes clips takes any number of frames.
        frames = frames if len(frames) == len(noted) else noted
    first = next((layer for layer in module.modules() if isinstance(layer, nn.Conv2d)), None)
    takes = channels if first is None else first.in_channels
    linear = [layer for layer in module.modules() if isinstance(layer, nn.Linear)]
    for part in (images.train, images.validation):
        check_images(part, *frames, height, width, takes)
        if linear:
            check_labels(part, linear[-1].out_features)


def _common(job: Job, bench: Bench) -> dict[str, Setting]:
    mean, std = (",".join(str(float(value)) for value in part) for part in bench.normalise)
    return {
        "data": bench.train.name,
        "validation": bench.validation.name,
        "mean": mean,
        "std": std,
        **job.tuning.as_json(),
    }


def _widths(before: nn.Module, after: nn.Module, shape: tuple[int, ...]) -> tuple[WidthRow, ...]:
    left = {
        name: layer.out_channels
        for name, layer in after.named_modules()
        if isinstance(layer, nn.Conv2d)
    }
    layers = dict(before.named_modules())
    rows: list[WidthRow] = []
    for name in count_layer_macs(before, shape):
        layer = layers[name]
        if isinstance(layer, nn.Conv2d):
            rows.append(WidthRow(layer=name, before=layer.out_channels, after=left.get(name, 0)))
    return tuple(rows)


def _write(
    outputs: Outputs, plan: Plan, record: Record, outcome: Outcome, bench: Bench
) -> Compressed:
    result = Candidate(
        name="", network=outcome.network, accuracy=outcome.accuracy, steps=outcome.steps
    )
    plans: Sequence[tuple[Candidate, Plan]] = [
        (result, plan),
        *(
            (other, replace(plan, steps=other.steps, after=_figures(other, bench)))
            for other in outcome.others
        ),
    ]
    files = write_outputs(outputs, plans, record, bench.normalise)
    return Compressed(plan=plan, files=files, record=record)


def _figures(candidate: Candidate, bench: Bench) -> Figures:
    return bench.figures(candidate.network, candidate.accuracy)
