"""Trains a network on a data source and writes a model file."""

from __future__ import annotations

import copy
import difflib
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fpgaflow.api.network import normalisation
from fpgaflow.compress.checkpoints import BEST, HISTORY, LAST, write_aside
from fpgaflow.compress.distributed import Team, joined
from fpgaflow.compress.model_file import ModelNote, model_file
from fpgaflow.compress.training import fit
from fpgaflow.compress.training_curves import draw_curves
from fpgaflow.compress.training_device import resolve_device
from fpgaflow.compress.training_history import History, Watcher, history_json
from fpgaflow.compress.training_images import labels_of
from fpgaflow.compress.training_settings import Augmentation, TrainSettings
from fpgaflow.data import ImageSet, load_images, parse_data_source
from fpgaflow.errors import InputRefused
from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.frontend.checkpoint_arch import build_own
from fpgaflow.zoo import ZOO, build

CURVES = "curves.png"
_SUFFIX = ".safetensors"
_HELD_OUT = 10  # every tenth image


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """What to train on.

    Attributes:
        train: labelled images or clips.
        validation: the same kind, which choose the best epoch.
        classes: how many `train` has.
    """

    train: ImageSet
    validation: ImageSet
    classes: int

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(channels, height, width) of one image, of a clip with frames in front."""
        return self.train.input_shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A finished training.

    Attributes:
        output: the model file.
        folder: where history.json and the curves are.
        architecture: of the network.
        data: of the images.
        settings: of the training.
        history: of the epochs.
        team: the processes that did it; only the leader has written files.
    """

    output: Path
    folder: Path
    architecture: str
    data: TrainingData
    settings: TrainSettings
    history: History
    team: Team

    def as_json(self) -> dict[str, object]:
        """Return what `fpgaflow train --json` prints."""
        return {
            "model": str(self.output),
            "folder": str(self.folder),
            "architecture": self.architecture,
            "input_shape": list(self.data.input_shape),
            "classes": self.data.classes,
            "training_images": len(self.data.train),
            "validation_images": len(self.data.validation),
            "processes": self.team.size,
            "best_epoch": self.history.best_epoch,
            "best_accuracy": self.history.best_accuracy,
            "epochs": len(self.history.rows),
            "seconds": sum(row.seconds for row in self.history.rows),
            "settings": self.settings.as_json(),
        }


def train_model(
    data: str,
    output: str | Path,
    settings: TrainSettings,
    *,
    arch: str | None = None,
    init: str | Path | None = None,
    validation: str | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    teacher: str | Path | None = None,
    resume: bool = True,
    force: bool = False,
    progress: Watcher | None = None,
) -> Trained:
    """Train a network of the zoo, one's own, or one from a file, and write its best weights.

    Beside OUTPUT.safetensors a folder OUTPUT.training holds history.json and the learning curves;
    while the training runs, also its checkpoint and its best weights so far. Under torchrun the
    processes share the work.

    Args:
        data: a data source with labels.
        output: the model file, *.safetensors.
        settings: every hyper-parameter.
        arch: a name of the zoo; the network gets the images' channels and classes. Or
            "module:function" of one's own code in the current directory, which is called without
            arguments, its random numbers seeded. With `init`, what the file holds.
        init: a model file to begin with.
        validation: a data source that tells which epoch is best. By default the data set's test
            part; where it has none, every tenth image, which is then not trained on.
        mean: of the input normalisation, on pixels from 0 to 1; by default what fpgaflow wrote
            into the file `init`, else 0.
        std: likewise, else 1.
        teacher: a model file to distil from.
        resume: go on where an interrupted training of this output was.
        force: replace the output.
        progress: who watches.

    Raises:
        InputRefused: the data, the model file, the output or a setting cannot be used.
        ToolFailed: the training diverged, or the disk is full.
        ToolMissing: there is no such device.
    """
    output = Path(output)
    folder = check_model_output(output, force=force)
    device = resolve_device(settings.device)
    images = read_training_data(data, validation)
    begin = _network(arch, init, images, settings.seed)
    taught = None if teacher is None else read_module(teacher).module
    normalise = normalisation(begin.note, mean, std)
    with _folder(folder), joined(device) as team:
        history = fit(
            begin.module,
            images.train,
            images.validation,
            settings,
            normalise=normalise,
            folder=folder,
            resume=resume,
            teacher=taught,
            progress=progress,
        )
    trained = Trained(
        output=output,
        folder=folder,
        architecture=begin.architecture,
        data=images,
        settings=settings,
        history=history,
        team=team,
    )
    if team.leads:
        note = ModelNote(input_shape=images.input_shape, mean=normalise[0], std=normalise[1])
        _write(trained, model_file(begin.module, note), init)
    return trained


def default_augmentation(data: str) -> Augmentation:
    """Return how images of a source are augmented where the user does not say.

    Photographs are cropped and mirrored; digits would become other signs.
    """
    photographs = ("cifar10", "folder", "imagenet", "frames")
    return "crop-flip" if parse_data_source(data).kind in photographs else "none"


def read_training_data(data: str, validation: str | None = None) -> TrainingData:
    """Read images to train on and images to choose the best epoch by.

    Raises:
        InputRefused: they cannot be read, have no labels, or are too few to hold a part out.
    """
    train = load_images(data)
    labels = labels_of(train)
    source = parse_data_source(data)
    if validation is not None:
        held_out = load_images(validation, split="test")
    elif source.has_parts and source.split is None:
        held_out = load_images(f"{data}:test")
    else:
        train, held_out = _hold_out(train)
    labels_of(held_out)
    named = 0 if train.class_names is None else len(train.class_names)
    classes = max(named, int(labels.max()) + 1)
    return TrainingData(train=train, validation=held_out, classes=classes)


def _hold_out(images: ImageSet) -> tuple[ImageSet, ImageSet]:
    """Split images; every tenth is counted class by class.

    In a folder of ten classes that come in turn, every tenth image would be of one class.
    """
    if len(images) < 2 * _HELD_OUT:
        raise InputRefused(
            f"{images.name}: there are {len(images)} {images.noun}, too few to hold a tenth out",
            accepted=f"{2 * _HELD_OUT} or more",
            remedy=f"name other {images.noun} with --validation DATA",
        )
    order = np.argsort(labels_of(images), kind="stable")
    held = np.zeros(len(images), np.bool_)
    held[order[_HELD_OUT - 1 :: _HELD_OUT]] = True
    one = images.noun[:-1]
    return _part(images, ~held, "the others"), _part(images, held, f"every tenth {one}")


def _part(images: ImageSet, chosen: NDArray[np.bool_], which: str) -> ImageSet:
    return ImageSet(
        images=images.images[chosen],
        labels=None if images.labels is None else images.labels[chosen],
        class_names=images.class_names,
        name=f"{images.name} ({which})",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadModule:
    """A PyTorch network.

    Attributes:
        module: the network.
        architecture: what it is, for people.
        note: what fpgaflow wrote into its file, if it did.
    """

    module: nn.Module
    architecture: str
    note: ModelNote | None = None


def read_module(path: str | Path, arch: str | None = None) -> ReadModule:
    """Return the PyTorch network in a model file.

    Raises:
        InputRefused: the file cannot be used, or holds no weights that can be trained.
    """
    loaded = load_model(path, arch=arch)
    if not isinstance(loaded.payload, nn.Module):
        raise InputRefused(
            f"{path} holds an {loaded.kind} network, which cannot be trained",
            accepted="a file of weights: .safetensors, or a PyTorch state_dict",
        )
    # The file's tensors may lie in memory that must not be written to.
    return ReadModule(
        module=copy.deepcopy(loaded.payload),
        architecture=loaded.architecture,
        note=loaded.note,
    )


def _network(
    arch: str | None, init: str | Path | None, images: TrainingData, seed: int
) -> ReadModule:
    if init is not None:
        return read_module(init, arch)
    if arch is None:
        raise InputRefused(
            "neither an architecture nor a model file to begin with was given",
            accepted="--arch NAME for a new network, --init FILE to go on from trained weights",
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = build_own(arch) if ":" in arch else _of_the_zoo(arch, images)
    return ReadModule(module=module, architecture=arch)


def _of_the_zoo(arch: str, images: TrainingData) -> nn.Module:
    """Return a network of the zoo for images of these channels and classes."""
    if arch not in ZOO:
        near = difflib.get_close_matches(arch, ZOO, n=3)
        raise InputRefused(
            f"--arch {arch} is neither an architecture of the zoo nor of the form module:function",
            accepted=f"{', '.join(ZOO)}; or module:function, where function() of your own module "
            "returns the network",
            remedy=f"did you mean {' or '.join(near)}?" if near else "",
        )
    wanted = {"in_channels": images.input_shape[-3], "classes": images.classes}
    options = {name: value for name, value in wanted.items() if name in ZOO[arch].options}
    return build(arch, **options)


def check_model_output(output: Path, *, force: bool) -> Path:
    """Refuse a place where a model file may not appear; return the folder beside it.

    Raises:
        InputRefused: the name does not end in .safetensors, or something is there already that
            `force` may not replace.
    """
    if output.suffix != _SUFFIX or output.name == _SUFFIX:
        raise InputRefused(
            f"the output {output} does not end in {_SUFFIX}", accepted=f"NAME{_SUFFIX}"
        )
    if os.path.lexists(output):
        if not output.is_file() or output.is_symlink():
            raise InputRefused(
                f"the output {output} is there and is no regular file",
                remedy="name another one with -o",
            )
        if not force:
            raise InputRefused(
                f"the output {output} exists already",
                accepted="a file that does not exist yet",
                remedy="name another one with -o, or replace it with --force",
            )
    return output.with_suffix(".training")


@contextmanager
def _folder(folder: Path) -> Generator[None]:
    """Make a folder; where the block ends with nothing in it, it goes again."""
    _make_folder(folder)
    try:
        yield
    finally:
        with suppress(OSError):
            folder.rmdir()  # refuses a folder that holds anything


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise InputRefused(
            f"the folder {folder} cannot be made: {error.strerror}",
            remedy="name another output with -o",
        ) from error


def _write(trained: Trained, model: bytes, init: str | Path | None) -> None:
    """Write what is kept, then remove what only an unfinished training needs."""
    folder, history = trained.folder, trained.history
    kept = f"the training is finished, its best weights are in {folder / BEST}"
    write_aside(trained.output, model, kept=kept)
    about: list[tuple[str, object]] = [
        ("architecture", trained.architecture),
        ("data", trained.data.train.name),
        ("validation", trained.data.validation.name),
        ("init", None if init is None else str(init)),
        ("processes", trained.team.size),
        *trained.settings.as_json().items(),
    ]
    write_aside(folder / HISTORY, history_json(history, about).encode(), kept=kept)
    title = f"{trained.architecture} on {trained.data.train.name}"
    write_aside(folder / CURVES, draw_curves(history, title), kept=kept)
    for name in (LAST, BEST):
        (folder / name).unlink(missing_ok=True)
