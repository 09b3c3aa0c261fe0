"""The width model of the pipeline's pictures."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.report.pipeline_text import clean_text, shorten, text_width

QUICK = settings(max_examples=60, deadline=None, derandomize=True)
WORDS = st.text(st.sampled_from("aiW_.9 <&é卷\n\0\x1b\u200b"), max_size=40)


def test_widths_are_those_of_arial_and_an_eighth() -> None:
    assert text_width("", 10) == 0
    assert round(text_width("0", 10) / 1.125, 6) == 5.56
    assert round(text_width("Wi", 10) / 1.125, 6) == 9.44 + 2.22
    assert text_width("ab", 10, bold=True) > text_width("ab", 10)
    assert round(text_width("卷", 10) / 1.125, 6) == 10.0


@QUICK
@given(WORDS, st.floats(9, 400), st.booleans())
def test_shortened_text_fits_and_keeps_its_ends(words: str, room: float, bold: bool) -> None:
    short = shorten(words, 11, room, bold=bold)
    if short == words:
        return
    assert text_width(short, 11, bold=bold) <= max(room, text_width("…", 11, bold=bold))
    kept = len(short) - 1
    assert short == f"{words[: kept - kept // 2]}…{words[len(words) - kept // 2 :]}"


@QUICK
@given(WORDS)
def test_clean_text_is_one_line_that_xml_allows(words: str) -> None:
    clean = clean_text(words)
    assert clean == clean_text(clean)
    assert all(letter >= " " for letter in clean)
    assert "\n" not in clean
