"""Where PyTorch's floating point is exact, and how PyTorch is kept from being anything else.

A float32 holds every integer up to 2^24 and a float64 every one up to 2^53. Sums whose partial
sums all stay within that are exact in any order of addition, fused or not, and scaling by a power
of two keeps them so.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager

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
def exact_arithmetic() -> Generator[None]:
    """Run PyTorch without gradients and without any arithmetic that rounds float32 early.

    oneDNN may be told to multiply in bfloat16 or TF32, autocast does it too, and NNPACK's
    Winograd convolution multiplies by fractions.
    """
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode())
        stack.enter_context(torch.autocast("cpu", enabled=False))
        stack.enter_context(torch.backends.nnpack.flags(enabled=False))
        before = [(part, part.fp32_precision) for part in _ONEDNN]
        try:
            for part in _ONEDNN:
                part.fp32_precision = "ieee"
            yield
        finally:
            for part, precision in before:
                part.fp32_precision = precision
