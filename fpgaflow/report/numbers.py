"""How figures are written for people; the figures themselves come from the report."""

from __future__ import annotations

NOT_KNOWN = "–"

RESOURCE_NAMES = {"lut": "LUT", "ff": "FF", "bram36": "BRAM36", "dsp": "DSP", "uram": "URAM"}


def format_count(value: float | None) -> str:
    """Return e.g. `940`, `18.95 k`, `40.6 M`: four digits at the most."""
    if value is None:
        return NOT_KNOWN
    for limit, unit in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if abs(value) >= limit:
            return f"{value / (limit if unit != ' k' else 1e3):.4g}{unit}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def format_bytes(value: int | None) -> str:
    """Return e.g. `940 B`, `16.4 kB`, `3.83 MB`; powers of ten."""
    if value is None:
        return NOT_KNOWN
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= limit:
            return f"{value / limit:.3g} {unit}"
    return f"{value} B"


def format_percent(part: float | None) -> str:
    """Return a part of one as percent, e.g. `99.81 %`; only a whole one is `100.00 %`."""
    if part is None:
        return NOT_KNOWN
    percent = int(part * 10_000 + 1e-6) / 100 if 0.9999 < part < 1 else part * 100
    return f"{percent:.2f} %"


def format_bits(value: int) -> str:
    """Return e.g. `940 bit`, `16.4 kbit`, `3.83 Mbit`; powers of ten."""
    for limit, unit in ((1e9, "Gbit"), (1e6, "Mbit"), (1e3, "kbit")):
        if value >= limit:
            return f"{value / limit:.3g} {unit}"
    return f"{value} bit"


def format_saved(part: float | None) -> str:
    """Return a part that was saved, e.g. `56.2 %`, or `7.6 % more` where it grew."""
    if part is None:
        return NOT_KNOWN
    percent = f"{abs(part) * 100:.1f} %"
    return f"{percent} more" if part < 0 else percent


def format_energy(picojoules: float) -> str:
    """Return e.g. `940 pJ`, `16.4 nJ`, `3.83 mJ`."""
    for limit, unit in ((1e9, "mJ"), (1e6, "µJ"), (1e3, "nJ")):
        if picojoules >= limit:
            return f"{picojoules / limit:.3g} {unit}"
    return f"{picojoules:.3g} pJ"
