from __future__ import annotations

import pytest
import torch

from fpgaflow.errors import InputRefused
from fpgaflow.zoo import ZOO, build, find


def test_every_key_is_its_entrys_name() -> None:
    assert {key: entry.name for key, entry in ZOO.items()} == {key: key for key in ZOO}


@pytest.mark.parametrize("name", [name for name in ZOO if name != "densenet121"])
def test_every_network_takes_any_channels_and_classes(name: str) -> None:
    module = build(name, in_channels=1, classes=7).eval()
    with torch.no_grad():
        shape = (2, 3, 1, 32, 32) if ZOO[name].takes_clips else (2, 1, 32, 32)
        assert module(torch.zeros(shape)).shape == (2, 7)


def test_unknown_name() -> None:
    with pytest.raises(InputRefused) as refused:
        find("resnet21")
    assert str(refused.value) == (
        "architecture 'resnet21' is not in the zoo\n"
        "  accepted: resnet8, resnet20, resnet32, resnet44, resnet56, resnet110, densenet40, "
        "densenet121, vgg11_bn, vgg13_bn, vgg16_bn, vgg19_bn, mobilenet, squeezenet, lipnet, "
        "lipnet_small\n"
        "  what to do: did you mean resnet32 or resnet20 or resnet110?"
    )


def test_unknown_option() -> None:
    with pytest.raises(InputRefused) as refused:
        build("resnet20", width=2)
    assert str(refused.value) == (
        "resnet20 has no option 'width'\n  accepted: shortcut, in_channels, classes"
    )
    assert refused.value.exit_code == 3
