"""A board through pynq: the overlay, its registers and its memory."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from fpgaflow.errors import DeviceFailed, InputRefused, ToolMissing
from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.description import Block, check_description
from fpgaflow.runtime.manifest import BoardEntry, Manifest, WindowEntry
from fpgaflow.runtime.platform import Memory, Words
from fpgaflow.runtime.streams import Bytes

# Zynq-7000 left pynq with version 4: loading an overlay there ends in a TypeError.
_MAJORS = {"zynq-7000": (3,), "zynqmp": (3, 4)}
_ACCEPTED = {"zynq-7000": "pynq 3.0 or 3.1", "zynqmp": "pynq 3.0, 3.1 or 4.0"}
ARCHITECTURES = {"zynq-7000": "armv7l", "zynqmp": "aarch64"}


def open_board(bundle: Bundle, folder: Path) -> PynqPlatform:
    """Load a bundle's bitstream on the board that this runs on.

    Args:
        bundle: verified.
        folder: where its files were unpacked.

    Raises:
        InputRefused: the bundle holds no bitstream, or is for another family of boards.
        ToolMissing: pynq is missing, or its version does not serve the board.
        DeviceFailed: there is no board, or it cannot be reached.
    """
    manifest = bundle.manifest
    if manifest.bitstream is None:
        raise InputRefused(
            f"{bundle.path} holds no bitstream",
            accepted="a bundle of a design that went through Vivado",
            remedy="run it on the emulated board: emulate=True, or FPGAFLOW_EMULATE=1",
        )
    pynq = import_pynq(manifest.board)
    device = _active_device(pynq)
    check_architecture(manifest.board, str(getattr(device, "arch", "")))
    return PynqPlatform(pynq, device, folder / manifest.bitstream, manifest)


def import_pynq(board: BoardEntry) -> Any:
    """Import pynq, and refuse a version that does not serve the board.

    Raises:
        ToolMissing: see above.
    """
    try:
        with warnings.catch_warnings():
            # pynq's own imports warn of what it will have to change.
            warnings.simplefilter("ignore")
            # By name: pynq wants an older NumPy than the compiler has, so one environment lacks it.
            pynq: Any = import_module("pynq")
    except ImportError as error:
        raise ToolMissing(
            f"pynq cannot be imported ({error})",
            accepted=_ACCEPTED[board.family],
            remedy="run this on the board, in its own Python; elsewhere: emulate=True, "
            "or FPGAFLOW_EMULATE=1",
        ) from error
    version = str(pynq.__version__)
    matched = re.match(r"(\d+)\.", version)
    if matched is None or int(matched[1]) not in _MAJORS[board.family]:
        raise ToolMissing(
            f"pynq {version} does not serve the {board.title} ({board.family})",
            accepted=_ACCEPTED[board.family],
            remedy="use the board's own SD card image, or install such a pynq there",
        )
    return pynq


def check_architecture(board: BoardEntry, found: str) -> None:
    """Refuse a bundle for another family of boards.

    Raises:
        InputRefused: the processor is not one of the family's.
    """
    wanted = ARCHITECTURES[board.family]
    if found != wanted:
        raise InputRefused(
            f"this bundle is for the {board.title} ({board.family}, {wanted}); "
            f"this board's processor is {found or 'unknown'}",
            remedy="compile the network for this board: fpgaflow compile --board NAME",
        )


def _active_device(pynq: Any) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pynq.Device.active_device
    except RuntimeError as error:
        raise DeviceFailed(
            f"pynq finds no board here: {error}",
            remedy="on a board, run as root (its Jupyter does; else sudo -i) and set up XRT: "
            "source /etc/profile.d/xrt_setup.sh; elsewhere: emulate=True, or FPGAFLOW_EMULATE=1",
        ) from error


class _PynqMemory:
    """A buffer that pynq allocated for us."""

    def __init__(self, buffer: Any) -> None:
        self._buffer = buffer
        # A plain view: slices of pynq's own class carry addresses of their own.
        self._array: Bytes = buffer.view(np.ndarray)
        self._address = int(buffer.physical_address)

    @property
    def array(self) -> Bytes:
        return self._array

    @property
    def address(self) -> int:
        return self._address

    def flush(self) -> None:
        self._buffer.flush()

    def invalidate(self) -> None:
        self._buffer.invalidate()


class PynqPlatform:
    """A board with an overlay of pynq's.

    Args:
        pynq: the package.
        device: the one to load on.
        bitstream: the .bit; the .hwh lies beside it.
        manifest: of the bundle.

    Raises:
        DeviceFailed: pynq cannot load it, or its description is not the bundle's.
    """

    def __init__(self, pynq: Any, device: Any, bitstream: Path, manifest: Manifest) -> None:
        """Load the overlay and check what pynq knows of it."""
        self._pynq = pynq
        self._device = device
        try:
            overlay = pynq.Overlay(str(bitstream), device=device)
        except (OSError, RuntimeError, TypeError, ValueError, LookupError) as error:
            raise DeviceFailed(
                f"pynq cannot load {bitstream.name}: {type(error).__name__}: {error}",
                remedy="run as root, and check that the bundle is for this board",
            ) from error
        check_description(manifest, _blocks(overlay.ip_dict), "as pynq read it")
        self._overlay = overlay
        title = getattr(device, "name", "") or manifest.board.title
        self._name = f"{title} with pynq {pynq.__version__}"

    @property
    def name(self) -> str:
        """What this is, for people."""
        return self._name

    @property
    def overlay(self) -> Any:
        """pynq's overlay."""
        return self._overlay

    def words(self, window: WindowEntry) -> Words:
        """Return a block's registers."""
        return getattr(self._overlay, window.cell).mmio

    @property
    def clock_mhz(self) -> float:
        """The clock that the processing system gives the logic now."""
        return float(self._pynq.Clocks.fclk0_mhz)

    def allocate(self, size: int) -> Memory:
        """Return that many bytes of contiguous memory."""
        return _PynqMemory(self._pynq.allocate((size,), np.uint8, target=self._device))

    def reload(self) -> None:
        """Load the bitstream again."""
        self._overlay.download()

    def close(self) -> None:
        """Let go of the overlay; buffers go when nobody holds them."""
        del self._overlay


def _blocks(ip_dict: Mapping[str, Any]) -> dict[str, Block]:
    return {
        cell: Block(
            type=str(entry["type"]),
            base=int(entry["phys_addr"]),
            registers={
                name: int(register["address_offset"])
                for name, register in entry["registers"].items()
            },
            parameters={
                name.lower(): str(value) for name, value in entry.get("parameters", {}).items()
            },
        )
        for cell, entry in ip_dict.items()
        if "phys_addr" in entry
    }
