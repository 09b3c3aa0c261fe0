"""What a report says of how its verdict on the board came about."""

from __future__ import annotations

from fpgaflow.report.schema_parts import Fit

_DECIDES = {
    "low": "the low end of each resource's band decides",
    "likely": "the likely number of each resource decides",
    "high": "the high end of each resource's band decides",
}


def verdict_line(fit: Fit) -> str:
    """Return which end of the bands the verdict asked, and what moved them."""
    used = fit.calibration
    if used is None:
        return _DECIDES[fit.confidence]
    designs = "1 measured design" if used.designs == 1 else f"{used.designs} measured designs"
    return f"{_DECIDES[fit.confidence]}; the bands follow {designs} ({used.sha256[:12]})"
