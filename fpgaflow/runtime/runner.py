"""What runs images on a board, whatever the design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fpgaflow.runtime.streams import Integers


@dataclass(slots=True, kw_only=True)
class Times:
    """Seconds that the parts of a call took; parts overlap, so they add up to more than `total`."""

    total: float = 0.0
    pack: float = 0.0
    to_device: float = 0.0
    from_device: float = 0.0
    unpack: float = 0.0


class Runner(Protocol):
    """Runs images in chunks of `batch_size`."""

    batch_size: int

    @property
    def bytes_in(self) -> int:
        """Bytes that an image takes on its way to the logic."""
        ...

    @property
    def bytes_out(self) -> int:
        """Bytes that an image's scores take on their way back."""
        ...

    @property
    def runs(self) -> int:
        """Chunks of the last call."""
        ...

    def run(self, images: NDArray[np.uint8], timeout_s: float | None, times: Times) -> Integers:
        """Return the scores of images, int64 [n, *output shape], one or more of them.

        Args:
            images: uint8 [n, *input shape].
            timeout_s: the longest wait; None for what the design is modelled to need, and more.
            times: is added to.

        Raises:
            DeviceFailed: the board failed; the next call starts afresh.
        """
        ...

    def counters(self) -> dict[str, int]:
        """Return what the last call counted, by name."""
        ...
