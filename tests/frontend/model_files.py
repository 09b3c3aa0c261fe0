"""Model files for the loading tests: good ones, and every way in which one can be bad.

Each maker returns bytes. The hostile ones would create the file CANARY in the current directory if
anything in them were run.
"""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import safetensors.torch
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

from fpgaflow.zoo import build

CANARY = "canary"
_SHELL = f"touch {CANARY}"
_PYTHON = f"open('{CANARY}', 'w').close()"


class Small(nn.Module):
    """A network that the zoo does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.head = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm(self.stem(x)))
        return self.head(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


def small() -> Small:
    torch.manual_seed(3)
    return Small().eval()


def resnet_state() -> dict[str, Tensor]:
    torch.manual_seed(11)
    return dict(build("resnet20", classes=4).state_dict())


def torch_zip(held: object) -> bytes:
    out = io.BytesIO()
    torch.save(held, out)
    return out.getvalue()


def torch_legacy(held: object) -> bytes:
    out = io.BytesIO()
    torch.save(held, out, _use_new_zipfile_serialization=False)
    return out.getvalue()


def safetensors_file(state: Mapping[str, Tensor]) -> bytes:
    return safetensors.torch.save(dict(state))


def safetensors_raw(header: object, numbers: bytes, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + numbers


def pt2(module: nn.Module | None = None) -> bytes:
    net = module or small()
    out = io.BytesIO()
    batch = torch.export.Dim("batch")
    program = torch.export.export(net, (torch.zeros(2, 3, 8, 8),), dynamic_shapes=({0: batch},))
    torch.export.save(program, out)
    return out.getvalue()


def onnx_model(weight: np.ndarray | None = None) -> onnx.ModelProto:
    weight = np.ones((2, 3, 1, 1), np.float32) if weight is None else weight
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["y"])],
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2, 4, 4])],
        [numpy_helper.from_array(weight, "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def onnx_file(weight: np.ndarray | None = None) -> bytes:
    return onnx_model(weight).SerializeToString()


def onnx_wide(nodes: int) -> bytes:
    """A model whose graph, given a second time, has empty nodes of two bytes each."""
    length, prefix = 2 * nodes, bytearray(b"\x3a")
    while length >= 0x80:
        prefix.append(length & 0x7F | 0x80)
        length >>= 7
    prefix.append(length)
    return onnx_file() + bytes(prefix) + b"\x0a\x00" * nodes


def onnx_external() -> bytes:
    model = onnx_model()
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    return model.SerializeToString()


def torchscript() -> bytes:
    return zip_of({"net/code/__torch__.py": b"", "net/data.pkl": b"", "net/constants.pkl": b""})


def zip_of(
    records: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED, copies: int = 1
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in records.items():
            for _ in range(copies):
                archive.writestr(name, data)
    return out.getvalue()


def records_of(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def with_records(archive: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """The archive with records (named without their root folder) replaced, added or removed."""
    records = records_of(archive)
    root = next(iter(records)).split("/")[0]
    for name, data in changes.items():
        if data is None:
            del records[f"{root}/{name}"]
        else:
            records[f"{root}/{name}"] = data
    return zip_of(records)


def with_model_json(archive: bytes, old: str, new: str) -> bytes:
    """A torch.export archive whose graph has one piece of JSON text replaced everywhere."""
    records = records_of(archive)
    name = next(name for name in records if name.endswith("models/model.json"))
    text = records[name].decode()
    assert old in text
    records[name] = text.replace(old, new).encode()
    return zip_of(records)


class _Calls:
    """Pickles as a call of `function` with `argument`."""

    def __init__(self, function: object, argument: str) -> None:
        self.function = function
        self.argument = argument

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return self.function, (self.argument,)


def calls_eval() -> _Calls:
    return _Calls(eval, _PYTHON)


def protocol0_system() -> bytes:
    return f"cos\nsystem\n(S'{_SHELL}'\ntR.".encode()


def inst_system() -> bytes:
    return f"(S'{_SHELL}'\nios\nsystem\n.".encode()


def stack_global_system(argument: str = _SHELL) -> bytes:
    """Names os.system through the memo, as bypasses of scanners do."""
    text = argument.encode()
    return (
        b"\x80\x04\x8c\x02os\x94\x8c\x06system\x940h\x00h\x01\x93\x8c"
        + bytes([len(text)])
        + text
        + b"\x85R."
    )


def zip_with_pickle(pickled: bytes, extra: Mapping[str, bytes] | None = None) -> bytes:
    records = {"net/data.pkl": pickled, "net/version": b"3\n", **(extra or {})}
    return zip_of(records)


def legacy_with_pickle(
    pickled: bytes, keys: list[str] | None = None, numbers: bytes = b""
) -> bytes:
    machine = {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}
    parts = [0x1950A86A20F9469CFC6C, 1001, machine]
    heads = b"".join(pickle.dumps(part, protocol=2) for part in parts)
    return heads + pickled + pickle.dumps(keys or [], protocol=2) + numbers


def tensor_pickle(
    *,
    shape: tuple[int, ...] = (2,),
    strides: tuple[int, ...] = (1,),
    numel: int = 2,
    storage: str = "FloatStorage",
    rebuild: str = "_rebuild_tensor_v2",
    offset: int = 0,
    legacy: bool = False,
) -> bytes:
    """A dictionary of one tensor, spelled out so that its sizes can lie."""
    body = io.BytesIO()
    body.write(b"\x80\x02}X\x01\x00\x00\x00w")
    body.write(f"ctorch._utils\n{rebuild}\n".encode() + b"((X\x07\x00\x00\x00storage")
    body.write(f"ctorch\n{storage}\n".encode() + b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpu")
    body.write(_number(numel) + (b"NtQ" if legacy else b"tQ") + _number(offset))
    body.write(_numbers(shape) + _numbers(strides))
    body.write(b"\x89ccollections\nOrderedDict\n)RtRs.")
    return body.getvalue()


def _numbers(values: tuple[int, ...]) -> bytes:
    return b"(" + b"".join(_number(value) for value in values) + b"t"


def _number(value: int) -> bytes:
    data = pickle.encode_long(value)
    return b"\x8a" + bytes([len(data)]) + data


def whole_module() -> bytes:
    return torch_zip(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))


def plain_pickle() -> bytes:
    return pickle.dumps({"weights": [1.0, 2.0]}, protocol=4)


def module_pickle() -> bytes:
    return pickle.dumps(nn.Linear(2, 2), protocol=4)


def quantized() -> bytes:
    tensor = torch.quantize_per_tensor(torch.ones(2), 0.5, 0, torch.qint8)
    return torch_zip(OrderedDict(weight=tensor))


def npz() -> bytes:
    out = io.BytesIO()
    np.savez(out, images=np.zeros((1, 2, 2, 3), np.uint8))
    return out.getvalue()


def write(folder: Path, data: bytes, name: str = "model.pt") -> str:
    (folder / name).write_bytes(data)
    return name
