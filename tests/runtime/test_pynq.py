"""What runs through pynq itself; skipped where pynq is not installed (`make test-board` has it)."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.errors import DeviceFailed, InputRefused, ToolMissing
from fpgaflow.interpret import numpy_engine
from fpgaflow.runtime import Accelerator, Bundle, read_bundle
from fpgaflow.runtime.emulation.board import EmulatedBoard
from tests.runtime.bundles import (
    BOARDS,
    PYNQ,
    make_test_bundle,
    make_vivado_bundle,
    pixels,
    small_graph,
)

pytestmark = pytest.mark.skipif(PYNQ is None, reason="pynq is not installed")
ROOT = Path(__file__).resolve().parents[2]

# A user who has a bundle's files and drives pynq by hand, in a process of its own: pynq looks for
# boards once in a process.
BY_HAND = """
import sys, warnings
warnings.simplefilter("ignore")
import numpy as np
import fpgaflow.runtime.emulation.pynq_device
import pynq
from fpgaflow.runtime import read_bundle
from fpgaflow.runtime.streams import StreamFormat

bundle = read_bundle(sys.argv[1])
overlay = pynq.Overlay(sys.argv[2])
images, scores = bundle.manifest.images, bundle.manifest.scores
count = bundle.manifest.golden_images
sent = pynq.allocate((count, images.bytes_per_image), np.uint8)
received = pynq.allocate((count, scores.bytes_per_image), np.uint8)
images.pack(bundle.golden_images, sent.view(np.ndarray))
core, dma = overlay.fpgaflow_0, overlay.axi_dma_0
dma.recvchannel.transfer(received)
core.register_map.frames = count
core.register_map.clear = 1
core.register_map.CTRL.AP_START = 1
dma.sendchannel.transfer(sent)
dma.sendchannel.wait()
dma.recvchannel.wait()
assert dma.recvchannel.transferred == received.nbytes
found = scores.unpack(received.view(np.ndarray))
assert np.array_equal(found, bundle.golden_scores), found
assert int(core.register_map.frames_done_1) == count
assert int(core.register_map.frames_done_ctrl) & 1
print(pynq.Device.active_device.name, type(overlay.axi_dma_0).__name__, pynq.Clocks.fclk0_mhz)
"""


def test_pynqs_own_drivers_run_unchanged(bundle_path: Path, tmp_path: Path) -> None:
    bundle = read_bundle(bundle_path)
    bundle.unpack(tmp_path)
    bitstream = tmp_path / "net_small.bit"
    bitstream.touch()
    done = subprocess.run(
        [sys.executable, "-c", BY_HAND, str(bundle_path), str(bitstream)],
        cwd=ROOT,
        env={**os.environ, "FPGAFLOW_EMULATE": str(bundle_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    title, clock = {"pynq-z2": ("PYNQ-Z2", 100.0), "zcu104": ("ZCU104", 99.999)}[BOARDS[0]]
    assert done.stdout == f"emulated {title} DMA {clock}\n"


def test_the_environment_puts_the_emulated_board_in_place(
    bundle_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FPGAFLOW_EMULATE", str(bundle_path))
    with Accelerator(bundle_path) as accelerator:
        assert accelerator.board.startswith("emulated ")
        assert accelerator.board.endswith(f"with pynq {PYNQ}")
        assert accelerator.self_test().images == 8


# The way of a real board, where pynq finds the board by itself: no fpgaflow.runtime.emulation is
# named, and none would be on a board.
AS_ON_A_BOARD = """
import sys, warnings
warnings.simplefilter("ignore")
import fpgaflow.runtime.emulation.pynq_device
from fpgaflow.runtime import Accelerator

with Accelerator(sys.argv[1], emulate=False) as accelerator:
    print(accelerator.self_test().images, accelerator.board, f"{accelerator.clock_mhz:.1f}")
    platform = accelerator._platform
    print(type(platform).__name__, type(platform.overlay.axi_dma_0).__name__)
"""


def test_a_board_that_pynq_finds_is_driven_as_a_real_one(tmp_path: Path) -> None:
    path = make_vivado_bundle(tmp_path, BOARDS[0])
    done = subprocess.run(
        [sys.executable, "-c", AS_ON_A_BOARD, str(path)],
        cwd=ROOT,
        env={**os.environ, "FPGAFLOW_EMULATE": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    title = {"pynq-z2": "PYNQ-Z2", "zcu104": "ZCU104"}[BOARDS[0]]
    assert done.stdout == f"8 emulated {title} with pynq {PYNQ} 100.0\nPynqPlatform DMA\n"


def test_the_emulated_board_is_of_the_family_that_it_says(bundle: Bundle) -> None:
    device = importlib.import_module("fpgaflow.runtime.emulation.pynq_device")
    emulated = device.EmulatedDevice(EmulatedBoard(bundle))
    manifest = bundle.manifest
    found = (emulated.arch, manifest.board.family, manifest.images.beat_bits, manifest.dma.base)
    wanted = {
        "pynq-z2": ("armv7l", "zynq-7000", 64, 0x4000_0000),
        "zcu104": ("aarch64", "zynqmp", 128, 0xA000_0000),
    }
    assert found == wanted[BOARDS[0]]
    # Each family's processing system is another IP, from which pynq takes the clocks.
    text = bundle.files[manifest.description].decode()
    cells = {"pynq-z2": "processing_system7", "zcu104": "zynq_ultra_ps_e"}
    assert {cell for cell in cells.values() if f":{cell}:" in text} == {cells[BOARDS[0]]}


def test_images_in_pynqs_own_buffers_are_copied(
    accelerator: Accelerator, board: EmulatedBoard, bundle: Bundle
) -> None:
    device = importlib.import_module("fpgaflow.runtime.emulation.pynq_device")
    images = pixels(bundle.graph, 6)
    own = device.EmulatedDevice(board).allocate(images.shape, np.uint8)
    own[...] = images
    # A slice keeps pynq's class, with an address that need not be inside any allocation.
    for given in (own, own[2:5], own[::-1], own.copy()):
        expected = numpy_engine.run(bundle.graph, np.array(given))[bundle.graph.outputs[0]]
        assert np.array_equal(accelerator.predict(given), expected)


def test_without_a_bitstream_there_is_no_real_board(bundle: Bundle) -> None:
    with pytest.raises(InputRefused) as caught:
        Accelerator(bundle, emulate=False)
    assert str(caught.value) == (
        f"{bundle.path} holds no bitstream\n"
        "  accepted: a bundle of a design that went through Vivado\n"
        "  what to do: run it on the emulated board: emulate=True, or FPGAFLOW_EMULATE=1"
    )


def test_without_a_board_the_message_says_what_to_do(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom fpgaflow.runtime import Accelerator\n"
        "from fpgaflow.errors import DeviceFailed\n"
        "try:\n    Accelerator(sys.argv[1])\n"
        "except DeviceFailed as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(make_vivado_bundle(tmp_path, BOARDS[0]))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "pynq finds no board here: No Devices Found"


@pytest.mark.skipif(PYNQ is None or not PYNQ.startswith("4."), reason="pynq 3 serves Zynq-7000")
def test_pynq_4_is_refused_for_zynq_7000(tmp_path: Path) -> None:
    path = make_test_bundle(tmp_path, small_graph(), "pynq-z2")
    with pytest.raises(ToolMissing) as caught:
        Accelerator(path, emulate=True)
    assert str(caught.value) == (
        f"pynq {PYNQ} does not serve the PYNQ-Z2 (zynq-7000)\n"
        "  accepted: pynq 3.0 or 3.1\n"
        "  what to do: use the board's own SD card image, or install such a pynq there"
    )


@pytest.mark.skipif(PYNQ is None or PYNQ.startswith("4."), reason="one version is enough")
def test_a_bundle_for_another_family_is_refused(tmp_path: Path) -> None:
    device = importlib.import_module("fpgaflow.runtime.emulation.pynq_device")
    pynq_board = importlib.import_module("fpgaflow.runtime.pynq_board")
    path = make_test_bundle(tmp_path, small_graph(), "pynq-z2")
    emulated = device.EmulatedDevice(EmulatedBoard(read_bundle(path)))
    other = read_bundle(make_test_bundle(tmp_path, small_graph(), "zcu104"))
    with pytest.raises(InputRefused) as caught:
        pynq_board.check_architecture(other.manifest.board, emulated.arch)
    assert str(caught.value) == (
        "this bundle is for the ZCU104 (zynqmp, aarch64); this board's processor is armv7l\n"
        "  what to do: compile the network for this board: fpgaflow compile --board NAME"
    )


def test_an_overlay_that_cannot_be_loaded_is_told(
    bundle: Bundle, board: EmulatedBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = importlib.import_module("fpgaflow.runtime.emulation.pynq_device")

    def refuse(*_: object) -> None:
        raise OSError("the FPGA manager refused it")

    monkeypatch.setattr(device.EmulatedDevice, "download", refuse)
    with pytest.raises(DeviceFailed) as caught:
        Accelerator(bundle, emulate=board)
    assert str(caught.value).startswith(
        "pynq cannot load net_small.bit: OSError: the FPGA manager refused it"
    )
