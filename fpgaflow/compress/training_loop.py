"""One epoch of stochastic gradient descent, and its state between epochs."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from fpgaflow.compress.checkpoints import Checkpoint, Json, copied
from fpgaflow.compress.distributed import Team
from fpgaflow.compress.evaluate import evaluating
from fpgaflow.compress.schedule import learning_rate
from fpgaflow.compress.training_history import History, Watcher
from fpgaflow.compress.training_images import (
    Batch,
    LabelledPixels,
    crop_margin,
    draw_batches,
    epoch_seed,
    take_batch,
)
from fpgaflow.compress.training_loss import batch_norm_scales, objective, scale_penalty
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.errors import InputRefused, ToolFailed

_LOOK_EVERY = 20  # batches; looking at the loss waits for the device
_DTYPES = {"float32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What is trained, on what and how.

    Attributes:
        module: the network.
        teacher: to distil from, if any.
        images: to learn from, on the device.
        settings: every hyper-parameter.
        team: the processes that share the work.
        device: where they do it.
        parameters: what the optimizer changes, by name.
        trainable: paths of the submodules that are trained; None for all.
    """

    module: nn.Module
    teacher: nn.Module | None
    images: LabelledPixels
    settings: TrainSettings
    team: Team
    device: torch.device
    parameters: Mapping[str, nn.Parameter]
    trainable: Collection[str] | None

    @contextmanager
    def placed(self) -> Generator[None]:
        """Put the networks on the device and freeze what is not trained, for the block's time.

        Afterwards both are where they were, and every parameter asks for gradients as before.
        """
        networks = [net for net in (self.module, self.teacher) if net is not None]
        places = [_device_of(net) for net in networks]
        asked = [(p, p.requires_grad) for p in self.module.parameters()]
        trained = {id(parameter) for parameter in self.parameters.values()}
        gpus = [self.device] if self.device.type == "cuda" else []
        try:
            for net in networks:
                net.to(self.device)
            for parameter, _ in asked:
                parameter.requires_grad_(id(parameter) in trained)
            # cuDNN else picks algorithms by timing them, and the sums differ from run to run.
            flags = torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True)
            with torch.random.fork_rng(devices=gpus), flags:
                yield
        finally:
            for parameter, ask in asked:
                parameter.requires_grad_(ask)
                parameter.grad = None
            for net, place in zip(networks, places, strict=True):
                net.to(place)


def _device_of(module: nn.Module) -> torch.device:
    first = next(iter(module.parameters()), None)
    return torch.device("cpu") if first is None else first.device


def trained_parameters(
    module: nn.Module, trainable: Collection[str] | None
) -> dict[str, nn.Parameter]:
    """Return the parameters of the submodules named, or all of them, by their full name.

    Raises:
        InputRefused: a name is of no submodule, or there is nothing to train.
    """
    if trainable is not None:
        known = dict(module.named_modules())
        for path in trainable:
            if path not in known:
                raise InputRefused(
                    f"there is no submodule {path!r} to train",
                    accepted="paths such as " + ", ".join(list(known)[1:4]),
                )
    found = {
        name: parameter
        for name, parameter in module.named_parameters()
        if trainable is None or any(_is_under(name, path) for path in trainable)
    }
    if not found:
        raise InputRefused("there is no parameter to train", accepted="at least one")
    return found


def _is_under(name: str, path: str) -> bool:
    return path in ("", name) or name.startswith(f"{path}.")


class Loop:
    """The optimizer with its state; the run must be placed."""

    def __init__(self, run: Run) -> None:
        settings = run.settings
        self._run = run
        self._optimizer = torch.optim.SGD(
            run.parameters.values(),
            lr=settings.learning_rate,
            momentum=settings.momentum,
            nesterov=settings.nesterov,
            weight_decay=settings.weight_decay,
        )
        self._scaler = torch.amp.GradScaler(run.device.type, enabled=settings.amp == "fp16")
        self._margin = crop_margin(*run.images.pixels.shape[-3:-1])
        self._scales = batch_norm_scales(run.module)
        self._network = run.module
        if run.team.size > 1:
            self._network = DistributedDataParallel(run.module)

    def train_epoch(self, epoch: int, watcher: Watcher) -> float:
        """Train for one epoch, counted from 1; return its mean loss.

        Raises:
            ToolFailed: the loss of a batch is NaN or infinite.
        """
        run, settings = self._run, self._run.settings
        seed = epoch_seed(settings.seed, epoch)
        torch.manual_seed(seed + run.team.rank)  # dropout's, different in each process
        self._set_modes()
        batches = list(
            draw_batches(
                len(run.images),
                settings.batch,
                seed,
                augment=settings.augment,
                margin=self._margin,
            )
        )
        losses: list[float] = []
        pending: list[Tensor] = []
        for number, batch in enumerate(batches, start=1):
            self._set_rate(epoch - 1 + (number - 1) / len(batches))
            pending.append(self._step(batch))
            if len(pending) == _LOOK_EVERY or number == len(batches):
                losses += self._finite(pending, len(losses), len(batches))
                pending.clear()
                watcher.batches(number, len(batches), sum(losses) / len(losses))
        sizes = [len(batch.chosen) for batch in batches]
        total = sum(loss * size for loss, size in zip(losses, sizes, strict=True))
        return total / sum(sizes)

    def checkpoint(
        self,
        identity: Mapping[str, Json],
        history: History,
        best: Mapping[str, Tensor] | None = None,
    ) -> Checkpoint:
        """Return the state now; where `best` is None, this is the best epoch."""
        weights = copied(self._run.module.state_dict())
        buffers = {
            name: self._optimizer.state[parameter].get("momentum_buffer")
            for name, parameter in self._run.parameters.items()
        }
        scaler = self._scaler.state_dict() if self._scaler.is_enabled() else {}
        return Checkpoint(
            identity=identity,
            history=history,
            weights=weights,
            best=weights if best is None else best,
            momentum=copied({n: buffer for n, buffer in buffers.items() if buffer is not None}),
            scaler=scaler,
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to a state."""
        self._run.module.load_state_dict(checkpoint.weights)
        for name, buffer in checkpoint.momentum.items():
            state = self._optimizer.state[self._run.parameters[name]]
            state["momentum_buffer"] = buffer.to(self._run.device, copy=True)
        if checkpoint.scaler:
            self._scaler.load_state_dict(dict(checkpoint.scaler))

    def _set_rate(self, trained: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(self._run.settings, trained)

    def _set_modes(self) -> None:
        """Layers that are not trained stay in evaluation mode: their statistics are frozen, too."""
        trainable = self._run.trainable
        self._network.train()
        if trainable is None:
            return
        for path, layer in self._run.module.named_modules():
            layer.training = any(_is_under(path, wanted) for wanted in trainable)

    def _step(self, batch: Batch) -> Tensor:
        """Change the weights once; return this process's part of the batch's mean loss."""
        run, size = self._run, len(batch.chosen)
        inputs, labels = take_batch(run.images, batch, run.team.share(size), self._margin)
        dtype = _DTYPES[run.settings.amp]
        with torch.autocast(run.device.type, dtype=dtype, enabled=dtype is not torch.float32):
            taught = self._taught(inputs)
            scores = self._network(inputs)
        loss = objective(scores, labels, taught, run.settings) / size
        penalty = scale_penalty(self._scales, run.settings)
        # The processes' gradients are averaged: each counts its images' part as often.
        whole = loss * run.team.size if penalty is None else loss * run.team.size + penalty
        self._optimizer.zero_grad()
        with warnings.catch_warnings():
            # Of layers with one input channel; the gradient is copied, which is all the same.
            warnings.filterwarnings("ignore", message="Grad strides do not match bucket view")
            self._scaler.scale(whole).backward()
        self._scaler.step(self._optimizer)
        self._scaler.update()
        shown = loss if penalty is None else loss + penalty / run.team.size
        return shown.detach()

    def _taught(self, inputs: Tensor) -> Tensor | None:
        teacher = self._run.teacher
        if teacher is None:
            return None
        with evaluating(teacher), torch.no_grad():
            return teacher(inputs)

    def _finite(self, pending: list[Tensor], before: int, batches: int) -> list[float]:
        losses = self._run.team.add_up(torch.stack(pending).double()).tolist()
        for number, loss in enumerate(losses, start=before + 1):
            if not abs(loss) < float("inf"):
                raise ToolFailed(f"the loss of batch {number} of {batches} is {loss}")
        return losses
