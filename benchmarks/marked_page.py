"""Puts a benchmark's tables into its page, between two marks; what is around them is kept."""

from __future__ import annotations

from pathlib import Path

_BEGIN, _END = "<!-- table -->\n", "<!-- end of table -->\n"


def fill_page(page: Path, text: str) -> None:
    """Replace what stands between the marks of a Markdown page."""
    head, _, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    page.write_text(f"{head}{_BEGIN}{text}\n{_END}{tail}", encoding="utf-8")
