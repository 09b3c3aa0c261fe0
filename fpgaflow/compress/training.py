"""Training a network: deterministic, on one device or many, and able to go on after a kill.

Each epoch's random choices come from a seed of its own, and a checkpoint is written after every
epoch. A run that was killed and goes on therefore ends, on the CPU and with as many threads, with
the very bits of a run that was not.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path

from torch import nn

from fpgaflow.compress.checkpoints import (
    BEST,
    HISTORY,
    LAST,
    Checkpoint,
    Json,
    differences,
    pack,
    remove_stray,
    save_tensors,
    tensors_digest,
    unpack,
    write_aside,
)
from fpgaflow.compress.distributed import current_team, synchronised_batch_norm
from fpgaflow.compress.evaluate import accuracy_of, check_network, count_classes
from fpgaflow.compress.schedule import learning_rate
from fpgaflow.compress.training_device import resolve_device
from fpgaflow.compress.training_history import (
    EpochRow,
    History,
    Unwatched,
    Watcher,
    history_json,
)
from fpgaflow.compress.training_images import Normalise, images_digest, put_images
from fpgaflow.compress.training_loop import Loop, Run, trained_parameters
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.data import ImageSet
from fpgaflow.errors import InputRefused, ToolFailed


def fit(
    module: nn.Module,
    train: ImageSet,
    validation: ImageSet,
    settings: TrainSettings,
    *,
    normalise: Normalise = ((0.0,), (1.0,)),
    folder: Path | None = None,
    resume: bool = True,
    teacher: nn.Module | None = None,
    trainable: Collection[str] | None = None,
    progress: Watcher | None = None,
) -> History:
    """Train a network in place; it ends with the weights of its best epoch, in evaluation mode.

    Args:
        module: takes float32 [n, c, h, w], or clips [n, t, c, h, w]; gives scores [n, classes].
        train: labelled images or clips to learn from.
        validation: the same kind, that tell which epoch is the best.
        settings: every hyper-parameter.
        normalise: mean and standard deviation on pixels from 0 to 1, one number or one a channel.
        folder: where a checkpoint, the best weights and history.json are written after each
            epoch; None writes nothing.
        resume: go on from the folder's checkpoint; False begins anew and overwrites it.
        teacher: a network to distil from; it is not changed.
        trainable: paths of the submodules to train; all else stays as it is, running statistics
            of batch norms included. None trains everything.
        progress: who watches.

    Raises:
        InputRefused: images, labels or settings cannot be trained with; the folder's checkpoint
            is of another run, which the message tells apart, or is damaged.
        ToolFailed: the loss is NaN or infinite (the best weights so far are in the module), or
            the disk is full (the epochs before are kept).
        ToolMissing: there is no such device.
    """
    team, device = current_team(), resolve_device(settings.device)
    _check_sizes(train, validation)
    watcher = progress if progress is not None and team.leads else Unwatched()
    run = Run(
        module=module,
        teacher=teacher,
        images=put_images(train, normalise, device),
        settings=settings,
        team=team,
        device=device,
        parameters=trained_parameters(module, trainable),
        trainable=trainable,
    )
    held_out = put_images(validation, normalise, device)
    identity = _identity(run, train, validation, normalise)
    start = _read(folder, identity, run) if resume else None
    with run.placed(), synchronised_batch_norm(module, team):
        check_network("the network", module, run.images, train, validation)
        if teacher is not None:
            check_network("the teacher", teacher, run.images, train, validation)
        loop = Loop(run)
        state = loop.checkpoint(identity, History()) if start is None else start
        if start is not None:
            loop.restore(start)
        watcher.begin_training(state.history, settings.epochs)
        while not _finished(state.history, settings):
            epoch, began = len(state.history.rows) + 1, time.perf_counter()
            try:
                loss = loop.train_epoch(epoch, watcher)
                counts = count_classes(module, held_out, settings.batch, team, validation.name)
            except ToolFailed as error:
                module.load_state_dict(state.best)
                raise _diverged(error, epoch, state.history, folder) from error
            row = EpochRow(
                epoch=epoch,
                loss=loss,
                accuracy=accuracy_of(counts),
                learning_rate=learning_rate(settings, epoch - 1),
                seconds=time.perf_counter() - began,
            )
            history = state.history.with_row(row)
            best = None if history.best_epoch == epoch else state.best
            state = loop.checkpoint(identity, history, best)
            if folder is not None and team.leads:
                _write(folder, state, settings)
            watcher.end_epoch(history)
        module.load_state_dict(state.best)
    module.eval()
    return state.history


def _finished(history: History, settings: TrainSettings) -> bool:
    tired = settings.patience is not None and history.epochs_since_best >= settings.patience
    return len(history.rows) >= settings.epochs or tired


def _check_sizes(train: ImageSet, validation: ImageSet) -> None:
    if len(train) < 2:
        raise InputRefused(
            f"{train.name}: there is one {train.noun[:-1]} to train on",
            accepted=f"at least two {train.noun}",
        )
    if train.input_shape != validation.input_shape:
        size = train.size.partition(" ")[0] if train.noun == validation.noun else train.size
        raise InputRefused(
            f"{validation.name}: the {validation.noun} are {validation.size}",
            accepted=f"{size}, as in {train.name}",
        )


def _identity(
    run: Run, train: ImageSet, validation: ImageSet, normalise: Normalise
) -> dict[str, Json]:
    """Return what makes one run different from another, by the name that messages give it."""
    mean, std = ([float(value) for value in part] for part in normalise)
    return {
        **run.settings.as_json(),
        "training images": images_digest(train),
        "validation images": images_digest(validation),
        "network or initial weights": tensors_digest(run.module.state_dict()),
        "teacher": None if run.teacher is None else tensors_digest(run.teacher.state_dict()),
        "mean": str(mean),
        "std": str(std),
        "trained layers": "all" if run.trainable is None else ", ".join(sorted(run.trainable)),
    }


def _read(folder: Path | None, identity: dict[str, Json], run: Run) -> Checkpoint | None:
    """Return the folder's checkpoint; the leader reads it for all."""
    if folder is None:
        return None
    path, data = folder / LAST, None
    if run.team.leads and path.is_file():
        data = path.read_bytes()
    data = run.team.spread(data, run.device)
    if data is None:
        return None
    found = unpack(data, path)
    # The others may have begun with other random weights: they get the leader's anyway.
    changes = differences(found.identity, identity) if run.team.leads else []
    if changes:
        raise InputRefused(
            f"{folder} holds a training that began otherwise: {'; '.join(changes)}",
            accepted="what it began with",
            remedy="train as it began, start over with --no-resume, or name another output",
        )
    return found


def _write(folder: Path, state: Checkpoint, settings: TrainSettings) -> None:
    done = len(state.history.rows)
    kept = f"the {done - 1} epochs before are kept"
    if done < 3:
        kept = "the epoch before is kept" if done == 2 else "no epoch was finished before"
    remove_stray(folder)
    if state.history.best_epoch == done:
        write_aside(folder / BEST, save_tensors(state.best), kept=kept)
    write_aside(folder / LAST, pack(state), kept=kept)
    text = history_json(state.history, tuple(settings.as_json().items()))
    write_aside(folder / HISTORY, text.encode(), kept=f"all {done} epochs are kept")


def _diverged(error: ToolFailed, epoch: int, history: History, folder: Path | None) -> ToolFailed:
    if not history.rows:
        kept = "no epoch was finished before"
    else:
        kept = f"the best weights so far are of epoch {history.best_epoch}"
        kept += f" ({history.best_accuracy:.2%})"
        kept += f", in {folder / BEST}" if folder is not None else ""
    return ToolFailed(
        f"training failed in epoch {epoch}: {error.found}; {kept}",
        accepted=error.accepted,
        remedy="use a smaller learning rate, or check the mean and standard deviation",
    )
