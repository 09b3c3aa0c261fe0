"""Reads and checks a board.toml."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import NoReturn, cast, get_args

from fpgaflow.engine.config import EngineConfig
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.board import Board, BoardFamily, BoardResources, BoardSources
from fpgaflow.toml_file import read_toml

_HP_PORT_BITS = (32, 64, 128)


def load_board_file(path: Path) -> Board:
    """Return the board that the TOML file `path` describes.

    Raises:
        InputRefused: the file cannot be read, or a key is unknown, missing or has a wrong value.
    """
    table = _Table(path, "", read_toml(path, "the board file"))
    table.check_keys(tuple(field.name for field in fields(Board)), optional=("engine",))
    resources = table.table("resources")
    resources.check_keys(tuple(field.name for field in fields(BoardResources)))
    sources = table.table("sources")
    optional = () if table.has("engine") else ("engine",)
    sources.check_keys(tuple(field.name for field in fields(BoardSources)), optional=optional)
    return Board(
        name=table.text("name"),
        title=table.text("title"),
        family=cast(BoardFamily, table.one_of("family", get_args(BoardFamily))),
        part=table.text("part"),
        board_part=table.text("board_part"),
        resources=BoardResources(
            lut=resources.count("lut"),
            ff=resources.count("ff"),
            bram36=resources.count("bram36"),
            uram=resources.count("uram"),
            dsp=resources.count("dsp"),
        ),
        clock_mhz=table.positive("clock_mhz"),
        ps_clock_mhz=table.positive("ps_clock_mhz"),
        hp_port_bits=cast(int, table.one_of("hp_port_bits", _HP_PORT_BITS)),
        ddr_gb_per_s=table.positive("ddr_gb_per_s"),
        pynq_version=table.text("pynq_version"),
        sources=BoardSources(
            part=sources.text("part"),
            board_part=sources.text("board_part"),
            resources=sources.text("resources"),
            clock_mhz=sources.text("clock_mhz"),
            ps_clock_mhz=sources.text("ps_clock_mhz"),
            hp_port_bits=sources.text("hp_port_bits"),
            ddr_gb_per_s=sources.text("ddr_gb_per_s"),
            pynq_version=sources.text("pynq_version"),
            engine=sources.text("engine") if sources.has("engine") else "",
        ),
        engine=_engine(path, table),
    )


def _engine(path: Path, table: _Table) -> EngineConfig | None:
    if not table.has("engine"):
        return None
    engine = table.table("engine")
    engine.check_keys(tuple(field.name for field in fields(EngineConfig)))
    sizes = {field.name: engine.count(field.name) for field in fields(EngineConfig)}
    try:
        return EngineConfig(**sizes)
    except InputRefused as error:
        raise InputRefused(f"{path}: {error.found}", accepted=error.accepted) from error


class _Table:
    """One table of the file, with getters that refuse a wrong value by its full key."""

    def __init__(self, path: Path, prefix: str, values: Mapping[str, object]) -> None:
        self._path = path
        self._prefix = prefix
        self._values = values

    def has(self, key: str) -> bool:
        return key in self._values

    def check_keys(self, known: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        """Refuse the first unknown key, then the first missing one that is not optional."""
        for key in self._values:
            if key not in known:
                raise InputRefused(
                    f"{self._path}: unknown key {self._prefix}{key}",
                    accepted=", ".join(f"{self._prefix}{name}" for name in known),
                )
        for key in known:
            if key not in self._values and key not in optional:
                raise InputRefused(
                    f"{self._path}: the key {self._prefix}{key} is missing",
                    remedy="compare with the file of a board that fpgaflow ships",
                )

    def table(self, key: str) -> _Table:
        value = self._values[key]
        if not isinstance(value, dict):
            self._refuse(key, "a table")
        return _Table(self._path, f"{self._prefix}{key}.", cast(dict[str, object], value))

    def text(self, key: str) -> str:
        value = self._values[key]
        if not isinstance(value, str) or not value.strip():
            self._refuse(key, "a text that is not empty")
        return value

    def count(self, key: str) -> int:
        value = self._values[key]
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self._refuse(key, "a whole number, 0 or more")
        return value

    def positive(self, key: str) -> float:
        value = self._values[key]
        if not isinstance(value, int | float) or isinstance(value, bool):
            self._refuse(key, "a number above 0")
        if not math.isfinite(value) or value <= 0:
            self._refuse(key, "a number above 0")
        return float(value)

    def one_of(self, key: str, choices: tuple[object, ...]) -> object:
        value = self._values[key]
        if isinstance(value, bool) or not isinstance(value, str | int) or value not in choices:
            self._refuse(key, " or ".join(_show(choice) for choice in choices))
        return value

    def _refuse(self, key: str, accepted: str) -> NoReturn:
        raise InputRefused(
            f"{self._path}: {self._prefix}{key} is {_show(self._values[key])}", accepted=accepted
        )


def _show(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    return "a table" if isinstance(value, dict) else str(value)
