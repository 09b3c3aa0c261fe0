"""`04_networks_in_turn`, unchanged, on the engine's RTL: the kernel starts with a simulator."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.backend.networks import residual
from tests.notebooks.running import copy_notebook, run_notebook
from tests.rtl_on_boards import GOLDEN, bundle_path, simulator_path
from tests.runtime.bundles import PYNQ
from tests.runtime.engine_bundles import make_engine_bundle
from tests.runtime.test_rtl_under_pynq import BOARD, ENGINES, TITLE, needs_both

STARTUP = """
from pathlib import Path
from fpgaflow.api.rtl_boards import use_rtl
use_rtl({simulator!r})

def keep_cycles(*_):
    counters = get_ipython().user_ns.get("counters")
    if counters:
        # The functional model has no clock.
        Path("cycles.txt").write_text(str([found["cycles"] for _, found in counters.values()]))

get_ipython().events.register("post_run_cell", keep_cycles)
"""


@needs_both
def test_two_networks_share_the_rtl(tmp_path: Path) -> None:
    digits = Path(shutil.copy(bundle_path(ENGINES, BOARD), tmp_path))
    other = make_engine_bundle(tmp_path, residual(), BOARD)
    notebook = copy_notebook("04_networks_in_turn.ipynb", tmp_path)
    simulator = str(simulator_path(ENGINES, BOARD).resolve())
    found = run_notebook(notebook, startup=STARTUP.format(simulator=simulator))
    assert found.warnings == ""
    assert f"emulated {TITLE} with pynq {PYNQ}" in found.text
    for path, images in ((digits, GOLDEN), (other, 8)):
        name = path.name.removesuffix(".fpgaflow.zip")
        assert f"{name:28}{images:5} images right, changed in" in found.text
    cycles = (tmp_path / "cycles.txt").read_text().strip("[]").split(", ")
    assert len(cycles) == 2
    assert all(int(one) > 1000 for one in cycles)
