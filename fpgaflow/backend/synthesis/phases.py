"""What a tool is at, from the lines that it writes; for a progress display."""

from __future__ import annotations

import re

# Each pattern's first group, where it has one, is shown; else the text beside it.
_PHASES = (
    (re.compile(r"-- Implementing module '(\w+)'"), "module {}"),
    (re.compile(r"\[HLS 200-10\] Analyzing design file '.*?([^/']+)'"), "reading {}"),
    (re.compile(r"\[HLS 200-111\] Finished (.+?):"), "finished {}"),
    (
        re.compile(r"^Start(?:ing)? (RTL \w.*?|Cross Boundary .*?|Technology Mapping)\s*:?\s*$"),
        "{}",
    ),
    (re.compile(r"^Starting (Synthesize|RTL Elaboration) :"), "{}"),
    (re.compile(r"^Starting (\w[\w ]+ Task)$"), "{}"),
    (re.compile(r"^(Phase \d+) ([A-Z][\w /-]+)$"), "{}: {}"),
    (re.compile(r"^fpgaflow: stage (\w+)$"), "script started"),
    (re.compile(r"^Creating bitstream"), "writing the bitstream"),
)


def phase_of(line: str) -> str | None:
    """Return what a line of Vitis HLS's or Vivado's says is being done; None for most lines."""
    for pattern, text in _PHASES:
        found = pattern.search(line)
        if found is not None:
            return text.format(*found.groups())
    return None
