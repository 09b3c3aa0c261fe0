"""How wide text in the pipeline's pictures is taken to be, and names cut to fit.

The model: advance widths of Arial, which Helvetica, Liberation Sans and Arimo share, in thousandths
of the font's size; bold text a tenth wider; any character that is not listed as wide as the size.
Boxes leave an eighth of their text's width free, so that a somewhat wider font still fits.
"""

from __future__ import annotations

import unicodedata

FONT = "Arial, 'Liberation Sans', Helvetica, Arimo, sans-serif"

_BOLD = 1.1
_SPARE = 1.125
_WIDTHS = {
    191: "'",
    222: "ijl",
    260: "|",
    278: " !,./:;It[]\\f·",
    333: "()-r`{}",
    355: '"',
    389: "*",
    469: "^",
    500: "ckvsxyzJ",
    556: "0123456789abdeghnopqu_L#$?–",
    584: "+<=>~×−",
    611: "FTZ",
    667: "ABEKPSVXY&",
    722: "CDHNRUw",
    778: "GOQ",
    833: "mM",
    889: "%",
    944: "W",
    1015: "@",
}
_WIDTH = {letter: width / 1000 for width, letters in _WIDTHS.items() for letter in letters}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text, in the unit of `size`, spare room included."""
    width = sum(_WIDTH.get(letter, 1.0) for letter in text)
    return width * size * _SPARE * (_BOLD if bold else 1.0)


def clean_text(text: str) -> str:
    """Return text on one line, without characters that XML does not allow."""
    line = " ".join(text.split())
    allowed = "".join(letter for letter in line if unicodedata.category(letter)[0] != "C")
    return " ".join(allowed.split())


def shorten(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Return the text; an ellipsis replaces its middle where it is wider than `room`."""
    if text_width(text, size, bold=bold) <= room:
        return text
    room -= text_width("…", size, bold=bold)
    before = after = 0
    while before + after < len(text):
        # Letters are taken from the beginning and the end in turn.
        letter = text[before] if before <= after else text[len(text) - after - 1]
        room -= text_width(letter, size, bold=bold)
        if room < 0:
            break
        before, after = (before + 1, after) if before <= after else (before, after + 1)
    return f"{text[:before]}…{text[len(text) - after :]}"
