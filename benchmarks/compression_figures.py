"""A collected recipe in pictures, PNG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from compression_collect import Collected
from compression_curves import draw_curves
from compression_scatter import draw_fusion, draw_macs, fusing_steps
from compression_widths import Panel, draw_widths, width_panels
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

_STYLE: dict[RcKeyType, object] = {
    "font.size": 9,
    "text.parse_math": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#8888883c",
    "grid.linewidth": 0.7,
    "axes.linewidth": 0.7,
    "axes.titlesize": 10,
    "figure.titlesize": 11,
}
_DOTS_PER_INCH = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One picture.

    Attributes:
        path: its file.
        title: for those who cannot see it.
        caption: what is shown.
    """

    path: Path
    title: str
    caption: str


def draw_figures(found: Collected, folder: Path) -> tuple[Drawn, ...]:
    """Draw whatever there is, into NAME-KIND.png, NAME being the recipe's."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn: list[Drawn] = []

    def draw(kind: str, title: str, inches: float, fill: Callable[[Figure], str]) -> None:
        path = folder / f"{found.key}-{kind}.png"
        caption = _save(path, f"{found.recipe.title}: {title}", inches, fill)
        drawn.append(Drawn(path=path, title=title, caption=caption))

    if found.steps:
        draw("curves", "learning curves", 4.6, lambda figure: draw_curves(figure, found))
    if len(found.networks) > 1:
        draw("macs", "accuracy against MACs", 4.8, lambda figure: draw_macs(figure, found))
    if len(fusing_steps(found)) > 1:
        draw("fused", "accuracy against fused convolutions", 4.4, _fusion(found))
    panels = width_panels(found)
    if panels:
        draw("widths", "channels of each layer", 1.6 + 1.5 * len(panels), _widths(panels))
    return tuple(drawn)


def _fusion(found: Collected) -> Callable[[Figure], str]:
    return lambda figure: draw_fusion(figure, found)


def _widths(panels: Sequence[Panel]) -> Callable[[Figure], str]:
    return lambda figure: draw_widths(figure, panels)


def _save(path: Path, title: str, inches: float, fill: Callable[[Figure], str]) -> str:
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(10.5, inches), layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(title)
        caption = fill(figure)
        aside = path.with_name(f"{path.stem}-aside.png")
        figure.savefig(aside, dpi=_DOTS_PER_INCH, metadata={"Software": None})
    aside.replace(path)
    return caption
