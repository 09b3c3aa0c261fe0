"""Compiled RTL for tests; a test without Verilator or a C++ compiler is skipped and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaflow.backend.engine_rtl.compile import RtlModel, compile_engine
from fpgaflow.engine.config import EngineConfig
from fpgaflow.errors import ToolMissing

COPIER = Path(__file__).parent / "copier"
SMALL = EngineConfig(lanes_k=4, lanes_o=2, lanes_p=2, act_lines=128, w_rows=128)
FULL = EngineConfig()


def compiled(config: EngineConfig, *, rtl: Path | None = None, address_bits: int = 32) -> RtlModel:
    """The engine, or the design in `rtl`, as a program."""
    try:
        return compile_engine(config, rtl=rtl, address_bits=address_bits)
    except ToolMissing as error:
        pytest.skip(str(error).splitlines()[0])
