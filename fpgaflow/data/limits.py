"""How much memory reading data may take.

A set's pixels are at most MAX_IMAGE_BYTES, and reading any source takes at most twice
MAX_IMAGE_BYTES in all. What a header claims is checked before anything is allocated.
"""

from __future__ import annotations

from fpgaflow.errors import InputRefused

MAX_IMAGE_BYTES = 1 << 30
"""The pixels of one set: 349,525 images of 32x32x3, or 7,132 of 224x224x3."""

MAX_IMAGE_PIXELS = 1 << 24
"""Height times width of one picture in an image folder."""

MAX_BATCH_BYTES = 1 << 26
"""One file of CIFAR-10; the real ones have 31 MB."""

MAX_ARCHIVE_BYTES = 1 << 30
"""How far into an unpacked CIFAR-10 archive the reader looks; the real ones have 186 MB."""


def check_image_bytes(place: str, count: int, height: int, width: int, channels: int) -> None:
    """Refuse a set of `count` images [height, width, channels] that is larger than the limit."""
    size = count * height * width * channels
    if size > MAX_IMAGE_BYTES:
        raise InputRefused(
            f"{place}: {count} images of {height}x{width}x{channels} take {size} bytes",
            accepted=f"at most {MAX_IMAGE_BYTES} bytes of pixels",
            remedy="use fewer images",
        )
