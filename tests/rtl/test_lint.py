"""The RTL as Verilator's linter sees it: no warning but those that a comment in it waives."""

from __future__ import annotations

import subprocess

import pytest

from fpgaflow.backend.cosimulation.verilator import find_verilator
from fpgaflow.backend.engine_rtl.compile import rtl_parameters, rtl_sources
from fpgaflow.engine.config import EngineConfig
from fpgaflow.errors import ToolMissing
from fpgaflow.resources import share_dir
from tests.rtl.models import FULL, SMALL

WIDE = EngineConfig(lanes_k=8, lanes_o=8, lanes_p=16, act_lines=4096, w_rows=4096)


@pytest.mark.parametrize(("config", "address_bits"), [(FULL, 32), (SMALL, 40), (WIDE, 40)])
def test_no_warnings(config: EngineConfig, address_bits: int) -> None:
    try:
        verilator = find_verilator()
    except ToolMissing as error:
        pytest.skip(str(error).splitlines()[0])
    sources = map(str, rtl_sources(share_dir("rtl")))
    command = verilator.command(
        *("--lint-only", "-Wall", "--no-timing", "--top-module", "engine"),
        *rtl_parameters(config, address_bits),
        *sources,
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
