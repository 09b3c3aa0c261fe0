"""Figures for people."""

from __future__ import annotations

import pytest

from fpgaflow.report.numbers import (
    format_bits,
    format_bytes,
    format_count,
    format_percent,
    format_saved,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "0"),
        (9999, "9999"),
        (10_000, "10 k"),
        (18_954, "18.95 k"),
        (40_551_040, "40.55 M"),
        (2.5e9, "2.5 G"),
        (812.54, "812.5"),
        (0.5, "0.5"),
    ],
)
def test_counts(value: float | None, text: str) -> None:
    assert format_count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0, "0 B"), (999, "999 B"), (16_384, "16.4 kB"), (3_825_104, "3.83 MB")],
)
def test_bytes(value: int | None, text: str) -> None:
    assert format_bytes(value) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (None, "–"),
        (1.0, "100.00 %"),
        (0.999996, "99.99 %"),
        (3737 / 3744, "99.81 %"),
        (0.0, "0.00 %"),
    ],
)
def test_percent(part: float | None, text: str) -> None:
    assert format_percent(part) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0 bit"), (999, "999 bit"), (90_675, "90.7 kbit"), (2e9, "2 Gbit")]
)
def test_bits(value: int, text: str) -> None:
    assert format_bits(value) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (None, "–"),
        (0.0, "0.0 %"),
        (0.562125, "56.2 %"),
        (-0.076087, "7.6 % more"),
        (1.0, "100.0 %"),
    ],
)
def test_saved(part: float | None, text: str) -> None:
    assert format_saved(part) == text
