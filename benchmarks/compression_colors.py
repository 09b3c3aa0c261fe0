"""Colours of the pictures: those of Okabe and Ito, told apart by colour-blind readers too."""

from __future__ import annotations

BLACK = "#000000"
GREY = "#6b6b6b"
BLUE = "#0072b2"
SKY = "#56b4e9"
GREEN = "#009e73"
ORANGE = "#e69f00"
RED = "#d55e00"
PINK = "#cc79a7"
