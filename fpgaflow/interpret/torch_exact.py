"""Where PyTorch's floating point is exact, and how PyTorch is kept from being anything else.

A float32 holds every integer up to 2^24 and a float64 every one up to 2^53. Sums whose partial
sums all stay within that are exact in any order of addition, fused or not, and scaling by a power
of two keeps them so.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import torch

FLOAT32_EXACT = 1 << 24
FLOAT64_EXACT = 1 << 53
_ONEDNN = (torch.backends.mkldnn.conv, torch.backends.mkldnn.matmul)  # pyright: ignore[reportAttributeAccessIssue]


def exact_dtype(magnitude: int) -> torch.dtype:
    """Return the fastest type that holds every integer up to a magnitude."""
    if magnitude <= FLOAT32_EXACT:
        return torch.float32
    return torch.float64 if magnitude <= FLOAT64_EXACT else torch.int64


@contextmanager
def exact_backends() -> Generator[None]:
    """Keep PyTorch's libraries from rounding float32 early, in all threads.

    oneDNN may have been told to multiply in bfloat16 or TF32, and NNPACK's Winograd convolution
    multiplies by fractions.
    """
    with torch.backends.nnpack.flags(enabled=False):
        before = [(part, part.fp32_precision) for part in _ONEDNN]
        try:
            for part in _ONEDNN:
                part.fp32_precision = "ieee"
            yield
        finally:
            for part, precision in before:
                part.fp32_precision = precision


@contextmanager
def exact_thread() -> Generator[None]:
    """Compute without gradients and without autocast to bfloat16, in this thread."""
    with torch.inference_mode(), torch.autocast("cpu", enabled=False):
        yield
