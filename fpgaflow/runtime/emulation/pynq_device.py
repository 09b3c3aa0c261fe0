"""The emulated board as a device of pynq's: overlays, drivers and buffers run on it unchanged.

Importing this module tells pynq of it. Where the environment variable FPGAFLOW_EMULATE names a
bundle, pynq finds the board by itself and takes it for the one that it runs on.
"""

from __future__ import annotations

import ctypes
import os
import tempfile
import warnings
import weakref
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from fpgaflow.runtime.boards import ENVIRONMENT
from fpgaflow.runtime.bundle import Bundle, read_bundle
from fpgaflow.runtime.emulation.base import BaseBoard
from fpgaflow.runtime.emulation.choice import make_board
from fpgaflow.runtime.emulation.faults import Fault
from fpgaflow.runtime.pynq_board import ARCHITECTURES, PynqPlatform, import_pynq

with warnings.catch_warnings():
    # pynq's own imports warn of what it will have to change.
    warnings.simplefilter("ignore")
    # By name: pynq wants an older NumPy than the compiler has, so one environment lacks it.
    _pynq: Any = import_module("pynq")
    _buffers: Any = import_module("pynq.buffer")
    _frontends: Any = import_module("pynqmetadata.frontends")
    _old = str(_pynq.__version__).startswith("3.")
    _views: Any = import_module(
        "pynq.metadata.runtime_metadata_parser" if _old else "pynqmetadata.views.runtime"
    )


class EmulatedDevice(_pynq.Device):
    """What pynq asks of a device, answered by an emulated board."""

    _probe_priority_ = 10

    @classmethod
    def _probe_(cls) -> list[EmulatedDevice]:
        """Say which devices there are: one, where the environment names a bundle."""
        path = Path(os.environ.get(ENVIRONMENT, ""))
        return [cls(make_board(read_bundle(path)))] if path.is_file() else []

    def __init__(self, board: BaseBoard) -> None:
        """Stand in for a board."""
        super().__init__(tag="fpgaflow_emulated_board")
        self.board = board
        self.capabilities = {"REGISTER_RW": True}
        self.arch = ARCHITECTURES[board.bundle.manifest.board.family]
        self.name = board.name

    def get_bitfile_metadata(self, bitfile_name: str, *_: object) -> Any:
        """Return what the .hwh beside a bitstream says."""
        beside = Path(bitfile_name).with_suffix(".hwh")
        with tempfile.TemporaryDirectory(prefix="fpgaflow-hwh-") as folder:
            # pynq takes a file, never a text.
            path = Path(folder) / beside.name
            path.write_bytes(self.board.description(beside.read_bytes()))
            return _views.RuntimeMetadataParser(_frontends.Metadata(input=str(path)))

    def download(self, bitstream: Any, parser: Any = None) -> None:
        """Load a bitstream; the board knows what its design computes."""
        self.board.load()
        self.post_download(bitstream, parser, self.name)

    def allocate(self, shape: Any, dtype: Any, **_: object) -> Any:
        """Return a buffer of pynq's own class with a physical address."""
        kind = np.dtype(dtype)
        size = int(np.prod(shape)) * kind.itemsize
        address = self.board.ddr.allocate(size)
        buffer = _buffers.PynqBuffer(shape, kind, device=self, device_address=address, bo=address)
        buffer[...] = 0
        weakref.finalize(buffer, self.board.ddr.free, address)
        return buffer

    def flush(self, bo: int, offset: int, vaddr: int, nbytes: int) -> None:
        """Copy the processor's view to the DMA's."""
        if not self.board.faults.take(Fault.MISSING_FLUSH):
            self.board.ddr.write(bo + offset, ctypes.string_at(vaddr, nbytes))

    def invalidate(self, bo: int, offset: int, vaddr: int, nbytes: int) -> None:
        """Copy the DMA's view to the processor's."""
        ctypes.memmove(vaddr, self.board.ddr.read(bo + offset, nbytes), nbytes)

    def read_registers(self, address: int, length: int) -> bytes:
        """Return the bytes of registers."""
        words = (self.board.read(address + offset) for offset in range(0, length, 4))
        return b"".join(word.to_bytes(4, "little") for word in words)[:length]

    def write_registers(self, address: int, data: Any) -> None:
        """Write the bytes of registers."""
        given = bytes(data)
        for offset in range(0, len(given), 4):
            self.board.write(address + offset, int.from_bytes(given[offset : offset + 4], "little"))


def open_emulated(bundle: Bundle, folder: Path, board: BaseBoard) -> PynqPlatform:
    """Load a bundle's design on an emulated board, through pynq.

    Args:
        bundle: verified.
        folder: where its files were unpacked.
        board: the one to load on.

    Raises:
        ToolMissing: this pynq does not serve the board that is emulated.
        DeviceFailed: the board's description is not the bundle's.
    """
    manifest = bundle.manifest
    package = import_pynq(manifest.board)
    bitstream = folder / (manifest.bitstream or str(Path(manifest.description).with_suffix(".bit")))
    # Overlays are found by their bitstream; the emulated board reads none of it.
    bitstream.touch()
    return PynqPlatform(package, EmulatedDevice(board), bitstream, manifest)
