"""Several processes that train one network: on one machine or on many, started by torchrun.

Every process holds all images and the same random numbers, and takes its part of each batch, so
that the sum over the processes is what one process would compute.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn import functional as F

from fpgaflow.errors import ToolFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The processes that train together.

    Attributes:
        rank: this process's number, from 0.
        size: how many there are.
    """

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes files and speaks."""
        return self.rank == 0

    def share(self, count: int) -> slice:
        """Return this process's part of `count` things in a row; the parts differ by at most 1."""
        return slice(self.rank * count // self.size, (self.rank + 1) * count // self.size)

    def add_up(self, values: Tensor) -> Tensor:
        """Return the sum of every process's values."""
        if self.size == 1:
            return values
        total = values.clone()
        dist.all_reduce(total)
        return total

    def spread(self, data: bytes | None, device: torch.device) -> bytes | None:
        """Return the leader's bytes in every process; only the leader needs to have read them."""
        if self.size == 1:
            return data
        length = torch.tensor([-1 if data is None else len(data)], device=device)
        dist.broadcast(length, 0)
        if int(length) < 0:
            return None
        buffer = torch.empty(int(length), dtype=torch.uint8, device=device)
        if data is not None and self.leads:
            buffer.copy_(torch.frombuffer(bytearray(data), dtype=torch.uint8))
        dist.broadcast(buffer, 0)
        return buffer.cpu().numpy().tobytes()


def current_team() -> Team:
    """Return the processes of this run; one alone where none were started together."""
    if not dist.is_available() or not dist.is_initialized():
        return Team()
    return Team(rank=dist.get_rank(), size=dist.get_world_size())


@contextmanager
def joined(device: torch.device) -> Generator[Team]:
    """Join the processes that torchrun started, for as long as the block lasts.

    Raises:
        ToolFailed: another one of them ended early.
    """
    if not dist.is_available() or not dist.is_torchelastic_launched() or dist.is_initialized():
        yield current_team()
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield current_team()
    except RuntimeError as error:
        # gloo has no error class of its own.
        if not isinstance(error, dist.DistError) and "gloo" not in str(error):
            raise
        raise ToolFailed(
            f"process {dist.get_rank()} of {dist.get_world_size()} lost the others: one of them "
            "ended early",
            remedy="read what that one said",
        ) from error
    finally:
        # DistributedDataParallel lies in a reference cycle. If it outlives the group, the process
        # now and then aborts at its end: "terminate called without an active exception".
        gc.collect()
        dist.destroy_process_group()


@contextmanager
def synchronised_batch_norm(module: nn.Module, team: Team) -> Generator[None]:
    """Let every training batch norm take mean and variance over all processes' parts of a batch.

    PyTorch's own SyncBatchNorm refuses the CPU and puts new layers in; here the layers stay the
    same objects, so parameters and hooks do too.
    """
    changed: list[tuple[nn.Module, type[nn.Module]]] = []
    if team.size > 1:
        for layer in module.modules():
            if _is_batch_norm(layer):
                changed.append((layer, type(layer)))
                layer.__class__ = _SharedBatchNorm
    try:
        yield
    finally:
        for layer, kind in changed:
            layer.__class__ = kind


def _is_batch_norm(layer: nn.Module) -> bool:
    return isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d))


class _AddUp(torch.autograd.Function):
    """The sum over all processes; so is its gradient's, as each process's loss depends on it."""

    @staticmethod
    def forward(ctx: object, values: Tensor) -> Tensor:  # noqa: ARG004 - PyTorch passes it
        return current_team().add_up(values)

    @staticmethod
    def backward(ctx: object, *gradients: Tensor) -> Tensor:  # noqa: ARG004
        return current_team().add_up(gradients[0])


def _add_up(values: Tensor) -> Tensor:
    return cast(Tensor, _AddUp.apply(values))


class _SharedBatchNorm(nn.BatchNorm2d):
    """Batch norm over [n, c, ...] whose batch is spread over processes."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the name that PyTorch gives it
        if not self.training:
            return F.batch_norm(
                input,
                self.running_mean,
                self.running_var,
                self.weight,
                self.bias,
                eps=self.eps,
            )
        values = input.to(torch.promote_types(input.dtype, torch.float32))
        axes = [axis for axis in range(values.dim()) if axis != 1]
        shape = [-1 if axis == 1 else 1 for axis in range(values.dim())]
        own = values.new_tensor([values.numel() / values.shape[1]])
        sums = _add_up(torch.cat((values.sum(axes), own)))
        count = sums[-1].detach()
        mean = sums[:-1] / count
        centred = values - mean.view(shape)
        variance = _add_up(centred.square().sum(axes)) / count
        self._track(mean.detach(), variance.detach() * (count / (count - 1)))
        scaled = centred * torch.rsqrt(variance + self.eps).view(shape)
        if self.affine:
            scaled = scaled * self.weight.view(shape) + self.bias.view(shape)
        return scaled.to(input.dtype)

    def _track(self, mean: Tensor, variance: Tensor) -> None:
        if self.running_mean is None or self.running_var is None:
            return
        assert self.num_batches_tracked is not None, "it comes with the running mean"
        self.num_batches_tracked.add_(1)
        part = self.momentum
        if part is None:
            part = 1.0 / float(self.num_batches_tracked)
        self.running_mean.lerp_(mean, part)
        self.running_var.lerp_(variance, part)
