from __future__ import annotations

import logging
import warnings
from collections.abc import Callable

import pytest
import torch
from torch import nn

from fpgaflow.errors import FpgaflowError, InputRefused, UnsupportedOperator
from fpgaflow.frontend.torch_export import import_exported, import_module
from tests.frontend.torch_equivalence import Network
from tests.frontend.torch_networks import Branching, Counting, Refused, TwoInputs
from tests.golden_files import check_golden


def message(attempt: Callable[[], object], kind: type[FpgaflowError]) -> str:
    with pytest.raises(kind) as caught:
        attempt()
    assert type(caught.value) is kind
    assert caught.value.__cause__ is None
    return str(caught.value) + "\n"


def test_all_unsupported_operations_are_named_in_one_message() -> None:
    found = message(lambda: import_module(Refused(), (3, 8, 8), name="gated"), UnsupportedOperator)
    check_golden("frontend/torch_refused.txt", found)


def test_a_way_that_depends_on_the_image() -> None:
    found = message(lambda: import_module(Branching(), (3, 8, 8), name="net"), UnsupportedOperator)
    line = Branching.forward.__code__.co_firstlineno + 1
    assert found.startswith(
        "net: torch.export cannot follow the network's code at "
        f"torch_networks.py:{line} in forward: GuardOnDataDependentSymNode: "
    )
    assert found.endswith(
        "  accepted: a forward whose steps do not depend on the values of the image\n"
        "  what to do: replace if and while on tensor values, .item() and .numpy() in forward\n"
    )


def test_a_network_that_does_not_run() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3))
    found = message(lambda: import_module(network, (1, 8, 8), name="net"), InputRefused)
    assert found == (
        "net: forward fails on 2 images of shape [1, 8, 8]: RuntimeError: Given groups=1, weight "
        "of size [4, 3, 3, 3], expected input[2, 1, 8, 8] to have 3 channels, but got 1 channels "
        "instead\n"
        "  accepted: a network that takes one tensor [batch, channels, height, width] or "
        "[batch, n], for any batch\n"
        "  what to do: check the input shape; wrap a network of several inputs in a module of one\n"
    )


def test_two_inputs() -> None:
    found = message(lambda: import_module(TwoInputs(), (3, 8, 8), name="net"), InputRefused)
    assert found.startswith(
        "net: forward fails on 2 images of shape [3, 8, 8]: TypeError: TwoInputs.forward() "
        "missing 1 required positional argument: 'y'\n"
    )
    image = torch.zeros(1, 3, 8, 8)
    program = torch.export.export(TwoInputs(), (image, image))
    assert message(lambda: import_exported(program, name="net"), InputRefused) == (
        "net: forward takes 2 inputs (x, y)\n"
        "  accepted: one image, or one vector\n"
        "  what to do: wrap the network in a module whose forward takes the image alone\n"
    )


def test_a_network_with_state() -> None:
    found = message(lambda: import_module(Counting(), (3, 8, 8), name="net"), UnsupportedOperator)
    assert found == (
        "net: forward changes the buffer seen\n"
        "  accepted: a network that keeps no state from image to image\n"
        "  what to do: call .eval() before exporting, if this is batch norm's statistics\n"
    )


def test_input_shapes_of_other_ranks() -> None:
    network = nn.Identity()
    for shape in ((3, 8), (), (3, 0, 8)):
        found = message(lambda shape=shape: import_module(network, shape, name="net"), InputRefused)
        assert found == (
            f"net: input shape {list(shape)}\n"
            "  accepted: (channels, height, width) or (n,), all positive\n"
        )


def test_a_dynamic_height() -> None:
    image = torch.zeros(2, 3, 8, 8)
    shapes = ({0: torch.export.Dim.DYNAMIC, 2: torch.export.Dim.DYNAMIC},)
    program = torch.export.export(nn.ReLU(), (image,), dynamic_shapes=shapes)
    found = message(lambda: import_exported(program, name="net"), InputRefused)
    assert found.endswith(
        "  accepted: [batch, channels, height, width] or [batch, n], fixed but for the batch\n"
        "  what to do: export with an example image; only the batch may be dynamic\n"
    )


def test_an_output_that_does_not_depend_on_the_image() -> None:
    network = Network(lambda net, x: (x.relu(), net.bias), bias=torch.ones(3))
    found = message(lambda: import_module(network, (3, 8, 8), name="net"), InputRefused)
    assert found.startswith("net: the output ")
    assert "does not depend on the input\n" in found


def test_training_mode() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout())
    program = torch.export.export(network.train(), (torch.zeros(2, 3, 8, 8),))
    found = message(lambda: import_exported(program, name="net"), UnsupportedOperator)
    assert found.startswith("net: forward changes the buffer 1.")
    assert ".eval() before exporting" in found
    free = nn.Sequential(nn.BatchNorm2d(3, track_running_stats=False))
    found = message(lambda: import_module(free, (3, 8, 8), name="net"), UnsupportedOperator)
    assert found.startswith("net: 1 operation cannot be compiled\n    batch_norm at module 0\n")
    assert "batch_norm: call .eval() before exporting, and keep track_running_stats=True" in found


def test_torchscript() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch deprecates TorchScript
        script = torch.jit.script(nn.ReLU())
    assert message(lambda: import_module(script, (3, 8, 8), name="net"), InputRefused) == (
        "net: a TorchScript module\n"
        "  accepted: an nn.Module, or a program made by torch.export\n"
        "  what to do: load the weights into the original class: model.load_state_dict(...)\n"
    )


def test_a_failing_import_prints_nothing(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for network in (Refused(), Branching()):
        with pytest.raises(UnsupportedOperator):
            import_module(network, (3, 8, 8), name="net")
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.levelno >= logging.INFO] == []


def test_an_operation_of_another_library() -> None:
    @torch.library.custom_op("fpgaflow_tests::twice", mutates_args=())
    def twice(x: torch.Tensor) -> torch.Tensor:
        return x * 2

    @twice.register_fake
    def _(x: torch.Tensor) -> torch.Tensor:
        return torch.empty_like(x)

    network = Network(lambda _, x: twice(x))
    found = message(lambda: import_module(network, (3, 8, 8), name="net"), UnsupportedOperator)
    assert found.startswith(
        "net: 1 operation cannot be compiled\n    fpgaflow_tests.twice at torch_equivalence.py:"
    )
