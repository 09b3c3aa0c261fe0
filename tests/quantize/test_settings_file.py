"""Exceptions for single layers, read from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaflow.errors import InputRefused
from fpgaflow.quantize.settings import LayerBits
from fpgaflow.quantize.settings_file import read_layer_bits

TABLES = 'tables such as [layers."layer1_*"] with weight_bits and activation_bits'


def write(folder: Path, text: str) -> Path:
    path = folder / "layers.toml"
    path.write_text(text)
    return path


def test_layers_come_in_the_files_order(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[layers."layer1_*"]\nweight_bits = 6\n'
        "[layers.linear]\nweight_bits = 8\nactivation_bits = 12\n",
    )
    assert read_layer_bits(path) == (
        LayerBits(pattern="layer1_*", weight_bits=6),
        LayerBits(pattern="linear", weight_bits=8, activation_bits=12),
    )


@pytest.mark.parametrize(
    ("text", "found", "accepted"),
    [
        ("weight_bits = 6\n", ": unknown key weight_bits", TABLES),
        ("", " has no layers", TABLES),
        ("layers = 3\n", " has no layers", TABLES),
        (
            "[layers.conv1]\n",
            ': [layers."conv1"] sets nothing',
            "weight_bits and activation_bits",
        ),
        (
            "[layers.conv1]\nbits = 6\n",
            ': [layers."conv1"] has the unknown key bits',
            "weight_bits and activation_bits",
        ),
        (
            '[layers.conv1]\nweight_bits = "6"\n',
            ": [layers.\"conv1\"] weight_bits = '6'",
            "a whole number, 2 to 16",
        ),
        (
            "[layers.conv1]\nweight_bits = true\n",
            ': [layers."conv1"] weight_bits = True',
            "a whole number, 2 to 16",
        ),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, found: str, accepted: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputRefused) as caught:
        read_layer_bits(path)
    assert str(caught.value) == f"{path}{found}\n  accepted: {accepted}"


def test_a_name_with_dots_needs_quotes(tmp_path: Path) -> None:
    path = write(tmp_path, "[layers.layer1.conv1]\nweight_bits = 6\n")
    with pytest.raises(InputRefused) as caught:
        read_layer_bits(path)
    assert str(caught.value) == (
        f'{path}: [layers."layer1"] has the unknown key conv1\n'
        "  accepted: weight_bits and activation_bits\n"
        "  what to do: put a name with dots or stars in quotes"
    )
