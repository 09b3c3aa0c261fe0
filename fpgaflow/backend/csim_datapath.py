"""The compiled C-simulation as what computes inside the emulated accelerator.

By its methods this is the runtime's `Datapath`; it imports nothing of the runtime.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fpgaflow.backend.csim import DEFAULT_LIMITS, CsimLimits
from fpgaflow.backend.csim_server import CsimServer
from fpgaflow.backend.manifest import read_manifest
from fpgaflow.hardware.beats import IMAGES, BeatFormat


class CsimDatapath:
    """Beats go through the wrapped design's C++, which gives scores and counters.

    A run is simulated when all its images have come: C++ has no processes that wait for beats. It
    has no clock either: counters of cycles stay zero.

    Args:
        project: a folder that `emit_project` wrote.
        work: where `compile_csim` put the executable.
        limits: time and memory.

    Raises:
        InputRefused: the project has no accelerator, or its bench cannot serve.
    """

    def __init__(self, project: Path, work: Path, limits: CsimLimits = DEFAULT_LIMITS) -> None:
        """Start nothing yet."""
        self._server = CsimServer(project, work, image_s=limits.image_s, memory_mb=limits.memory_mb)
        manifest = read_manifest(project)
        assert manifest.beat_bits is not None, "the server refuses it"
        self._bytes_per_image = BeatFormat(
            stream=IMAGES,
            shape=manifest.input.shape,
            number="uint8",
            beat_bits=manifest.beat_bits,
        ).bytes_per_image
        self._begin(0, clear=True)

    @property
    def pid(self) -> int | None:
        """The process that takes runs; None while there is none."""
        return self._server.pid

    def load(self) -> None:
        """Start anew: the process ends, and with it what it counted."""
        self._server.close()
        self._begin(0, clear=True)

    def close(self) -> None:
        """End the process."""
        self._server.close()

    def start(self, frames: int, *, clear: bool) -> None:
        """Begin a run."""
        self._begin(frames, clear=clear)

    def take(self, data: bytes) -> bytes:
        """Take beats of images; with the run's last ones, simulate it.

        Raises:
            ToolMissing: the compiled simulation is not there.
            ToolFailed: it crashed, broke a rule of the streams, or took too long.
        """
        self._incoming += data
        if len(self._incoming) < self._frames * self._bytes_per_image:
            return b""
        answer = self._server.run(bytes(self._incoming), self._frames, clear=self._clear)
        self._incoming.clear()
        self._counters = answer.counters
        return answer.scores

    def leave(self, size: int) -> Mapping[str, int]:
        """Return the counters after the run whose scores these are."""
        return self._counters

    def _begin(self, frames: int, *, clear: bool) -> None:
        self._frames = frames
        self._clear = clear
        self._incoming = bytearray()
        self._counters: Mapping[str, int] = {}
