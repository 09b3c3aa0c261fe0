"""What the terminal and the page say of the folding, in words."""

from __future__ import annotations

from fpgaflow.report.numbers import NOT_KNOWN, RESOURCE_NAMES, format_count, format_percent
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_folding import FoldingChoice, UniformFolding


def folding_rows(report: Report) -> list[tuple[str, str]]:
    """Return titles and texts; none for a report of a version that did not write them."""
    choice = report.folding
    if choice is None:
        return []
    return [
        ("folding", _how(choice)),
        ("one reuse factor for all", _uniform(choice.uniform, report.performance.cycles_per_image)),
        ("roofline", _roofline(choice)),
        (
            "cycles until the result",
            f"{choice.latency_cycles:,}; {choice.latency_cycles_in_a_row:,} with images behind",
        ),
    ]


def _how(choice: FoldingChoice) -> str:
    bound = f"{choice.max_utilization:.0%} of each resource"
    if choice.target_fps is None:
        text = f"the fastest within {bound}"
    else:
        text = f"the smallest that reaches {choice.target_fps:g} images/s within {bound}"
    if choice.beyond:
        names = ", ".join(RESOURCE_NAMES[name] for name in choice.beyond)
        return f"{text}, but for {names}: no folding brings it there"
    return text if choice.proven else f"{text} that was found; a better one is not ruled out"


def _uniform(uniform: UniformFolding | None, cycles: int) -> str:
    if uniform is None:
        return "none stays within the same bounds"
    used = uniform.resources
    return (
        f"{uniform.reuse_factor}: {format_count(uniform.images_per_second)} images/s, "
        f"{uniform.cycles_per_image / cycles:.1f} times slower, with {used.dsp} DSP, "
        f"{used.bram36} BRAM36, {used.lut} LUT"
    )


def _roofline(choice: FoldingChoice) -> str:
    if choice.roofline_images_per_second is None:
        return NOT_KNOWN
    rate = format_count(choice.roofline_images_per_second)
    return f"{format_percent(choice.part_of_roofline)} of {rate} images/s: a MAC per DSP and cycle"
