"""Several networks beside each other: what they reach, and what they cost."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from fpgaflow.api.network import normalisation
from fpgaflow.compress.costs import Costs, costs
from fpgaflow.compress.evaluate import accuracy
from fpgaflow.compress.training_images import Normalise, labels_of
from fpgaflow.data import ImageSet, load_images
from fpgaflow.errors import InputRefused
from fpgaflow.frontend.checkpoint import LoadedModel, load_model

BATCH = 32
"""Images, or frames of clips, at a time when CPU time is measured."""

_WARM_UPS, _RUNS, _FEWEST_RUNS, _ENOUGH_S = 2, 15, 3, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One network.

    Attributes:
        file: its file, as given.
        architecture: what it was recognised as.
        input_shape: of one image, (channels, height, width), of a clip with frames in front.
        accuracy: from 0 to 1; None without images.
        costs: of one image or clip, counted.
        model_bytes: of all its tensors, batch norm's statistics included.
        cpu_seconds: for a batch, measured here: the median of several runs.
    """

    file: str
    architecture: str
    input_shape: tuple[int, ...]
    accuracy: float | None
    costs: Costs
    model_bytes: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Networks; the first is the one that the others are compared with.

    Attributes:
        data: the images that accuracy was measured on; None without.
        images: how many there were.
        threads: of the CPU that PyTorch used.
        batch: how many images or clips CPU time was measured for: 32 images, or clips of about
            32 frames in all.
        networks: in the order given.
    """

    data: str | None
    images: int
    threads: int
    batch: int
    networks: tuple[Compared, ...]

    @property
    def noun(self) -> str:
        """What the first network takes: images or clips."""
        return "images" if len(self.networks[0].input_shape) == 3 else "clips"

    def drop(self, network: Compared) -> float | None:
        """Return by how much a network's accuracy is below the first's, in parts of 1."""
        before = self.networks[0].accuracy
        if before is None or network.accuracy is None:
            return None
        return before - network.accuracy

    def macs_reduction(self, network: Compared) -> float:
        """Return the part of the first network's MACs that a network does without."""
        return _less(self.networks[0].costs.macs, network.costs.macs)

    def flops_reduction(self, network: Compared) -> float:
        """Return the part of the first network's paper FLOPs that a network does without."""
        return _less(self.networks[0].costs.paper_flops, network.costs.paper_flops)

    def as_json(self) -> dict[str, object]:
        """Return what `fpgaflow compare --json` prints."""
        return {
            "data": self.data,
            "images": self.images,
            "threads": self.threads,
            "batch": self.batch,
            "networks": [
                {
                    **asdict(network),
                    "paper_flops": network.costs.paper_flops,
                    "drop": self.drop(network),
                    "macs_reduction": self.macs_reduction(network),
                    "paper_flops_reduction": self.flops_reduction(network),
                }
                for network in self.networks
            ],
        }


def compare_models(
    models: Sequence[str | Path],
    *,
    data: str | None = None,
    limit: int | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    arch: str | None = None,
    input_shape: tuple[int, ...] | None = None,
) -> Comparison:
    """Measure and count several model files.

    Args:
        models: files of weights; the others are compared with the first.
        data: a data source with labels; of a data set with parts, the test part unless it names
            another.
        limit: take so many images at most.
        mean: of the input normalisation; by default what fpgaflow wrote into each file, else 0.
        std: likewise, else 1.
        arch: for weights that are not recognised.
        input_shape: (channels, height, width), of clips with frames in front; by default that of
            the images, else the file's.

    Raises:
        InputRefused: a model or the images cannot be used.
        ToolFailed: a network gives NaN or infinity.
    """
    images = None if data is None else load_images(data, limit=limit, split="test")
    if images is not None:
        labels_of(images)
        input_shape = input_shape or images.input_shape
    read = [_read(model, arch, input_shape) for model in models]
    batch = max(1, BATCH // math.prod(read[0].shape[:-3]))
    return Comparison(
        data=data,
        images=0 if images is None else len(images),
        threads=torch.get_num_threads(),
        batch=batch,
        networks=tuple(
            _compare(one, images, normalisation(one.loaded.note, mean, std), batch) for one in read
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Read:
    """A model file, its network, and the shape of what it takes."""

    file: str
    loaded: LoadedModel
    module: nn.Module
    shape: tuple[int, ...]


def _read(model: str | Path, arch: str | None, input_shape: tuple[int, ...] | None) -> _Read:
    loaded = load_model(model, arch=arch)
    module = _module(model, loaded)
    shape = input_shape or loaded.input_shape
    if shape is None:
        raise InputRefused(
            f"{model}: the size of its input image is not known",
            remedy="give --input-shape CHANNELS,HEIGHT,WIDTH, "
            "of clips FRAMES,CHANNELS,HEIGHT,WIDTH",
        )
    return _Read(file=str(model), loaded=loaded, module=module, shape=shape)


def _compare(one: _Read, images: ImageSet | None, normalise: Normalise, batch: int) -> Compared:
    state = one.module.state_dict().values()
    return Compared(
        file=one.file,
        architecture=one.loaded.architecture,
        input_shape=one.shape,
        costs=_costs(one.file, one.module, one.shape),
        accuracy=None if images is None else accuracy(one.module, images, normalise, device="cpu"),
        model_bytes=sum(tensor.numel() * tensor.element_size() for tensor in state),
        cpu_seconds=_cpu_seconds(one.module, one.shape, batch),
    )


def _module(model: str | Path, loaded: LoadedModel) -> nn.Module:
    if isinstance(loaded.payload, nn.Module):
        return loaded.payload
    raise InputRefused(
        f"{model} holds an {loaded.kind} network, whose layers cannot be counted here",
        accepted="files of weights: .safetensors, or a PyTorch state_dict",
        remedy="`fpgaflow inspect` shows its layers",
    )


def _costs(model: str, module: nn.Module, shape: tuple[int, ...]) -> Costs:
    try:
        return costs(module, shape)
    except (RuntimeError, ValueError) as error:
        size = "x".join(str(extent) for extent in shape)
        clips = len(shape) == 4
        axes = "frames, channels, height, width" if clips else "channels, height, width"
        raise InputRefused(
            f"{model} cannot take {'clips' if clips else 'images'} of {size} ({axes}): "
            f"{str(error).splitlines()[0]}",
            remedy="give the size that it was made for with --input-shape CHANNELS,HEIGHT,WIDTH"
            ", of clips FRAMES,CHANNELS,HEIGHT,WIDTH",
        ) from error


def _cpu_seconds(module: nn.Module, shape: tuple[int, ...], batch: int) -> float:
    images = torch.rand((batch, *shape), generator=torch.Generator().manual_seed(0))
    seconds: list[float] = []
    with torch.inference_mode():
        for _ in range(_WARM_UPS):
            module(images)
        while len(seconds) < _RUNS and (len(seconds) < _FEWEST_RUNS or sum(seconds) < _ENOUGH_S):
            start = time.perf_counter()
            module(images)
            seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _less(before: int, after: int) -> float:
    return 1 - after / before if before else 0.0
