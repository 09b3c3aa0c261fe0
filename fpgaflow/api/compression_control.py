"""The control experiments of a compressed model file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from torch import Tensor, nn

from fpgaflow.api.compression import Compressed, Job, Viewer, compress_file, weights_of
from fpgaflow.api.compression_files import HISTORY, PLAN
from fpgaflow.api.training import check_model_output
from fpgaflow.compress.bench import Bench
from fpgaflow.compress.control import Control, ControlSettings, Kind, begin_control, train_control
from fpgaflow.compress.outcome import Outcome
from fpgaflow.compress.plan import Plan, Setting, read_plan
from fpgaflow.compress.record import read_epochs
from fpgaflow.compress.replay import replay
from fpgaflow.compress.selection import Limits
from fpgaflow.compress.training_settings import Augmentation, Precision, TrainSettings
from fpgaflow.errors import InputRefused
from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.frontend.checkpoint_safetensors import load_safetensors

_NEW_WEIGHTS_RATE, _NEW_WEIGHTS_BATCH = 0.1, 128


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlJob:
    """Which control experiment, of what, with what, and where to.

    Attributes:
        model: the file that was compressed.
        like: NAME.safetensors that came of it; NAME.plan.json and NAME.history.json are beside it.
        kind: which experiment.
        data, validation, output, force, resume, arch, mean, std: as in `Job`; mean and std are by
            default what the compression had.
        limits: what every group keeps; not for `scratch`.
        epochs: of the training; None for all that the compression trained.
        patience: stop after so many epochs without a new best; None never.
        learning_rate: None for what the compression had; for new weights 0.1, or as much less as
            the batch is smaller than 128.
        batch, momentum, weight_decay, augment, amp: None for what the compression had.
        seed: of the new weights or the drawn channels, and of the training.
        device: "cpu", "cuda" or "cuda:N".
    """

    model: Path
    like: Path
    kind: Kind
    data: str
    validation: str | None = None
    output: Path
    force: bool = False
    resume: bool = True
    arch: str | None = None
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    limits: Limits
    epochs: int | None = None
    patience: int | None = None
    learning_rate: float | None = None
    batch: int | None = None
    momentum: float | None = None
    weight_decay: float | None = None
    augment: Augmentation | None = None
    amp: Precision | None = None
    seed: int = 0
    device: str = "cpu"


def control_file(job: ControlJob, viewer: Viewer | None = None) -> Compressed:
    """Run a control experiment of a compressed model file; see `compress_file`.

    Raises:
        InputRefused: the compressed file has no plan or history beside it, does not fit its plan,
            or was made from another file; no widths have so few MACs; or as `compress_file`.
        ToolFailed, ToolMissing: as `compress_file`.
    """
    check_model_output(job.output, force=job.force)
    plan = _read_plan(job.like)
    trained = _epochs(job)
    tuning = _tuning(job, plan, job.like, sum(trained))
    settings = ControlSettings(kind=job.kind, plan=plan, limits=job.limits, tuning=tuning)
    begin, digest = _begin(job, settings)

    def run(_module: nn.Module, _accuracy: float, bench: Bench) -> Outcome:
        if bench.input_shape != plan.source.input_shape:
            sizes = ["x".join(map(str, shape)) for shape in
                     (bench.input_shape, plan.source.input_shape)]  # fmt: skip
            raise InputRefused(
                f"the images are {sizes[0]} (channels, height, width)",
                accepted=f"{sizes[1]}, on which {job.like} was made",
            )
        return train_control(begin, bench, settings)

    inner = Job(
        model=job.model,
        data=job.data,
        validation=job.validation,
        output=job.output,
        force=job.force,
        resume=job.resume,
        arch=job.arch,
        mean=job.mean or _numbers(plan, job.like, "mean"),
        std=job.std or _numbers(plan, job.like, "std"),
        tuning=tuning,
    )
    return compress_file(inner, "control", run, _control_json(job, plan, digest, trained), viewer)


def plan_of(like: Path) -> Path:
    """Return where the plan of a compressed model file is."""
    return like.with_name(like.stem + PLAN)


def _read_plan(like: Path) -> Plan:
    if not like.is_file():
        raise InputRefused(
            f"{like} is no file", accepted="NAME.safetensors that a compression wrote"
        )
    path = plan_of(like)
    if not path.is_file():
        raise InputRefused(
            f"there is no {path}, which says how {like} was made",
            accepted="NAME.safetensors with NAME.plan.json beside it, as the compression wrote "
            "them",
        )
    return read_plan(path)


def _epochs(job: ControlJob) -> tuple[int, ...]:
    """Return the epochs of each training of the compression; none where they are given."""
    if job.epochs is not None:
        return ()
    path = job.like.with_name(job.like.stem + HISTORY)
    if not path.is_file():
        raise InputRefused(
            f"there is no {path}, which says how long the compression trained",
            accepted="NAME.safetensors with NAME.history.json beside it, as the compression wrote "
            "them",
            remedy="give --epochs N",
        )
    trained = read_epochs(path)
    if not sum(trained):
        raise InputRefused(
            f"{path} lists no epoch of any training",
            accepted="the history of a compression that trained",
            remedy="give --epochs N",
        )
    return trained


def _tuning(job: ControlJob, plan: Plan, like: Path, trained: int) -> TrainSettings:
    recorded = _Recorded(plan, plan_of(like))
    batch = recorded.whole("batch") if job.batch is None else job.batch
    rate = job.learning_rate
    if rate is None and job.kind == "scratch":
        rate = _NEW_WEIGHTS_RATE * min(1.0, batch / _NEW_WEIGHTS_BATCH)
    augment: Augmentation = (
        recorded.choice("augment", get_args(Augmentation)) if job.augment is None else job.augment
    )  # pyright: ignore[reportAssignmentType] - it is one of them
    amp: Precision = recorded.choice("amp", get_args(Precision)) if job.amp is None else job.amp  # pyright: ignore[reportAssignmentType]
    return TrainSettings(
        epochs=trained if job.epochs is None else job.epochs,
        restart_epochs=None,
        patience=job.patience,
        batch=batch,
        learning_rate=recorded.number("learning_rate") if rate is None else rate,
        momentum=recorded.number("momentum") if job.momentum is None else job.momentum,
        nesterov=plan.settings.get("nesterov") is True,
        weight_decay=recorded.number("weight_decay")
        if job.weight_decay is None
        else job.weight_decay,
        augment=augment,
        seed=job.seed,
        amp=amp,
        device=job.device,
    )


class _Recorded:
    """The settings of a plan, each checked."""

    def __init__(self, plan: Plan, path: Path) -> None:
        self._settings, self._path = plan.settings, path

    def whole(self, name: str) -> int:
        value = self._settings.get(name)
        if type(value) is not int:
            raise self._refusal(name, value, "a whole number")
        return value

    def number(self, name: str) -> float:
        value = self._settings.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._refusal(name, value, "a number")
        return float(value)

    def choice(self, name: str, accepted: tuple[str, ...]) -> str:
        value = self._settings.get(name)
        if not isinstance(value, str) or value not in accepted:
            raise self._refusal(name, value, ", ".join(accepted))
        return value

    def _refusal(self, name: str, value: Setting, accepted: str) -> InputRefused:
        return InputRefused(
            f"{self._path}: the setting {name} is {value!r}",
            accepted=accepted,
            remedy=f"give --{name.replace('_', '-')}",
        )


def _numbers(plan: Plan, like: Path, name: str) -> tuple[float, ...]:
    text = plan.settings.get(name)
    try:
        return tuple(float(part) for part in str(text).split(","))
    except ValueError as error:
        raise InputRefused(
            f"{plan_of(like)}: the setting {name} is {text!r}",
            accepted="numbers with commas between",
            remedy=f"give --{name}",
        ) from error


def _begin(job: ControlJob, settings: ControlSettings) -> tuple[Control, str]:
    """Return the network to train and the compressed file's SHA-256.

    Files that do not belong together are refused, before hours go by.
    """
    plan, source = settings.plan, settings.plan.source
    loaded = load_model(job.model, arch=job.arch)
    if loaded.sha256 != source.sha256:
        raise InputRefused(
            f"{job.model} has SHA-256 {loaded.sha256}, and {job.like} was made from another file",
            accepted=f"{source.file}, SHA-256 {source.sha256}",
        )
    module = weights_of(loaded, job.model)
    data = job.like.read_bytes()
    _check_shapes(job.like, load_safetensors(data, str(job.like)), module, plan)
    begin = begin_control(module, source.input_shape, settings)
    return begin, hashlib.sha256(data).hexdigest()


def _check_shapes(like: Path, weights: dict[str, Tensor], module: nn.Module, plan: Plan) -> None:
    made = replay(module, plan.source.input_shape, plan.steps).state_dict()
    for name in dict.fromkeys((*made, *weights)):
        found, wanted = (
            "missing" if tensor is None else f"of shape {list(tensor.shape)}"
            for tensor in (weights.get(name), made.get(name))
        )
        if found != wanted:
            raise InputRefused(
                f"{like} is not what {plan_of(like)} makes: {name} is {found}",
                accepted=f"{name} {wanted}",
                remedy="keep both files as the compression wrote them",
            )


def _control_json(
    job: ControlJob, plan: Plan, digest: str, trained: tuple[int, ...]
) -> dict[str, Setting]:
    narrows = job.kind != "scratch"
    return {
        "kind": job.kind,
        "like": job.like.name,
        "like_sha256": digest,
        "like_method": plan.method,
        "like_accuracy": plan.after.accuracy,
        "target_macs": plan.after.macs,
        "epochs_from": "--epochs"
        if job.epochs is not None
        else f"all {len(trained)} trainings in {job.like.stem + HISTORY}",
        "min_channels": job.limits.min_channels if narrows else None,
        "round_channels": job.limits.round_channels if narrows else None,
    }
