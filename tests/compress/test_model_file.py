"""The note that comes with a model file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from fpgaflow.compress.checkpoints import save_tensors
from fpgaflow.compress.model_file import ModelNote, model_file, read_note
from fpgaflow.frontend.checkpoint import load_model
from tests.api.tiny import tiny_module

NOTE = ModelNote(input_shape=(1, 6, 6), mean=(0.25,), std=(0.5,))


def test_the_note_comes_back_and_the_weights_load(tmp_path: Path) -> None:
    data = model_file(tiny_module(), NOTE)
    assert data == model_file(tiny_module(), NOTE)
    assert read_note(data) == NOTE
    path = tmp_path / "m.safetensors"
    path.write_bytes(data)
    loaded = load_model(path)
    assert loaded.note == NOTE
    assert loaded.input_shape == (1, 6, 6)
    assert load_model(path, input_shape=(1, 7, 7)).input_shape == (1, 7, 7)
    assert isinstance(loaded.payload, torch.nn.Module)
    for name, value in tiny_module().state_dict().items():
        assert torch.equal(loaded.payload.state_dict()[name], value)


def test_a_note_of_clips() -> None:
    note = ModelNote(input_shape=(6, 1, 12, 12), mean=(0.25,), std=(0.5,))
    assert read_note(model_file(tiny_module(), note)) == note


@pytest.mark.parametrize(
    "note",
    [
        {"input_shape": [1, 6], "mean": [0], "std": [1]},
        {"input_shape": [1, 1, 1, 6, 6], "mean": [0], "std": [1]},
        {"input_shape": [1, 6, 0], "mean": [0], "std": [1]},
        {"input_shape": [60000, 60000, 60000], "mean": [0], "std": [1]},
        {"input_shape": [1, 6, 6], "mean": [10**400], "std": [1]},
        {"input_shape": [1, 6, True], "mean": [0], "std": [1]},
        {"input_shape": [1, 6, 6], "mean": ["0"], "std": [1]},
        {"input_shape": [1, 6, 6], "mean": [], "std": [1]},
        {"input_shape": [1, 6, 6], "mean": [float("nan")], "std": [1]},
        {"input_shape": [1, 6, 6], "mean": [0], "std": 1},
        {"mean": [0], "std": [1]},
        [],
        None,
    ],
)
def test_a_note_that_makes_no_sense_is_none(note: object) -> None:
    held = {"w": torch.zeros(2)}
    assert read_note(save_tensors(held, {"fpgaflow": json.dumps(note)})) is None
    assert read_note(save_tensors(held)) is None


def test_a_note_that_nests_without_end_is_none() -> None:
    data = save_tensors({"w": torch.zeros(2)}, {"fpgaflow": "[" * 100_000})
    assert read_note(data) is None
