"""Load a model file that somebody handed over, without running anything in it.

The file is read once; those bytes are classified by content, checked against limits, vetted, and
only then given to a reader. Everything that is not accepted is refused with what it was found to be
and what to do about it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import onnx
from torch import nn
from torch.export import ExportedProgram

from fpgaflow.compress.model_file import ModelNote, read_note
from fpgaflow.errors import InputRefused
from fpgaflow.frontend.checkpoint_arch import fill
from fpgaflow.frontend.checkpoint_guard import (
    ACCEPTED,
    MAX_FILE_BYTES,
    MIB,
    SAVE_WEIGHTS,
    refusal,
)
from fpgaflow.frontend.checkpoint_onnx import load_onnx
from fpgaflow.frontend.checkpoint_pickle import refuse_pickle
from fpgaflow.frontend.checkpoint_pt2 import load_pt2
from fpgaflow.frontend.checkpoint_safetensors import load_safetensors
from fpgaflow.frontend.checkpoint_torch import load_torch_legacy, load_torch_zip
from fpgaflow.frontend.checkpoint_weights import clean_weights, find_state_dict
from fpgaflow.frontend.sniff import FileKind, sniff

_UNPACK = "unpack it first and give the model file inside it"
_EXPORT_ONNX = "export the network to ONNX, or save its weights as .safetensors"
_FOR_IMAGES = "save the weights as .safetensors; NumPy files are for calibration images"
_WRONG_FILE = "give the model file itself; if this was downloaded, download it again"
_REMEDIES: Mapping[FileKind, str] = {
    FileKind.EMPTY: "save or download the file again",
    FileKind.TORCHSCRIPT: "TorchScript can run code when loaded; " + SAVE_WEIGHTS,
    FileKind.PT2_OLD: "export it again with PyTorch 2.8 or later, or " + _EXPORT_ONNX,
    FileKind.NPZ: _FOR_IMAGES,
    FileKind.NPY: _FOR_IMAGES,
    FileKind.KERAS: _EXPORT_ONNX,
    FileKind.HDF5: _EXPORT_ONNX,
    FileKind.TFLITE: _EXPORT_ONNX,
    FileKind.GGUF: _EXPORT_ONNX,
    FileKind.ZIP_OTHER: _UNPACK,
    FileKind.GZIP: _UNPACK,
    FileKind.BZIP2: _UNPACK,
    FileKind.XZ: _UNPACK,
    FileKind.SEVEN_ZIP: _UNPACK,
    FileKind.TAR: _UNPACK,
    FileKind.GIT_LFS: "fetch the file it points to with `git lfs pull`",
    FileKind.ZIP_TRUNCATED: "download or copy the file again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A network that came from a file.

    Attributes:
        kind: "module" for weights in a PyTorch module, "onnx", or "exported" for torch.export.
        payload: the nn.Module in evaluation mode, the onnx.ModelProto, or the ExportedProgram.
        architecture: the recognised or given architecture; "onnx" or "exported" otherwise.
        sha256: of the file's bytes, hexadecimal.
        input_shape: (channels, height, width) of one image, of a clip with frames in front, where
            given or known.
        note: what fpgaflow wrote about a network that it trained, where the file is one of those.
    """

    kind: Literal["module", "onnx", "exported"]
    payload: nn.Module | onnx.ModelProto | ExportedProgram
    architecture: str
    sha256: str
    input_shape: tuple[int, ...] | None
    note: ModelNote | None = None


def load_model(
    path: str | Path, *, arch: str | None = None, input_shape: tuple[int, ...] | None = None
) -> LoadedModel:
    """Load weights or a network from a file, whatever its name says it is.

    Args:
        path: the file.
        arch: for weights whose architecture is not recognised: a zoo name, or "module:function" of
            one's own code in the current directory.
        input_shape: (channels, height, width), where the file does not tell or tells another.

    Raises:
        InputRefused: the file is missing, is of a format that is not accepted, is damaged or
            hostile, or does not fit the architecture.
    """
    source = str(path)
    data = _read(Path(path))
    sha256 = hashlib.sha256(data).hexdigest()
    kind = sniff(data)
    if kind is FileKind.ONNX or kind is FileKind.PT2:
        if arch is not None:
            raise InputRefused(
                f"{source} {kind.value} and holds its own network, so --arch {arch} has no meaning",
                accepted="--arch with a state_dict or .safetensors file",
                remedy="leave --arch out",
            )
        onnx_file = kind is FileKind.ONNX
        return LoadedModel(
            kind="onnx" if onnx_file else "exported",
            payload=load_onnx(data, source) if onnx_file else load_pt2(data, source),
            architecture="onnx" if onnx_file else "exported",
            sha256=sha256,
            input_shape=input_shape,
        )
    state = find_state_dict(_held(kind, data, source), source)
    note = read_note(data) if kind is FileKind.SAFETENSORS else None
    filled = fill(clean_weights(state, source), arch, source)
    return LoadedModel(
        kind="module",
        payload=filled.module,
        architecture=filled.architecture,
        sha256=sha256,
        input_shape=input_shape or (note.input_shape if note else filled.input_shape),
        note=note,
    )


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise InputRefused(f"{path} is a folder", accepted=ACCEPTED, remedy="give one file")
    if not path.exists():
        raise InputRefused(f"{path} does not exist", accepted=ACCEPTED)
    if not path.is_file():
        raise InputRefused(f"{path} is not a regular file", accepted=ACCEPTED)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputRefused(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise InputRefused(
            f"{path} is larger than {MAX_FILE_BYTES // MIB} MiB",
            accepted=f"model files of at most {MAX_FILE_BYTES // MIB} MiB",
            remedy="leave optimizer state out: save model.state_dict() alone",
        )
    return data


def _held(kind: FileKind, data: bytes, source: str) -> object:
    if kind is FileKind.SAFETENSORS:
        return load_safetensors(data, source)
    if kind is FileKind.TORCH_ZIP:
        return load_torch_zip(data, source)
    if kind is FileKind.TORCH_LEGACY:
        return load_torch_legacy(data, source)
    if kind is FileKind.PICKLE:
        raise refuse_pickle(data, source, kind.value)
    raise refusal(source, kind.value, _REMEDIES.get(kind, _WRONG_FILE))
