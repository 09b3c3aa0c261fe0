"""The verdict and the advice in words, for the terminal's error message and the report."""

from __future__ import annotations

from fpgaflow.errors import DoesNotFit
from fpgaflow.hardware.advice import Advice, Remedy
from fpgaflow.hardware.fit import NAMES, FitReport
from fpgaflow.hardware.resource_totals import Confidence, ResourceUse

_NEEDS = {
    "low": "it needs at least",
    "likely": "it likely needs",
    "high": "it may need up to",
}
_SHOWN = ("lut", "bram36", "dsp")
_HEADING = (
    "what follows was planned anew, and fits by the same model; what it does to the accuracy has "
    "to be tried"
)
NO_BOARD = "no other known board would hold the network as it is"


def require_fit(
    fit: FitReport, advice: Advice | None, *, allow_oversize: bool, also: tuple[str, ...] = ()
) -> None:
    """Let a design that fits pass, and any other that the user wants to see anyway.

    Args:
        fit: the verdict.
        advice: what would fit, where it was looked for.
        allow_oversize: whether the user wants to see it anyway.
        also: what else would help, a line each.

    Raises:
        DoesNotFit: with the numbers, the end of the band that decided, the layers that take the
            most, and what would fit.
    """
    if fit.fits or allow_oversize:
        return
    exceeding = fit.resources.exceed(fit.confidence)
    needs = [_need(name, use, fit.confidence) for name, use in exceeding]
    limits = [f"{use.available} {NAMES[name]}" for name, use in exceeding]
    lines = [] if advice is None else [*_most(advice), *_fitting(advice, fit.confidence)]
    if fit.confidence != "low" and not fit.resources.exceed("low"):
        lines.append("it may fit all the same: --confidence low asks the low ends alone")
    lines += also
    lines.append("--allow-oversize writes the project anyway")
    raise DoesNotFit(
        f"{fit.network} does not fit {fit.board} ({fit.part}): by the resource model "
        f"{_NEEDS[fit.confidence]} {', '.join(needs)}",
        accepted=f"at most {', '.join(limits)}",
        remedy="\n    ".join(lines),
    )


def advice_lines(advice: Advice, confidence: Confidence) -> tuple[str, ...]:
    """Return what would fit, a sentence each without its full stop; nothing at all too."""
    lines = [f"{one.what} ({one.how}): {figures(one, confidence)}" for one in advice.remedies]
    if advice.nothing:
        lines.insert(0, advice.nothing)
    if all(one.kind != "board" for one in advice.remedies):
        lines.append(NO_BOARD)
    return tuple(lines)


def figures(remedy: Remedy, confidence: Confidence) -> str:
    """Return what a design that would fit takes, and how fast it is."""
    uses = dict(remedy.design.resources.items())
    parts = [_use(name, uses[name], confidence) for name in _SHOWN]
    rate = remedy.design.images_per_second
    shown = f"{rate:.0f}" if rate >= 100 else f"{rate:.3g}"
    return f"{', '.join(parts)}; {shown} images/s"


def _fitting(advice: Advice, confidence: Confidence) -> list[str]:
    lines = [advice.nothing] if advice.nothing else []
    lines += [_HEADING] if advice.remedies else []
    for one in (remedy for remedy in advice.remedies if remedy.kind != "board"):
        lines += [f"- {one.what}", f"  {one.how}", f"  {figures(one, confidence)}"]
    boards = [remedy for remedy in advice.remedies if remedy.kind == "board"]
    if not boards:
        return [*lines, NO_BOARD]
    smallest, others = boards[0], [remedy.design.board.name for remedy in boards[1:]]
    also = f"; it fits {', '.join(others)}, too" if others else ""
    return [
        *lines,
        f"- {smallest.what}{also}",
        f"  {smallest.how}",
        f"  {figures(smallest, confidence)}",
    ]


def _most(advice: Advice) -> list[str]:
    return [
        f"most {NAMES[short.resource]}: {short.most}" for short in advice.shortages if short.layers
    ]


def _need(name: str, use: ResourceUse, confidence: Confidence) -> str:
    share = [f"{use.share(confidence):.0%}"] if use.available else []
    band = [] if use.low == use.high else [f"between {use.low} and {use.high}"]
    notes = f" ({', '.join([*share, *band])})" if share or band else ""
    return f"{use.at(confidence)} {NAMES[name]}{notes}"


def _use(name: str, use: ResourceUse, confidence: Confidence) -> str:
    """Return the likely number, and the one that decides where that is another."""
    end = "" if confidence == "likely" else f", {use.at(confidence)} at the {confidence} end"
    share = f" ({use.share(confidence):.0%})" if use.available else ""
    return f"{use.used} {NAMES[name]}{end}{share}"
