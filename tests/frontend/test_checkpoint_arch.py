from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

from fpgaflow.errors import InputRefused
from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.zoo import build
from tests.frontend import model_files as files

NETS = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.model = nn.Sequential(nn.Conv2d(3, width, 3), nn.BatchNorm2d(width))

    def forward(self, x):
        return self.model(x)


def net():
    return Net()


def number():
    return 3


def broken():
    return Net("wide")


constant = 3
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty current directory with a nets.py of the user's; imports of it are forgotten."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "nets.py").write_text(NETS)
    yield tmp_path
    for name in ("nets", "half_written", "needs_more"):
        sys.modules.pop(name, None)


def saved(folder: Path, prefix: str = "") -> dict[str, torch.Tensor]:
    torch.manual_seed(5)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    state = {f"{prefix}model.{name}": value for name, value in net.state_dict().items()}
    files.write(folder, files.torch_zip(state))
    return state


@pytest.mark.parametrize("prefix", ["", "module."])
def test_ones_own_class(here: Path, prefix: str) -> None:
    state = saved(here, prefix)
    loaded = load_model("model.pt", arch="nets:net", input_shape=(3, 8, 8))
    assert loaded.architecture == "nets:net"
    assert loaded.input_shape == (3, 8, 8)
    assert isinstance(loaded.payload, nn.Module)
    assert not loaded.payload.training
    weight = loaded.payload.get_parameter("model.0.weight")
    assert torch.equal(weight, state[f"{prefix}model.0.weight"])


def test_zoo_name(here: Path) -> None:
    files.write(here, files.torch_zip(files.resnet_state()))
    assert load_model("model.pt", arch="resnet20").architecture == "resnet20"


def test_zoo_name_of_a_pruned_network(here: Path) -> None:
    files.write(here, files.torch_zip(build("densenet40", first_channels=16).state_dict()))
    loaded = load_model("model.pt", arch="densenet40")
    assert loaded.architecture == "densenet40, first channels 16"


FITS_NOT = (
    "\n  accepted: every parameter of the network, once, in its shape"
    "\n  what to do: check that the checkpoint was saved from this network, or give your own class "
    "with --arch module:function"
)
RETURNS = "\n  accepted: a function without required arguments that returns a torch.nn.Module"
REFUSALS = {
    "resnet56": (
        "model.pt holds resnet20, not resnet56\n"
        "  what to do: leave --arch out: the architecture is recognised from the weights"
    ),
    "resnet57": (
        "architecture 'resnet57' is not in the zoo\n"
        "  accepted: resnet8, resnet20, resnet32, resnet44, resnet56, resnet110, densenet40, "
        "densenet121, vgg11_bn, vgg13_bn, vgg16_bn, vgg19_bn, mobilenet, squeezenet, lipnet, "
        "lipnet_small\n"
        "  what to do: did you mean resnet56 or resnet8 or resnet44?"
    ),
    "nets:net": (
        "model.pt does not fit nets:net; parameters: 6 missing (model.0.weight, model.0.bias, "
        "model.1.weight, model.1.bias, model.1.running_mean, …); 97 unexpected (conv1.weight, "
        "bn1.weight, bn1.bias, bn1.running_mean, bn1.running_var, …)" + FITS_NOT
    ),
    "nets:number": "--arch nets:number returned a int\n  accepted: a torch.nn.Module",
    "nets:absent": "--arch nets:absent: module 'nets' has no function 'absent'",
    "nets:constant": "--arch nets:constant: module 'nets' has no function 'constant'",
    "nets:Net.forward": (
        "--arch nets:Net.forward is not of the form module:function\n"
        "  accepted: a name of the zoo, or module:function such as nets:small_resnet"
    ),
    ":net": (
        "--arch :net is not of the form module:function\n"
        "  accepted: a name of the zoo, or module:function such as nets:small_resnet"
    ),
    "half_written:net": (
        "--arch half_written:net failed with ZeroDivisionError: division by zero "
        "(half_written.py, line 2)" + RETURNS
    ),
    "needs_more:net": (
        "--arch needs_more:net failed with ModuleNotFoundError: No module named 'not_installed' "
        "(needs_more.py, line 1)" + RETURNS
    ),
}


@pytest.mark.parametrize("arch", REFUSALS)
def test_refusals(here: Path, arch: str) -> None:
    (here / "half_written.py").write_text("def net():\n    return 1 / 0\n")
    (here / "needs_more.py").write_text("import not_installed\n")
    files.write(here, files.torch_zip(files.resnet_state()))
    with pytest.raises(InputRefused) as refused:
        load_model("model.pt", arch=arch)
    assert str(refused.value) == REFUSALS[arch]
    assert refused.value.exit_code == 3


def test_own_code_with_a_wrong_argument(here: Path) -> None:
    saved(here)
    with pytest.raises(InputRefused, match=r"^--arch nets:broken failed with TypeError: "):
        load_model("model.pt", arch="nets:broken")


def test_no_such_module(here: Path) -> None:
    saved(here)
    with pytest.raises(InputRefused) as refused:
        load_model("model.pt", arch="my.nets:net")
    assert str(refused.value) == (
        f"--arch my.nets:net: there is no module 'my.nets' in {here} or among the packages\n"
        "  what to do: run from the folder that holds my/nets.py"
    )


def test_unknown_weights_under_a_zoo_name(here: Path) -> None:
    saved(here)
    with pytest.raises(InputRefused) as refused:
        load_model("model.pt", arch="resnet20")
    assert refused.value.found == (
        "model.pt is a state_dict of no known architecture (asked for resnet20); its 6 tensors are "
        "named model.0.weight, model.0.bias, model.1.weight, model.1.bias, model.1.running_mean, …"
    )


def test_a_network_of_its_own_takes_no_arch(here: Path) -> None:
    files.write(here, files.onnx_file())
    with pytest.raises(InputRefused) as refused:
        load_model("model.pt", arch="resnet20")
    assert str(refused.value) == (
        "model.pt is an ONNX model and holds its own network, so --arch resnet20 has no meaning\n"
        "  accepted: --arch with a state_dict or .safetensors file\n"
        "  what to do: leave --arch out"
    )
