"""Lets `python -m fpgaflow` do what `fpgaflow` does."""

from __future__ import annotations

from fpgaflow.cli import main

if __name__ == "__main__":
    main()
