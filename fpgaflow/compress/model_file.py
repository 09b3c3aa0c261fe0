"""Model files that fpgaflow writes: weights, and a note of what images or clips they take."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from torch import nn

from fpgaflow.compress.checkpoints import save_tensors

_KEY = "fpgaflow"
_MAX_VALUES = 1 << 24  # of one image: a file must not make its reader allocate more


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNote:
    """What a network's weights do not tell.

    Attributes:
        input_shape: (channels, height, width) of one image, of a clip with frames in front.
        mean: of the input normalisation, on pixels from 0 to 1; one number or one a channel.
        std: likewise.
    """

    input_shape: tuple[int, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]


def model_file(module: nn.Module, note: ModelNote) -> bytes:
    """Return the safetensors file of a network; equal networks give equal bytes.

    The note is in the file's header, which other readers of the format pass over.
    """
    held = {
        "schema": 1,
        "input_shape": list(note.input_shape),
        "mean": [float(value) for value in note.mean],
        "std": [float(value) for value in note.std],
    }
    return save_tensors(module.state_dict(), {_KEY: json.dumps(held)})


def read_note(data: bytes) -> ModelNote | None:
    """Return the note in a safetensors file; None where there is none that makes sense.

    Args:
        data: the file, whole, its header known to be JSON.
    """
    length = int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8 : 8 + length])
        held = json.loads(header["__metadata__"][_KEY])
        shape, mean, std = (held[name] for name in ("input_shape", "mean", "std"))
        if not _are_sizes(shape) or not _are_numbers(mean) or not _are_numbers(std):
            return None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    sizes = tuple(int(size) for size in cast("list[int]", shape))
    return ModelNote(input_shape=sizes, mean=_floats(mean), std=_floats(std))


def _floats(values: object) -> tuple[float, ...]:
    return tuple(float(value) for value in cast("Sequence[float]", values))


def _are_sizes(values: object) -> bool:
    if not isinstance(values, list):
        return False
    sizes = cast("list[object]", values)
    if len(sizes) not in (3, 4) or not all(type(size) is int and size > 0 for size in sizes):
        return False
    return math.prod(cast("list[int]", sizes)) <= _MAX_VALUES


def _are_numbers(values: object) -> bool:
    if not isinstance(values, list):
        return False
    numbers = cast("list[object]", values)
    kinds = (int, float)
    return bool(numbers) and all(
        type(number) in kinds and math.isfinite(cast("float", number)) for number in numbers
    )
