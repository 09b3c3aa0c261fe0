"""The network that a user hands over, in whatever form, as a real-valued graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn
from torch.export import ExportedProgram

from fpgaflow.compress.model_file import ModelNote
from fpgaflow.errors import InputRefused
from fpgaflow.frontend.checkpoint import LoadedModel, load_model
from fpgaflow.frontend.names import sanitise
from fpgaflow.frontend.onnx_import import import_onnx
from fpgaflow.frontend.torch_export import import_exported, import_module, refuse_recurrent
from fpgaflow.ir.graph import Graph

Model = str | Path | nn.Module | onnx.ModelProto | ExportedProgram
Example = torch.Tensor | NDArray[np.generic] | Sequence[int]
InputShape = tuple[int, ...]

_MAX_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network before any pass.

    Attributes:
        graph: real-valued; its input is the normalised image.
        architecture: what it was recognised as, for people.
        sha256: of the file it came from, hexadecimal; None for an object of Python's.
        note: what fpgaflow wrote into that file, if it did.
        module: the PyTorch network, where it is one.
    """

    graph: Graph
    architecture: str
    sha256: str | None
    note: ModelNote | None = None
    module: nn.Module | None = None

    def normalisation(
        self, mean: Sequence[float] | None, std: Sequence[float] | None
    ) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return mean and standard deviation: what the user gave, else the file's, else 0 and 1."""
        return normalisation(self.note, mean, std)


def normalisation(
    note: ModelNote | None, mean: Sequence[float] | None, std: Sequence[float] | None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and standard deviation: what the user gave, else the note's, else 0 and 1."""
    written = ((0.0,), (1.0,)) if note is None else (note.mean, note.std)
    return (
        written[0] if mean is None else tuple(mean),
        written[1] if std is None else tuple(std),
    )


def read_network(
    model: Model,
    *,
    arch: str | None = None,
    input_shape: InputShape | None = None,
    fallback_shape: InputShape | None = None,
) -> Network:
    """Turn a model into a graph.

    Args:
        model: a model file, a PyTorch module, an exported program or an ONNX model.
        arch: for files of weights alone; a zoo name or "module:function".
        input_shape: of one image, (channels, height, width) or (n,), where the user gave it.
        fallback_shape: what to take where neither the user nor the model tells.

    Raises:
        InputRefused: the model cannot be used, or the size of its image is not known.
        UnsupportedOperator: an operation that cannot be compiled.
    """
    if not isinstance(model, (str, Path)):
        name = network_name(model)
        graph = _import(model, input_shape or fallback_shape, name)
        return Network(
            graph=graph,
            architecture=type(model).__name__,
            sha256=None,
            module=model if isinstance(model, nn.Module) else None,
        )
    loaded = load_model(model, arch=arch)
    return network_of(loaded, input_shape or loaded.input_shape or fallback_shape, model)


def network_of(loaded: LoadedModel, shape: InputShape | None, path: str | Path) -> Network:
    """Turn what a model file holds into a graph.

    Args:
        loaded: from `load_model`.
        shape: of one image, (channels, height, width) or (n,), where it is known.
        path: the file.

    Raises:
        InputRefused: the network cannot be used, or the size of its image is not known.
        UnsupportedOperator: an operation that cannot be compiled.
    """
    return Network(
        graph=_import(loaded.payload, shape, network_name(path)),
        architecture=loaded.architecture,
        sha256=loaded.sha256,
        note=loaded.note,
        module=loaded.payload if isinstance(loaded.payload, nn.Module) else None,
    )


def network_name(model: Model) -> str:
    """Return a name for a network: its file's or class's, as an identifier."""
    text = Path(model).stem if isinstance(model, (str, Path)) else type(model).__name__
    return sanitise(text)[:_MAX_NAME].rstrip("_")


def example_shape(example: Example | None) -> InputShape | None:
    """Return the shape of one image of an example input.

    Args:
        example: a batch [n, channels, height, width] or [n, features], one image
            [channels, height, width], or the shape of one image itself.

    Raises:
        InputRefused: it is none of these.
    """
    if example is None:
        return None
    if isinstance(example, (torch.Tensor, np.ndarray)):
        shape = tuple(int(size) for size in example.shape)
        shape = shape[1:] if len(shape) in (2, 4) else shape
    else:
        shape = tuple(int(size) for size in example)
    if len(shape) not in (1, 3) or min(shape) < 1:
        raise InputRefused(
            f"the example input has the shape {list(shape)}",
            accepted="a batch [n, channels, height, width] or [n, features], or the shape of one "
            "image: (channels, height, width) or (features,)",
        )
    return shape


def _import(
    payload: nn.Module | onnx.ModelProto | ExportedProgram, shape: InputShape | None, name: str
) -> Graph:
    if isinstance(payload, onnx.ModelProto):
        return import_onnx(payload, name=name)
    if isinstance(payload, ExportedProgram):
        return import_exported(payload, name=name)
    refuse_recurrent(payload, name)  # before the size of its clips is asked for
    if shape is None:
        raise InputRefused(
            f"{name}: the size of its input image is not known",
            accepted="an input shape, or calibration images of the right size",
            remedy="give --input-shape CHANNELS,HEIGHT,WIDTH (in Python: example_input=)",
        )
    return import_module(payload, shape, name=name)
