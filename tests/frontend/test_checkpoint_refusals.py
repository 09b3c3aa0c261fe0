"""Every refusal of a model file: its exact message, its exit code, and that nothing was run."""

from __future__ import annotations

import gzip
import io
import os
import re
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from fpgaflow.errors import InputRefused
from fpgaflow.frontend import checkpoint
from fpgaflow.frontend.checkpoint import load_model
from tests.frontend import model_files as files
from tests.golden_files import check_golden

Maker = Callable[[], bytes]


def damaged(archive: bytes) -> bytes:
    """One bit of a tensor's numbers flipped."""
    at = archive.index(b"\x00\x00\x80?" * 4)
    return archive[:at] + b"\x01" + archive[at + 1 :]


def changed(**tensors: Tensor | None) -> bytes:
    """A ResNet-20 checkpoint with tensors replaced or removed; __ stands for a dot."""
    state = files.resnet_state()
    for name, tensor in tensors.items():
        if tensor is None:
            del state[name.replace("__", ".")]
        else:
            state[name.replace("__", ".")] = tensor
    return files.torch_zip(state)


def without(part: str) -> bytes:
    return files.torch_zip({n: t for n, t in files.resnet_state().items() if part not in n})


def quantized() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return files.quantized()


def protocol4() -> bytes:
    out = io.BytesIO()
    torch.save({"a": torch.ones(2)}, out, pickle_protocol=4)
    return out.getvalue()


def big_endian() -> bytes:
    return files.with_records(files.torch_zip(files.resnet_state()), {"byteorder": b"big"})


def pt2_config(old: bytes, new: bytes) -> bytes:
    archive = files.pt2()
    name = "data/weights/model_weights_config.json"
    text = files.records_of(archive)[f"archive/{name}"]
    assert old in text
    return files.with_records(archive, {name: text.replace(old, new)})


def pt2_graph(old: str, new: str) -> Maker:
    return lambda: files.with_model_json(files.pt2(), old, new)


def safetensors_entry(shape: object, offsets: list[int], numbers: int = 8) -> bytes:
    entry = {"dtype": "F32", "shape": shape, "data_offsets": offsets}
    return files.safetensors_raw({"w": entry}, bytes(numbers))


TENSOR = {"net/data/0": bytes(8)}


def legacy_file() -> bytes:
    numbers = struct.pack("<qff", 2, 1, 2)
    return files.legacy_with_pickle(files.tensor_pickle(legacy=True), ["0"], numbers)


CASES: dict[str, Maker] = {
    # Not a model file.
    "empty": lambda: b"",
    "git lfs pointer": lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
    "html": lambda: b"<!DOCTYPE html><html><body>404</body></html>",
    "json": lambda: b'{"layers": []}',
    "text": lambda: b"resnet20\n",
    "gzip": lambda: gzip.compress(b"a", mtime=0),
    "npz": files.npz,
    "hdf5": lambda: b"\x89HDF\r\n\x1a\n" + bytes(20),
    "other zip": lambda: files.zip_of({"readme.txt": b"a"}),
    "program": lambda: b"\x7fELF" + bytes(20),
    "noise": lambda: bytes(range(256)),
    "torchscript": files.torchscript,
    "old torch.export": lambda: files.zip_of({"serialized_exported_program.json": b"{}"}),
    # Pickles that hold more than weights.
    "whole module": files.whole_module,
    "whole module, plain pickle": files.module_pickle,
    "plain pickle": files.plain_pickle,
    "eval in zip": lambda: files.torch_zip(files.calls_eval()),
    "eval in legacy": lambda: files.torch_legacy(files.calls_eval()),
    "os.system, protocol 0": files.protocol0_system,
    "os.system, INST": files.inst_system,
    "os.system through the memo": files.stack_global_system,
    "os.system in zip": lambda: files.zip_with_pickle(files.protocol0_system()),
    "os.system in legacy": lambda: files.legacy_with_pickle(files.stack_global_system()),
    "os.system, then damage": lambda: files.zip_with_pickle(files.protocol0_system()[:-1]),
    "quantized": quantized,
    "protocol 4": protocol4,
    "list": lambda: files.torch_zip([1, 2]),
    "numbers only": lambda: files.torch_zip({"epoch": 3}),
    "empty state_dict": lambda: files.torch_zip({}),
    "nested dictionaries": lambda: files.torch_zip({"model": {"model": {"model": {}}}}),
    # Damage and lies.
    "zip truncated": lambda: files.torch_zip(files.resnet_state())[:50_000],
    "zip bit flipped": lambda: damaged(files.torch_zip(files.resnet_state())),
    "zip bomb": lambda: files.zip_of({"net/data.pkl": bytes(9_999)}, zipfile.ZIP_DEFLATED),
    "zip crowded": lambda: b"PK\x03\x04" + b"PK\x01\x02" * 20_001,
    "zip path traversal": lambda: files.zip_of({"net/data.pkl": b".", "net/../../x": b""}),
    "zip two roots": lambda: files.zip_of({"net/data.pkl": b".", "other/x": b""}),
    "record missing": lambda: files.zip_with_pickle(files.tensor_pickle()),
    "storage too large": lambda: files.zip_with_pickle(files.tensor_pickle(numel=1 << 38), TENSOR),
    "storage negative": lambda: files.zip_with_pickle(files.tensor_pickle(numel=-4), TENSOR),
    "view too large": lambda: files.zip_with_pickle(
        files.tensor_pickle(shape=(1 << 30,), strides=(0,)), TENSOR
    ),
    "view outside": lambda: files.zip_with_pickle(files.tensor_pickle(offset=1), TENSOR),
    "operations": lambda: files.zip_with_pickle(b"\x80\x02" + b"N0" * 300_000 + b"N."),
    "pickle too long": lambda: files.zip_with_pickle(bytes(17 << 20)),
    "big endian": big_endian,
    # Spelled out: torch names storages by their addresses there, and so the size would vary.
    "legacy truncated": lambda: legacy_file()[:-4],
    "legacy too long": lambda: legacy_file() + b"more",
    "legacy storage too large": lambda: files.legacy_with_pickle(
        files.tensor_pickle(numel=1 << 36, legacy=True), ["0"], bytes(16)
    ),
    "legacy other count": lambda: files.legacy_with_pickle(
        files.tensor_pickle(legacy=True), ["0"], struct.pack("<qff", 3, 1, 2)
    ),
    "legacy other keys": lambda: files.legacy_with_pickle(files.tensor_pickle(legacy=True), ["7"]),
    "safetensors header cut": lambda: files.safetensors_file(files.resnet_state())[:500],
    "safetensors numbers cut": lambda: files.safetensors_file(files.resnet_state())[:50_000],
    "safetensors header length": lambda: files.safetensors_raw({"a": 1}, b"", 1 << 30),
    "safetensors shape": lambda: safetensors_entry([1 << 36], [0, 8]),
    "safetensors negative": lambda: safetensors_entry([-2], [0, 8]),
    "safetensors numbers missing": lambda: safetensors_entry([4], [0, 16]),
    "safetensors name twice": lambda: files.safetensors_raw(b'{"a": 1, "a": 2}', b""),
    "safetensors not json": lambda: files.safetensors_raw(b'{"a": ', b""),
    "onnx truncated": lambda: files.onnx_file()[:-20],
    "onnx external data": files.onnx_external,
    "onnx nan": lambda: files.onnx_file(np.full((2, 3, 1, 1), np.nan, np.float32)),
    "onnx structure": lambda: files.onnx_file() + b"\x32\x80\x80\x80\x05" + bytes(10 << 20),
    "onnx fields": lambda: files.onnx_wide(300_001),
    # torch.export archives.
    "pt2 pickled weight": lambda: pt2_config(b'"use_pickle": false', b'"use_pickle": true'),
    "pt2 lying weight": lambda: pt2_config(b'{"as_int": 4}', b'{"as_int": 4000000000}'),
    "pt2 script object": lambda: files.with_records(
        files.pt2(), {"data/constants/custom_obj_0": b"x"}
    ),
    "pt2 compiled code": lambda: files.with_records(
        files.pt2(), {"data/aotinductor/model/x.so": b"x"}
    ),
    "pt2 no model": lambda: files.with_records(files.pt2(), {"models/model.json": None}),
    "pt2 shape expression": pt2_graph("Symbol('s", "__import__('os').system('x') or Symbol('s"),
    "pt2 power": pt2_graph("integer=True)", "integer=True)**9**9"),
    "pt2 operator": pt2_graph("torch.ops.aten.relu.default", "torch.os.system"),
    "pt2 generated name": pt2_graph('"relu"', '"relu=0): pass\\nimport os"'),
    "pt2 tree": pt2_graph("builtins.tuple", "collections.defaultdict"),
    "pt2 subgraph": pt2_graph('"as_bool": false', '"as_operator": "os.system"'),
    "pt2 nan": lambda: files.pt2(_with_nan()),
    # Weights that do not fit or are no numbers.
    "nan": lambda: changed(layer1__0__bn1__bias=torch.full((16,), float("nan"))),
    "infinite": lambda: changed(linear__bias=torch.tensor([0.0, 1.0, float("inf"), 2.0])),
    "float64 out of range": lambda: changed(
        linear__bias=torch.full((4,), 1e300, dtype=torch.float64)
    ),
    "int8 weight": lambda: changed(linear__weight=torch.ones(4, 64, dtype=torch.int8)),
    "unknown architecture": lambda: files.torch_zip(files.small().state_dict()),
    "missing": lambda: without("bn2"),
    "one missing": lambda: changed(layer3__2__bn2__running_var=None),
    "unexpected": lambda: changed(aux__weight=torch.ones(2), aux__bias=torch.ones(2)),
    "other shape": lambda: changed(layer2__1__conv1__weight=torch.ones(32, 16, 3, 3)),
    "all sorts": lambda: changed(
        linear__bias=torch.ones(9), bn1__bias=None, aux__weight=torch.ones(2)
    ),
    "stage missing": lambda: without("layer2."),
    "no last layer": lambda: without("linear."),
}


def _with_nan() -> torch.nn.Module:
    module = files.small()
    with torch.no_grad():
        module.stem.bias[1] = float("nan")
    return module


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, InputRefused]:
    folder = tmp_path_factory.mktemp("refusals")
    before = Path.cwd()
    os.chdir(folder)
    try:
        return {case: _refusal(folder, make()) for case, make in CASES.items()}
    finally:
        os.chdir(before)


def _refusal(folder: Path, data: bytes) -> InputRefused:
    files.write(folder, data)
    with pytest.raises(InputRefused) as refused:
        load_model("model.pt")
    assert [path.name for path in folder.iterdir()] == ["model.pt"]
    return refused.value


def test_messages(refusals: dict[str, InputRefused]) -> None:
    text = "\n\n".join(f"== {case}\n{refused}" for case, refused in refusals.items())
    # torch numbers its symbols by a hash of its own.
    check_golden("loading/refusals.txt", re.sub(r"'s\d+'", "'s0'", text) + "\n")


@pytest.mark.parametrize("case", CASES)
def test_exit_code_and_three_parts(case: str, refusals: dict[str, InputRefused]) -> None:
    refused = refusals[case]
    assert refused.exit_code == 3
    assert refused.found.startswith("model.pt")
    assert "\n" not in refused.found
    assert refused.accepted
    assert refused.remedy


def test_missing_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputRefused) as refused:
        load_model("absent.pt")
    assert str(refused.value) == f"absent.pt does not exist\n  accepted: {checkpoint.ACCEPTED}"


def test_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path.parent)
    with pytest.raises(InputRefused) as refused:
        load_model(tmp_path.name)
    assert str(refused.value) == (
        f"{tmp_path.name} is a folder\n  accepted: {checkpoint.ACCEPTED}\n"
        "  what to do: give one file"
    )


def test_device() -> None:
    with pytest.raises(InputRefused) as refused:
        load_model("/dev/zero")
    assert str(refused.value) == (
        f"/dev/zero is not a regular file\n  accepted: {checkpoint.ACCEPTED}"
    )


def test_file_over_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(checkpoint, "MAX_FILE_BYTES", 1 << 20)
    files.write(tmp_path, bytes((1 << 20) + 1))
    with pytest.raises(InputRefused) as refused:
        load_model("model.pt")
    assert str(refused.value) == (
        "model.pt is larger than 1 MiB\n  accepted: model files of at most 1 MiB\n"
        "  what to do: leave optimizer state out: save model.state_dict() alone"
    )
