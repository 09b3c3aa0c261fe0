"""Where a value needs a stage of its own before it is given a much coarser format.

The hardware's simulation headers read beyond a value's sign bit where all its bits lie below half
of the target's last one. Such a value is cast by a stage that knows of it.
"""

from __future__ import annotations

from fpgaflow.ir.fixed import FixedType, smallest_type


def needs_room(source: FixedType, target: FixedType) -> bool:
    """Whether assigning `source` to `target` breaks ap_fixed's simulation headers."""
    return source.fraction - target.fraction > source.width


def sum_type(left: FixedType, right: FixedType) -> FixedType:
    """Return the format of an exact sum, as ap_fixed's operator gives it."""
    fraction = max(left.fraction, right.fraction)
    lowest = sum(kind.minimum << (fraction - kind.fraction) for kind in (left, right))
    highest = sum(kind.maximum << (fraction - kind.fraction) for kind in (left, right))
    return smallest_type(lowest, highest, fraction)
