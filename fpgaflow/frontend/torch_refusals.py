"""Collects everything that is wrong with a network, for one message."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.errors import UnsupportedOperator
from fpgaflow.frontend.torch_place import Place
from fpgaflow.frontend.torch_registry import ACCEPTED

_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One operation that cannot be imported.

    Attributes:
        kind: its plain name.
        place: where it stands.
        reason: what is wrong with it; empty when the operation is not known at all.
        remedy: what to do; may be empty.
    """

    kind: str
    place: Place
    reason: str = ""
    remedy: str = ""


def refusal_error(network: str, refusals: list[Refusal]) -> UnsupportedOperator:
    """Return one error for all refusals, alike ones together, in the order of the program."""
    groups: dict[tuple[str, str], dict[str, None]] = {}
    for refusal in refusals:
        places = groups.setdefault((refusal.kind, refusal.reason), {})
        places[str(refusal.place)] = None
    count = len(refusals)
    lines = [f"{network}: {count} operation{'s' if count > 1 else ''} cannot be compiled"]
    for (kind, reason), places in groups.items():
        shown = [f"    {kind} at {place}" for place in list(places)[:_SHOWN]]
        if len(places) > _SHOWN:
            shown.append(f"    {kind} at other places: {len(places) - _SHOWN}")
        lines += [f"{line}: {reason}" if reason else line for line in shown[:1]] + shown[1:]
    remedies: dict[str, list[str]] = {}
    for refusal in refusals:
        if refusal.remedy and refusal.kind not in remedies.setdefault(refusal.remedy, []):
            remedies[refusal.remedy].append(refusal.kind)
    advice = [f"{', '.join(kinds)}: {remedy}" for remedy, kinds in remedies.items()]
    return UnsupportedOperator("\n".join(lines), accepted=ACCEPTED, remedy="\n    ".join(advice))
