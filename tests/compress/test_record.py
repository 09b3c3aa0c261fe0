"""A compression's history: how long it trained, and files that do not tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaflow.compress.record import Record, Tuning, read_epochs, record_json
from fpgaflow.compress.training_history import EpochRow, History
from fpgaflow.errors import InputRefused


def test_the_epochs_of_every_training_are_read(tmp_path: Path) -> None:
    row = EpochRow(epoch=1, loss=1.0, accuracy=0.5, learning_rate=0.1, seconds=1.0)
    tunings = tuple(
        Tuning(name=f"prune-1-{count}", history=History(rows=(row,) * count)) for count in (3, 1)
    )
    path = tmp_path / "m.history.json"
    path.write_text(record_json(Record(tunings=tunings), {"method": "prune"}))
    assert read_epochs(path) == (3, 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{", "is no JSON file: Expecting property name enclosed in double quotes: "
         "line 1 column 2 (char 1)"),
        ('{"schema": 2, "tunings": []}', "has schema 2"),
        ("[]", "does not list the epochs of every training"),
        ('{"schema": 1}', "does not list the epochs of every training"),
        ('{"schema": 1, "tunings": [7]}', "does not list the epochs of every training"),
        ('{"schema": 1, "tunings": [{"history": {"rows": 3}}]}',
         "does not list the epochs of every training"),
    ],
)  # fmt: skip
def test_a_damaged_history_is_refused(text: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "m.history.json"
    path.write_text(text)
    with pytest.raises(InputRefused) as caught:
        read_epochs(path)
    assert str(caught.value) == (
        f"{path} {found}\n  accepted: a NAME.history.json that fpgaflow wrote, schema 1"
    )
