"""fpgaflow: from a trained CNN to a small FPGA board, every integer proven."""

from fpgaflow.version import __version__

__all__ = ["__version__"]
