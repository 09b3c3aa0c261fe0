"""Learning curves as a picture."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from fpgaflow.compress.training_history import History

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

_STYLE: dict[RcKeyType, object] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.parse_math": False,  # a folder may be called $x$
}
_LOSS, _ACCURACY, _RATE = "#e8833a", "#4c8bf5", "#2f9e6e"


def draw_curves(history: History, title: str) -> bytes:
    """Return a PNG of loss, accuracy and learning rate over the epochs.

    Args:
        history: at least one epoch.
        title: what was trained.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(7.5, 6.0), layout="constrained", dpi=120)
        FigureCanvasAgg(figure)
        figure.suptitle(title)
        axes = [figure.add_subplot(3, 1, row + 1) for row in range(3)]
        epochs = [row.epoch for row in history.rows]
        _line(axes[0], epochs, [row.loss for row in history.rows], "training loss", _LOSS)
        accuracies = [row.accuracy for row in history.rows]
        _line(axes[1], epochs, accuracies, "validation accuracy", _ACCURACY)
        axes[1].yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=1))
        axes[1].plot([history.best_epoch], [history.best_accuracy], "o", color=_ACCURACY)
        axes[1].axhline(history.best_accuracy, color=_ACCURACY, linewidth=0.7, linestyle=":")
        axes[1].set_title(
            f"best {history.best_accuracy:.2%} in epoch {history.best_epoch}", loc="right"
        )
        _line(axes[2], epochs, [row.learning_rate for row in history.rows], "learning rate", _RATE)
        axes[2].set_xlabel("epoch")
        for part in (axes[0], axes[2]):
            part.set_ylim(bottom=0)
        target = BytesIO()
        figure.savefig(target, format="png", metadata={"Software": None})
    return target.getvalue()


def _line(axes: Axes, epochs: list[int], values: list[float], name: str, color: str) -> None:
    marker = "." if len(epochs) < 60 else ""
    axes.plot(epochs, values, marker=marker, color=color, linewidth=1.3)
    axes.set_ylabel(name)
    axes.margins(y=0.1)
    axes.grid(color="#88888844", linewidth=0.6)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
