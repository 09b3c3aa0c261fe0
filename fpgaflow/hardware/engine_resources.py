"""What an engine takes of a device: as Yosys counted it (`engine_resources.toml`), or not known.

Slices and block RAM follow from the configuration alone and are modelled where no synthesis was
kept; look-up tables and flip-flops are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from fpgaflow.engine.config import EngineConfig
from fpgaflow.errors import InputRefused
from fpgaflow.toml_file import read_toml

FILE = Path(__file__).with_name("engine_resources.toml")

_BRAM36_ROWS = 1024
_COLUMN_BITS = 32
_BANK_COLUMNS = 4
_SIZES = ("lanes_k", "lanes_o", "lanes_p", "act_lines", "w_rows")
_COUNTS = ("lut", "ff", "dsp", "bram36")
_TEXTS = ("family", "tool", "sources_sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSynthesis:
    """What Yosys counted of one configuration.

    Attributes:
        config: the engine.
        family: of the boards that it stands for.
        lut: look-up tables.
        ff: flip-flops.
        dsp: DSP slices.
        bram36: block RAMs of 36 Kbit.
        tool: with its version and what it was told.
        sources_sha256: over the RTL that was synthesized.
    """

    config: EngineConfig
    family: str
    lut: int
    ff: int
    dsp: int
    bram36: int
    tool: str
    sources_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFigures:
    """The file's content.

    Attributes:
        designs: what was synthesized.
        lut_under: how many percent fewer than Vivado Yosys counts, at the least and at the most.
        ff_under: likewise.
        seen_on: what that comes from.
    """

    designs: tuple[EngineSynthesis, ...]
    lut_under: tuple[int, int]
    ff_under: tuple[int, int]
    seen_on: str

    def find(self, config: EngineConfig, family: str) -> EngineSynthesis | None:
        """Return what was counted of a configuration; None where it was not synthesized."""
        same = (one for one in self.designs if one.config == config and one.family == family)
        return next(same, None)


def modelled_bram36(config: EngineConfig) -> int:
    """Return the block RAMs of the banks and of the program memory: 1,024 rows of 32 bits each.

    A bank has four columns, so that bytes which cross a line are read at once.
    """
    banks = config.lanes_p * _BANK_COLUMNS * -(-config.act_lines // _BRAM36_ROWS)
    return banks + modelled_program_bram36(config)


def modelled_program_bram36(config: EngineConfig) -> int:
    """Return the block RAMs of the program memory alone."""
    columns = -(-8 * config.row_bytes // _COLUMN_BITS)
    return columns * -(-config.w_rows // _BRAM36_ROWS)


@cache
def engine_figures() -> EngineFigures:
    """Return what fpgaflow ships."""
    return read_figures(FILE)


def read_figures(path: Path) -> EngineFigures:
    """Read a file like `engine_resources.toml`.

    Raises:
        InputRefused: it cannot be read, a key is unknown or missing, or a value is wrong.
    """
    found = read_toml(path, "the file of the engine's resources")
    _check(path, "", found, ("error", "engine"), optional=("engine",))
    error = _table(path, "error", found["error"])
    _check(path, "error.", error, ("lut_percent_under", "ff_percent_under", "seen_on"))
    rows = found.get("engine", [])
    if not isinstance(rows, list):
        raise _wrong(path, "engine", "a list of tables, each [[engine]]")
    designs = tuple(
        _design(path, f"engine[{number}]", row)
        for number, row in enumerate(cast("list[object]", rows))
    )
    return EngineFigures(
        designs=designs,
        lut_under=_range(path, "lut_percent_under", error),
        ff_under=_range(path, "ff_percent_under", error),
        seen_on=_text(path, "error.seen_on", error["seen_on"]),
    )


def _design(path: Path, place: str, value: object) -> EngineSynthesis:
    row = _table(path, place, value)
    _check(path, f"{place}.", row, (*_SIZES, *_COUNTS, *_TEXTS))
    whole = {key: _count(path, f"{place}.{key}", row[key]) for key in (*_SIZES, *_COUNTS)}
    family, tool, sources = (_text(path, f"{place}.{key}", row[key]) for key in _TEXTS)
    try:
        config = EngineConfig(**{key: whole[key] for key in _SIZES})
    except InputRefused as error:
        raise InputRefused(f"{path}: {place}: {error.found}", accepted=error.accepted) from error
    counts = {key: whole[key] for key in _COUNTS}
    return EngineSynthesis(
        config=config, family=family, tool=tool, sources_sha256=sources, **counts
    )


def _check(
    path: Path,
    prefix: str,
    row: Mapping[str, object],
    known: tuple[str, ...],
    *,
    optional: tuple[str, ...] = (),
) -> None:
    for key in row:
        if key not in known:
            raise InputRefused(
                f"{path}: unknown key {prefix}{key}",
                accepted=", ".join(f"{prefix}{name}" for name in known),
            )
    for key in known:
        if key not in row and key not in optional:
            raise InputRefused(f"{path}: the key {prefix}{key} is missing")


def _table(path: Path, key: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _wrong(path, key, "a table")
    return cast("dict[str, object]", value)


def _range(path: Path, key: str, row: Mapping[str, object]) -> tuple[int, int]:
    value = row[key]
    if isinstance(value, list):
        ends = cast("list[object]", value)
        low, high = ends if len(ends) == 2 else (None, None)
        if type(low) is int and type(high) is int and 0 <= low <= high < 100:
            return low, high
    raise _wrong(path, f"error.{key}", "two whole numbers from 0 to 99, the smaller first")


def _count(path: Path, key: str, value: object) -> int:
    if type(value) is not int or value < 0:
        raise _wrong(path, key, "a whole number, 0 or more")
    return value


def _text(path: Path, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(path, key, "a text that is not empty")
    return value


def _wrong(path: Path, key: str, accepted: str) -> InputRefused:
    return InputRefused(f"{path}: {key} has a wrong value", accepted=accepted)
