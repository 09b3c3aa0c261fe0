"""The engine's overlay under pynq itself; skipped where pynq is not installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fpgaflow.hardware.boards import load_board
from tests.backend.networks import residual
from tests.runtime.bundles import BOARDS, PYNQ
from tests.runtime.engine_bundles import make_engine_bundle

pytestmark = pytest.mark.skipif(PYNQ is None, reason="pynq is not installed")
ROOT = Path(__file__).resolve().parents[2]

# A user who has a bundle's files and drives pynq by hand, by the registers' names.
BY_HAND = """
import json, sys, warnings
warnings.simplefilter("ignore")
import numpy as np
import fpgaflow.runtime.emulation.pynq_device
import pynq
from fpgaflow.engine.frames import frame_layout
from fpgaflow.runtime import read_bundle

bundle = read_bundle(sys.argv[1])
overlay = pynq.Overlay(sys.argv[2])
engine = bundle.manifest.engine
layout = frame_layout(json.loads(bundle.files[engine.frames]))
count = bundle.manifest.golden_images
program = pynq.allocate((len(bundle.files[engine.program]),), np.uint8)
program[:] = np.frombuffer(bundle.files[engine.program], np.uint8)
images = pynq.allocate((count, engine.input_bytes), np.uint8)
images[:] = layout.pack(bundle.golden_images)
scores = pynq.allocate((count, engine.output_bytes), np.uint8)
program.flush()
images.flush()
registers = overlay.fpgaflow_0.register_map
for name, buffer in (("program", program), ("input", images), ("output", scores)):
    setattr(registers, f"{name}_address_1", buffer.physical_address)
    setattr(registers, f"{name}_bytes", buffer.nbytes)
registers.frames = count
registers.CTRL.AP_START = 1
while not registers.CTRL.AP_DONE:
    pass
scores.invalidate()
found = layout.unpack(np.array(scores))[bundle.graph.outputs[0]]
assert np.array_equal(found, bundle.golden_scores), found
assert int(registers.status) == 0
assert int(registers.frames_done_1) == count
print(pynq.Device.active_device.name, hex(int(registers.lanes)), pynq.Clocks.fclk0_mhz)
"""

# The way of a real board, where pynq finds the board by itself; two networks on one bitstream.
AS_ON_A_BOARD = """
import sys, warnings
warnings.simplefilter("ignore")
import fpgaflow.runtime.emulation.pynq_device as device
from fpgaflow.runtime import Accelerator

downloads = []
download = device.EmulatedDevice.download
device.EmulatedDevice.download = lambda *args: (downloads.append(1), download(*args))[1]
with Accelerator(sys.argv[1], emulate=False) as accelerator:
    print(accelerator.manifest.name, accelerator.self_test().images, accelerator.board)
    accelerator.use(sys.argv[2])
    print(accelerator.manifest.name, accelerator.self_test().images, len(downloads))
"""


def run(script: str, bundle: Path, *arguments: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, str(bundle), *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "FPGAFLOW_EMULATE": str(bundle)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_register_map_drives_the_engine(tmp_path: Path) -> None:
    from fpgaflow.runtime import read_bundle

    path = make_engine_bundle(tmp_path)
    read_bundle(path).unpack(tmp_path / "files")
    bitstream = tmp_path / "files/fpgaflow_engine.bit"
    bitstream.touch()
    engine = load_board(BOARDS[0]).engine
    assert engine is not None
    lanes = engine.lanes_k | engine.lanes_o << 8 | engine.lanes_p << 16
    title, clock = {"pynq-z2": ("PYNQ-Z2", 100.0), "zcu104": ("ZCU104", 99.999)}[BOARDS[0]]
    assert run(BY_HAND, path, bitstream) == f"emulated {title} {hex(lanes)} {clock}\n"


def test_two_networks_share_a_bitstream(tmp_path: Path) -> None:
    first = make_engine_bundle(tmp_path, bitstream=True)
    # The second one needs no bitstream of its own.
    second = make_engine_bundle(tmp_path, residual())
    title = {"pynq-z2": "PYNQ-Z2", "zcu104": "ZCU104"}[BOARDS[0]]
    assert run(AS_ON_A_BOARD, first, second) == (
        f"small 8 emulated {title} with pynq {PYNQ}\nresidual 8 1\n"
    )
