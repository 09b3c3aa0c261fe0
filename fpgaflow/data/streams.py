"""Reading an exact number of bytes from a stream that may be damaged."""

from __future__ import annotations

import zlib
from typing import Protocol
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from fpgaflow.errors import InputRefused

_CHUNK_BYTES = 1 << 20

DAMAGED = (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error, BadZipFile)
"""What the readers of the standard library raise on damaged, encrypted or strange files."""


class ByteStream(Protocol):
    """What is read from: a file, a member of an archive, or an unpacking stream."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        ...


def read_bytes(stream: ByteStream, size: int, place: str) -> npt.NDArray[np.uint8]:
    """Return exactly `size` bytes as uint8 [size]; `place` is named where there are fewer."""
    out = np.empty(size, np.uint8)
    done = 0
    while done < size:
        chunk = stream.read(min(_CHUNK_BYTES, size - done))
        if not chunk:
            raise InputRefused(
                f"{place} is truncated: it ends {size - done} bytes early",
                remedy="download or write it again",
            )
        out[done : done + len(chunk)] = np.frombuffer(chunk, np.uint8)
        done += len(chunk)
    return out


def damaged(place: str, error: Exception) -> InputRefused:
    """Return the refusal of a file that a reader of the standard library gave up on."""
    return InputRefused(
        f"{place} is damaged or of another format: {error or type(error).__name__}",
        remedy="download or write it again",
    )
