from __future__ import annotations

import pytest

from fpgaflow.frontend.names import UniqueNames, sanitise


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("layer1.0.conv1", "layer1_0_conv1"),
        ("/layer1/0/Conv_2", "layer1_0_Conv_2"),
        ("0.conv", "n0_conv"),
        ("a__b", "a_b"),
        ("default", "default_"),
        ("Größe", "Gr_e"),
        ("???", "node"),
    ],
)
def test_names_are_c_identifiers(text: str, name: str) -> None:
    assert sanitise(text) == name


def test_a_name_is_handed_out_once() -> None:
    names = UniqueNames()
    assert [names.take(text) for text in ("relu", "relu", "relu.1", "relu")] == [
        "relu",
        "relu_1",
        "relu_1_1",
        "relu_2",
    ]
