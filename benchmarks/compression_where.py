"""Where figures come from: the commit and the machine."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import torch

_CHECKOUT = Path(__file__).resolve().parent.parent


def commit() -> str:
    """Return the checkout's commit, short; "unknown" outside of one."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    found = subprocess.run(
        (git, "-C", str(_CHECKOUT), "rev-parse", "--short", "HEAD"),
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"


def machine() -> str:
    """Return processor, cores, system and versions in one line."""
    return (
        f"{_processor()}, {os.cpu_count()} cores; {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, torch {torch.__version__}"
    )


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or "unknown processor"
