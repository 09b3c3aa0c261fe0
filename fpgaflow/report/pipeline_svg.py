"""Writes the elements of the pipeline's pictures: escaped text, short numbers, one style."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from fpgaflow.report.pipeline_text import FONT, clean_text

# Colours of Okabe and Ito, which people with any colour vision tell apart; what matters is said by
# shape or word as well. The variables are the page's; without it their light values hold. The
# prefix keeps the page's own rules away.
_STYLE = f"""
.pl {{ color: var(--ink, #1b2330); font-family: {FONT}; }}
.pl text {{ fill: currentColor; }}
.pl .pl-soft {{ fill: var(--soft, #5c6778); }}
.pl .pl-strong {{ font-weight: 700; }}
.pl .pl-box {{ fill: var(--bg, #f6f7f9); stroke: var(--soft, #5c6778); }}
.pl .pl-around {{ fill: var(--card, #fff); stroke-dasharray: 3 2; }}
.pl .pl-slowest {{ stroke: #d55e00; stroke-width: 2.5; stroke-dasharray: none; }}
.pl .pl-track {{ fill: var(--line, #dfe3ea); }}
.pl .pl-bar {{ fill: #0072b2; }}
.pl .pl-hot {{ fill: #d55e00; }}
.pl .pl-next {{ fill: #0072b2; fill-opacity: .22; stroke: #0072b2; }}
.pl .pl-hotnext {{ fill: #d55e00; fill-opacity: .22; stroke: #d55e00; }}
.pl .pl-tag {{ fill: #b34700; }}
.pl .pl-ontag {{ fill: #fff; font-weight: 700; }}
.pl .pl-line {{ fill: none; stroke: var(--soft, #5c6778); stroke-width: 1.3; }}
.pl .pl-skip {{ stroke: #009e73; stroke-width: 1.8; }}
.pl .pl-head {{ fill: var(--soft, #5c6778); }}
.pl .pl-skiphead {{ fill: #009e73; }}
.pl .pl-ground {{ fill: var(--card, #fff); }}
.pl .pl-shift {{ fill: var(--card, #fff); stroke: currentColor; }}
.pl .pl-distributed {{ fill: #56b4e9; stroke: currentColor; }}
.pl .pl-block {{ fill: currentColor; stroke: currentColor; }}
.pl .pl-grid {{ stroke: var(--line, #dfe3ea); }}
.pl .pl-stripe {{ fill: var(--bg, #f6f7f9); }}
.pl .pl-measure {{ stroke: currentColor; fill: none; }}
.pl .pl-end {{ stroke: currentColor; stroke-dasharray: 4 3; }}
@media screen and (prefers-color-scheme: dark) {{
.pl .pl-bar {{ fill: #56b4e9; }}
.pl .pl-next {{ fill: #56b4e9; stroke: #56b4e9; }}
}}
"""


def svg(
    name: str,
    title: str,
    description: str,
    size: tuple[float, float],
    parts: Iterable[str],
    *,
    style: str = "",
) -> str:
    """Return a picture for the page.

    Args:
        name: of its own among the page's elements.
        title: what it shows, read to those who do not see it.
        description: what is to be seen.
        size: width and height.
        parts: its elements.
        style: rules of its own, behind those of all pictures.
    """
    box = f"0 0 {number(size[0])} {number(size[1])}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pl" viewBox="{box}" role="img" '
        f'aria-labelledby="{name}-title {name}-description">',
        f'<title id="{name}-title">{escaped(title)}</title>',
        f'<desc id="{name}-description">{escaped(description)}</desc>',
        f"<style>{_STYLE}{style}</style>",
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return text as it may stand between tags and in attributes."""
    return escape(clean_text(text))


def number(value: float) -> str:
    """Return a length with a tenth of a pixel."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def text(
    x: float, y: float, words: str, size: float, *, classes: str = "", anchor: str = "start"
) -> str:
    """Return a line of text; x and y are those of its anchor on the base line."""
    style = _classes(classes) if classes else ""
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}"{at}{style}>'
        f"{escaped(words)}</text>"
    )


def rectangle(
    x: float, y: float, width: float, height: float, classes: str, *, radius: float = 0.0
) -> str:
    """Return a rectangle; x and y are those of its upper left corner."""
    round_off = f' rx="{number(radius)}"' if radius else ""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" '
        f'height="{number(height)}"{round_off}{_classes(classes)}/>'
    )


def line(x0: float, y0: float, x1: float, y1: float, classes: str) -> str:
    """Return a straight line."""
    return path(f"M{number(x0)} {number(y0)}L{number(x1)} {number(y1)}", classes)


def path(steps: str, classes: str) -> str:
    """Return a path; `steps` is its `d`."""
    return f'<path d="{steps}"{_classes(classes)}/>'


def _classes(names: str) -> str:
    return f' class="{" ".join(f"pl-{name}" for name in names.split())}"'
