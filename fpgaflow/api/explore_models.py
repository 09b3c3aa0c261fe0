"""The models and images of an exploration, read once, as what the tasks are given.

Only this process reads a user's files: workers get a real-valued graph and pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpgaflow.api.agreement import has_classes
from fpgaflow.api.explore_blob import Blob, pack_graph, pack_images
from fpgaflow.api.explore_store import Store
from fpgaflow.api.images import Data, Wanted, choose_images, read_images
from fpgaflow.api.network import InputShape, read_network
from fpgaflow.api.progress import Progress
from fpgaflow.data import ImageSet
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.cost import count_cost
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.report.explore_schema import ExploredModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How model files are read, as for `fpgaflow compile`.

    Attributes:
        mean: of the input normalisation; None for what the file tells.
        std: likewise.
        arch: for weights that are not recognised.
        input_shape: of one image, (channels, height, width) or (n,), where the files do not tell.
        wanted: how many images.
    """

    mean: tuple[float, ...] | None
    std: tuple[float, ...] | None
    arch: str | None
    input_shape: InputShape | None
    wanted: Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadModel:
    """One model, read.

    Attributes:
        info: what explore.json says of it.
        graph: the packed canonical real-valued graph.
        images: the packed images.
        described: where the images came from.
        labelled: whether accuracy can be measured.
        classes: that the network tells apart; None where it gives no scores of classes.
    """

    info: ExploredModel
    graph: Blob
    images: Blob
    described: str
    labelled: bool
    classes: int | None


def name_models(files: Sequence[str | Path]) -> tuple[str, ...]:
    """Return a name for each model: its file's, without the ending where that is enough.

    Raises:
        InputRefused: there are none, or one is there twice.
    """
    if not files:
        raise InputRefused("no model was given", accepted="one model file or more")
    texts = [str(file) for file in files]
    twice = next((text for text in texts if texts.count(text) > 1), None)
    if twice is not None:
        raise InputRefused(f"{twice} is there twice", accepted="each model file once")
    for names in ([Path(text).stem for text in texts], [Path(text).name for text in texts]):
        if len(set(names)) == len(names):
            return tuple(names)
    return tuple(texts)


def read_sets(
    calibration: Data, evaluation: Data | None, wanted: Wanted
) -> tuple[ImageSet, ImageSet | None]:
    """Return the images that the user named.

    Raises:
        InputRefused: they cannot be read, or none is to be measured on.
    """
    if not wanted.evaluation:
        raise InputRefused("--evaluate: 0 images to measure on", accepted="1 or more")
    limit = wanted.calibration + (wanted.evaluation if evaluation is None else 0)
    first = read_images(calibration, limit=limit)
    return first, None if evaluation is None else read_images(evaluation, limit=wanted.evaluation)


def read_models(
    files: Sequence[str | Path],
    sets: tuple[ImageSet, ImageSet | None],
    reading: Reading,
    store: Store,
    progress: Progress,
) -> tuple[ReadModel, ...]:
    """Read every model, and put what tasks need into the store.

    Raises:
        InputRefused: a model cannot be used, or the images do not suit it.
        UnsupportedOperator: a model holds an operation that cannot be compiled.
    """
    models: list[ReadModel] = []
    for number, (file, name) in enumerate(zip(files, name_models(files), strict=True)):
        progress.update(number, len(files))
        models.append(_read(file, name, sets, reading, store))
    return tuple(models)


def _read(
    file: str | Path,
    name: str,
    sets: tuple[ImageSet, ImageSet | None],
    reading: Reading,
    store: Store,
) -> ReadModel:
    network = read_network(
        file,
        arch=reading.arch,
        input_shape=reading.input_shape,
        fallback_shape=sets[0].input_shape,
    )
    assert network.sha256 is not None, "a file has a digest"
    images = choose_images(network.graph, *sets, reading.wanted, seed=0)
    mean, std = network.normalisation(reading.mean, reading.std)
    real = canonicalize(network.graph, mean=mean, std=std)
    cost = count_cost(network.graph)
    return ReadModel(
        info=ExploredModel(
            name=name,
            file=str(file),
            architecture=network.architecture,
            sha256=network.sha256,
            parameters=cost.parameters,
            macs=cost.macs,
        ),
        graph=store.blob(pack_graph(real)),
        images=store.blob(pack_images(images)),
        described=images.description,
        labelled=images.labels is not None,
        classes=real.types[real.outputs[0]].channels if has_classes(real) else None,
    )
