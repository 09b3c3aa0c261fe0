from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from fpgaflow.frontend.sniff import FileKind, sniff
from tests.frontend import model_files as files


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("model.pt"), io.BytesIO())
    return out.getvalue()


def npy() -> bytes:
    out = io.BytesIO()
    np.save(out, np.zeros(3))
    return out.getvalue()


CASES: dict[str, tuple[FileKind, Callable[[], bytes]]] = {
    "empty": (FileKind.EMPTY, lambda: b""),
    "safetensors": (
        FileKind.SAFETENSORS,
        lambda: files.safetensors_file({"a": torch.zeros(1)}),
    ),
    "safetensors without tensors": (
        FileKind.SAFETENSORS,
        lambda: files.safetensors_raw({}, b""),
    ),
    "torch zip": (FileKind.TORCH_ZIP, lambda: files.torch_zip({"a": torch.zeros(1)})),
    "torch legacy": (FileKind.TORCH_LEGACY, lambda: files.torch_legacy({"a": torch.zeros(1)})),
    "whole module": (FileKind.TORCH_ZIP, files.whole_module),
    "TorchScript": (FileKind.TORCHSCRIPT, files.torchscript),
    "torch.export": (FileKind.PT2, files.pt2),
    "old torch.export": (
        FileKind.PT2_OLD,
        lambda: files.zip_of({"serialized_exported_program.json": b"{}", "version": b"8.2"}),
    ),
    "ONNX": (FileKind.ONNX, files.onnx_file),
    "ONNX cut off": (FileKind.ONNX, lambda: files.onnx_file()[:-20]),
    "npz": (FileKind.NPZ, files.npz),
    "npy": (FileKind.NPY, npy),
    "pickle, protocol 0": (FileKind.PICKLE, files.protocol0_system),
    "pickle, protocol 4": (FileKind.PICKLE, files.plain_pickle),
    "Keras": (FileKind.KERAS, lambda: files.zip_of({"model.weights.h5": b"", "config.json": b""})),
    "HDF5": (FileKind.HDF5, lambda: b"\x89HDF\r\n\x1a\n" + bytes(20)),
    "TensorFlow Lite": (FileKind.TFLITE, lambda: b"\x1c\x00\x00\x00TFL3" + bytes(20)),
    "GGUF": (FileKind.GGUF, lambda: b"GGUF" + bytes(20)),
    "zip cut off": (FileKind.ZIP_TRUNCATED, lambda: files.npz()[:40]),
    "other zip": (FileKind.ZIP_OTHER, lambda: files.zip_of({"a.txt": b"a"})),
    "empty zip": (FileKind.ZIP_OTHER, lambda: files.zip_of({})),
    "gzip": (FileKind.GZIP, lambda: gzip.compress(files.onnx_file())),
    "bzip2": (FileKind.BZIP2, lambda: bz2.compress(b"a")),
    "xz": (FileKind.XZ, lambda: lzma.compress(b"a")),
    "tar": (FileKind.TAR, tar),
    "Git LFS pointer": (
        FileKind.GIT_LFS,
        lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4\n",
    ),
    "HTML": (FileKind.HTML, lambda: b"\n<!DOCTYPE html>\n<html></html>"),
    "JSON": (FileKind.JSON, lambda: json.dumps({"layers": []}).encode()),
    "TOML": (FileKind.TEXT, lambda: b"[layers]\nwidth = 4\n"),
    "text": (FileKind.TEXT, "weights follow, größer\n".encode),
    "PNG": (FileKind.IMAGE, lambda: b"\x89PNG\r\n\x1a\n" + bytes(20)),
    "ELF": (FileKind.PROGRAM, lambda: b"\x7fELF" + bytes(20)),
    "raw float32": (FileKind.UNKNOWN, lambda: np.linspace(-1, 1, 99, dtype="<f4").tobytes()),
}


@pytest.mark.parametrize("case", CASES)
def test_content_decides(case: str) -> None:
    expected, make = CASES[case]
    assert sniff(make()) is expected


def test_scripted_module_by_torch_itself() -> None:
    out = io.BytesIO()
    with pytest.warns(DeprecationWarning, match="torch.jit"):
        torch.jit.save(torch.jit.script(nn.Linear(2, 2)), out)
    assert sniff(out.getvalue()) is FileKind.TORCHSCRIPT


def test_a_crowded_directory_is_not_opened() -> None:
    crowded = b"PK\x03\x04" + b"PK\x01\x02" * 20_001
    assert sniff(crowded) is FileKind.ZIP_CROWDED
