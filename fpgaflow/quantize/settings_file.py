"""Reads exceptions for single layers from a TOML file.

    [layers."layer1_*"]
    weight_bits = 6

    [layers.linear]
    weight_bits = 8
    activation_bits = 12

Where several patterns match a layer, the last one in the file decides.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from fpgaflow.errors import InputRefused
from fpgaflow.quantize.settings import LayerBits
from fpgaflow.toml_file import read_toml

_KEYS = ("weight_bits", "activation_bits")
_EXAMPLE = '[layers."layer1_*"] with weight_bits and activation_bits'


def read_layer_bits(path: Path) -> tuple[LayerBits, ...]:
    """Return the exceptions that the file `path` lists, in its order.

    Raises:
        InputRefused: the file cannot be read, holds something else, or asks for widths that are
            no whole numbers.
    """
    table = read_toml(path, "the layer settings")
    unknown = [key for key in table if key != "layers"]
    if unknown:
        raise InputRefused(
            f"{path}: unknown key {unknown[0]}", accepted=f"tables such as {_EXAMPLE}"
        )
    layers = table.get("layers")
    if not isinstance(layers, dict) or not layers:
        raise InputRefused(f"{path} has no layers", accepted=f"tables such as {_EXAMPLE}")
    entries = cast("dict[str, object]", layers)
    return tuple(_layer(path, pattern, entry) for pattern, entry in entries.items())


def _layer(path: Path, pattern: str, entry: object) -> LayerBits:
    place = f'{path}: [layers."{pattern}"]'
    if not isinstance(entry, dict) or not entry:
        raise InputRefused(f"{place} sets nothing", accepted=" and ".join(_KEYS))
    widths = cast("dict[str, object]", entry)
    for key, value in widths.items():
        if key not in _KEYS:
            remedy = "put a name with dots or stars in quotes" if isinstance(value, dict) else ""
            raise InputRefused(
                f"{place} has the unknown key {key}", accepted=" and ".join(_KEYS), remedy=remedy
            )
        if not isinstance(value, int) or isinstance(value, bool):
            raise InputRefused(f"{place} {key} = {value!r}", accepted="a whole number, 2 to 16")
    bits = cast("dict[str, int]", widths)
    return LayerBits(
        pattern=pattern,
        weight_bits=bits.get("weight_bits"),
        activation_bits=bits.get("activation_bits"),
    )
