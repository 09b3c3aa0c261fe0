"""Runs a build or a model file on images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.api.build import load
from fpgaflow.api.evaluate import predict
from fpgaflow.api.images import Data, fit_images, pixels_for, read_images
from fpgaflow.api.packages import require_packages
from fpgaflow.api.predictions import Predictions
from fpgaflow.api.stored_images import stored_images
from fpgaflow.data.image_set import ImageSet
from fpgaflow.errors import InputRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came out.

    Attributes:
        arithmetic: "fixed point" (a build, exact) or "floating point" (a model file).
        predictions: the scores.
        images: the images, with labels where known.
    """

    arithmetic: str
    predictions: Predictions
    images: ImageSet

    @property
    def accuracy(self) -> float | None:
        """The part of the images whose class is their label; None without labels."""
        labels = self.images.labels
        return None if labels is None else self.predictions.accuracy(labels)


def try_out(
    path: str | Path,
    images: Data | None = None,
    *,
    limit: int | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    arch: str | None = None,
    input_shape: tuple[int, ...] | None = None,
) -> Trial:
    """Run a build folder exactly, or a model file in floating point.

    Args:
        path: a build folder or a model file.
        images: what to run on; by default the images that the build keeps.
        limit: take so many at most.
        mean: of the input normalisation; for model files, a build has its own. By default what
            fpgaflow wrote into the file, else 0.
        std: likewise, else 1.
        arch: for model files whose weights are not recognised.
        input_shape: (channels, height, width) for model files that do not tell.

    Raises:
        InputRefused: the model, the build or the images cannot be used.
        UnsupportedOperator: a model file holds an operation that cannot be compiled.
    """
    if Path(path).is_dir():
        build = load(path)
        given = stored_images(build.folder) if images is None else read_images(images, limit=limit)
        given = read_images(given, limit=limit)
        return Trial(arithmetic="fixed point", predictions=build.run(given), images=given)
    require_packages("running a model file")
    if images is None:
        raise InputRefused(
            f"no images were given for {path}", remedy="name some with --images DATA"
        )
    from fpgaflow.api.network import read_network
    from fpgaflow.passes.canonical import canonicalize

    given = read_images(images, limit=limit)
    network = read_network(
        path, arch=arch, input_shape=input_shape, fallback_shape=given.input_shape
    )
    mean, std = network.normalisation(mean, std)
    real = canonicalize(network.graph, mean=mean, std=std)
    pixels = pixels_for(fit_images(given, real), real)
    return Trial(
        arithmetic="floating point",
        predictions=predict(real, pixels, given.class_names),
        images=given,
    )
