from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn
from torch.export import ExportedProgram

from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.zoo import build
from tests.frontend import model_files as files

State = dict[str, Tensor]


def outputs(module: nn.Module) -> Tensor:
    x = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return module(x)


def filled_resnet() -> nn.Module:
    module = build("resnet20", classes=4)
    module.load_state_dict(files.resnet_state())
    return module.eval()


FORMATS: dict[str, Callable[[State], bytes]] = {
    "safetensors": files.safetensors_file,
    "zip": files.torch_zip,
    "legacy": files.torch_legacy,
    "with epoch and accuracy": lambda s: files.torch_zip(
        {"epoch": 3, "best": 0.9, "state_dict": s, "arch": "net"}
    ),
    "with optimizer": lambda s: files.torch_zip({"model": s, "optimizer": _optimizer_state()}),
    "legacy with optimizer": lambda s: files.torch_legacy(
        {"model_state_dict": s, "optimizer": _optimizer_state()}
    ),
    "parameters": lambda s: files.torch_zip({n: nn.Parameter(t, False) for n, t in s.items()}),
    "DataParallel": lambda s: files.torch_zip({f"module.{n}": t for n, t in s.items()}),
}


def _optimizer_state() -> dict[str, object]:
    parameter = nn.Parameter(torch.ones(2, 2))
    optimizer = torch.optim.AdamW([parameter])
    parameter.sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4, 4])
    return {"state": optimizer.state_dict(), "milestones": scheduler.milestones}


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_of_a_state_dict_gives_the_same_network(form: str, tmp_path: Path) -> None:
    state = {n: t for n, t in files.resnet_state().items() if "num_batches" not in n}
    data = FORMATS[form](state)
    (tmp_path / "weights.bin").write_bytes(data)
    loaded = load_model(tmp_path / "weights.bin")
    assert loaded.kind == "module"
    assert loaded.architecture == "resnet20"
    assert loaded.input_shape == (3, 32, 32)
    assert loaded.sha256 == hashlib.sha256(data).hexdigest()
    assert isinstance(loaded.payload, nn.Module)
    assert not loaded.payload.training
    assert torch.equal(outputs(loaded.payload), outputs(filled_resnet()))


def test_a_state_dict_saved_with_its_module_versions(tmp_path: Path) -> None:
    state = filled_resnet().state_dict()
    assert hasattr(state, "_metadata")
    path = tmp_path / "model.pth"
    path.write_bytes(files.torch_legacy(state))
    assert load_model(path).architecture == "resnet20"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_float_types_become_float32(dtype: torch.dtype, tmp_path: Path) -> None:
    state = {
        n: t.to(dtype) if t.is_floating_point() else t for n, t in files.resnet_state().items()
    }
    path = tmp_path / "model.pt"
    path.write_bytes(files.torch_zip(state))
    module = load_model(path).payload
    assert isinstance(module, nn.Module)
    expected = state["layer2.0.conv1.weight"].to(torch.float32)
    assert torch.equal(module.get_parameter("layer2.0.conv1.weight"), expected)
    assert {p.dtype for p in module.parameters()} == {torch.float32}


def test_the_input_shape_given_wins(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(files.torch_zip(files.resnet_state()))
    assert load_model(path, input_shape=(3, 64, 48)).input_shape == (3, 64, 48)


def test_tensors_that_share_a_storage(tmp_path: Path) -> None:
    state = files.resnet_state()
    shared = torch.arange(32.0) + 1
    state["bn1.weight"], state["bn1.bias"] = shared[:16], shared[16:]
    path = tmp_path / "model.pt"
    path.write_bytes(files.torch_zip(state))
    module = load_model(path).payload
    assert isinstance(module, nn.Module)
    assert torch.equal(module.get_parameter("bn1.bias"), torch.arange(17.0, 33.0))


def test_onnx(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(files.onnx_file())
    loaded = load_model(path)
    assert (loaded.kind, loaded.architecture) == ("onnx", "onnx")
    assert isinstance(loaded.payload, onnx.ModelProto)
    assert loaded.payload == files.onnx_model()


def test_onnx_with_qonnx_operators(tmp_path: Path) -> None:
    model = files.onnx_model()
    model.graph.output[0].name = "q"
    model.graph.node.append(
        helper.make_node("Quant", ["y", "scale", "zero", "bits"], ["q"], domain="qonnx.general")
    )
    for name, value in (("scale", 0.5), ("zero", 0.0), ("bits", 8.0)):
        model.graph.initializer.append(numpy_helper.from_array(np.float32(value), name))
    model.opset_import.append(helper.make_opsetid("qonnx.general", 1))
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    assert load_model(path).kind == "onnx"


@pytest.mark.parametrize("name", ["resnet20", "densenet40"])
def test_exported_program_of_the_zoo(name: str, tmp_path: Path) -> None:
    module = build(name).eval()
    path = tmp_path / "model.pt2"
    path.write_bytes(files.pt2(module))
    loaded = load_model(path, input_shape=(3, 8, 8))
    assert loaded.kind == "exported"
    assert isinstance(loaded.payload, ExportedProgram)
    x = torch.randn(3, 3, 8, 8, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        assert torch.equal(loaded.payload.module()(x), module(x))
    stack = next(n for n in loaded.payload.graph.nodes if n.op == "call_function").meta
    assert "fpgaflow/zoo/" in stack["stack_trace"]


def test_what_torch_would_have_evaluated_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "model.pt2"
    path.write_bytes(
        files.with_model_json(files.pt2(), '"guards_code": []', '"guards_code": ["1"]')
    )
    program = load_model(path).payload
    assert isinstance(program, ExportedProgram)
    assert program._guards_code == []
    assert program.example_inputs is None
