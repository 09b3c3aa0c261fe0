"""Limits on what a model file may hold, and the one list of errors that damage can cause.

The limits keep a load under 2 GB of memory whatever the file claims: at most three copies of the
file are held at a time, and half-precision weights double when they become float32.
"""

from __future__ import annotations

import pickle
import struct
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager

from fpgaflow.errors import InputRefused

MIB = 1 << 20
MAX_FILE_BYTES = 256 * MIB
MAX_RECORDS = 20_000
MAX_PICKLE_BYTES = 16 * MIB
MAX_PICKLE_OPERATIONS = 500_000
MAX_JSON_BYTES = 16 * MIB
MAX_PROTOBUF_STRUCTURE_BYTES = 8 * MIB
MAX_PROTOBUF_FIELDS = 300_000

ACCEPTED = (
    "weights as .safetensors or as a PyTorch state_dict (.pt, .pth, .th); "
    "a network as ONNX (.onnx) or from torch.export (.pt2)"
)
SAVE_WEIGHTS = (
    "in the program that made it, save the weights alone with "
    "torch.save(model.state_dict(), path) or export the network to ONNX"
)
GET_AGAIN = "download or copy the file again, or save it again from the program that made it"

# What the zip, pickle, JSON, torch, safetensors and onnx readers raise on damaged or hostile bytes.
# SafetensorError, DecodeError and ValidationError are direct subclasses of Exception and are caught
# where those packages are used, which are imported only when needed.
LOADER_ERRORS: tuple[type[Exception], ...] = (
    ArithmeticError,  # OverflowError and ZeroDivisionError among them
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,  # IndexError and KeyError
    MemoryError,
    OSError,
    RuntimeError,  # RecursionError and NotImplementedError among them
    TypeError,
    ValueError,  # UnicodeDecodeError and JSONDecodeError among them
    pickle.UnpicklingError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def refusal(source: str, what: str, remedy: str = GET_AGAIN) -> InputRefused:
    """The error for a file that cannot be used: `source` names it, `what` says what it is."""
    return InputRefused(f"{source} {what}", accepted=ACCEPTED, remedy=remedy)


@contextmanager
def refusing_damage(
    source: str, what: str, also: tuple[type[Exception], ...] = ()
) -> Generator[None]:
    """Turn every error that damage can cause into a refusal.

    Args:
        source: the file's name.
        what: what the file was found to be, such as "is a torch.save archive".
        also: errors of the package that reads it.

    Raises:
        InputRefused: in place of the errors in LOADER_ERRORS and `also`.
    """
    try:
        yield
    except (*LOADER_ERRORS, *also) as error:
        raise refusal(source, f"{what}, but it is damaged ({_first_line(error)})") from error


def _first_line(error: Exception) -> str:
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")[:120]
    if text and type(error) is ValueError:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
