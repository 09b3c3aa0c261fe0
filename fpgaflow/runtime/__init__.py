"""What runs on the board, with NumPy and pynq alone.

    from fpgaflow.runtime import Accelerator

    with Accelerator("resnet20.fpgaflow.zip") as accelerator:
        classes = accelerator.classify(images)

Elsewhere `emulate=True`, or FPGAFLOW_EMULATE in the environment, puts an emulated board in its
place.
"""

from __future__ import annotations

from fpgaflow.runtime.accelerator import Accelerator, SelfTest
from fpgaflow.runtime.bundle import Bundle, read_bundle
from fpgaflow.runtime.comparison import Comparison, CounterRow

__all__ = ["Accelerator", "Bundle", "Comparison", "CounterRow", "SelfTest", "read_bundle"]
