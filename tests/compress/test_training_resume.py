"""A killed run goes on, bit for bit; a run of something else is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch

from fpgaflow.compress import checkpoints
from fpgaflow.compress.checkpoints import BEST, HISTORY, LAST, unpack
from fpgaflow.compress.training import fit
from fpgaflow.compress.training_history import History
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.errors import InputRefused, ToolFailed
from tests.compress.killed_training import SETTINGS
from tests.compress.training_cases import (
    NORMALISE,
    QUICK,
    TRAIN,
    VALIDATION,
    small_network,
    striped_images,
)


class Stop(Exception):
    """The test's own end of a run."""


class StopsAfter:
    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def begin_training(self, history: History, epochs: int) -> None:
        self.begun_after = len(history.rows)

    def batches(self, done: int, total: int, loss: float) -> None:
        pass

    def end_epoch(self, history: History) -> None:
        if len(history.rows) == self.epoch:
            raise Stop


def train(folder: Path | None, settings: TrainSettings = QUICK) -> tuple[torch.nn.Module, History]:
    module = small_network()
    history = fit(module, TRAIN, VALIDATION, settings, normalise=NORMALISE, folder=folder)
    return module, history


def same_bits(one: torch.nn.Module, other: torch.nn.Module) -> bool:
    states = one.state_dict(), other.state_dict()
    return all(torch.equal(value, states[1][name]) for name, value in states[0].items())


def test_after_kill_9_the_bits_are_those_of_an_unbroken_run(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.compress.killed_training", str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.kill()
    child.wait()
    child.stdout.close()
    assert len(unpack((tmp_path / LAST).read_bytes(), tmp_path / LAST).history.rows) == 3
    module, history = train(tmp_path, SETTINGS)
    unbroken, its_history = train(None, SETTINGS)
    assert same_bits(module, unbroken)
    assert [row.loss for row in history.rows] == [row.loss for row in its_history.rows]
    assert history.best_epoch == its_history.best_epoch


@pytest.mark.parametrize("epoch", [1, 3])
def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path, epoch: int) -> None:
    watcher = StopsAfter(epoch)
    with pytest.raises(Stop):
        fit(
            small_network(), TRAIN, VALIDATION, QUICK,
            normalise=NORMALISE, folder=tmp_path, progress=watcher,
        )  # fmt: skip
    again = StopsAfter(99)
    module = small_network()
    fit(module, TRAIN, VALIDATION, QUICK, normalise=NORMALISE, folder=tmp_path, progress=again)
    assert again.begun_after == epoch
    assert same_bits(module, train(None)[0])


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    module, history = train(tmp_path)
    before = (tmp_path / LAST).read_bytes()
    again, same = train(tmp_path)
    assert same == history
    assert same_bits(module, again)
    assert (tmp_path / LAST).read_bytes() == before


def test_the_folder_holds_the_best_weights_and_the_history(tmp_path: Path) -> None:
    module, history = train(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [BEST, HISTORY, LAST]
    best = safetensors.torch.load_file(tmp_path / BEST)
    assert all(torch.equal(value, best[name]) for name, value in module.state_dict().items())
    held = json.loads((tmp_path / HISTORY).read_text())
    assert held["best_epoch"] == history.best_epoch
    assert held["settings"]["learning_rate"] == 0.05
    assert [row["epoch"] for row in held["epochs"]] == [1, 2, 3, 4]


def test_other_settings_data_and_networks_are_refused_by_name(tmp_path: Path) -> None:
    train(tmp_path)
    settings = replace(QUICK, learning_rate=0.1, seed=5)
    with pytest.raises(InputRefused) as caught:
        train(tmp_path, settings)
    assert str(caught.value) == (
        f"{tmp_path} holds a training that began otherwise: learning_rate was 0.05 and is 0.1; "
        "seed was 0 and is 5\n"
        "  accepted: what it began with\n"
        "  what to do: train as it began, start over with --no-resume, or name another output"
    )
    with pytest.raises(InputRefused) as caught:
        fit(
            small_network(seed=4), striped_images(72, 9), striped_images(40, 8), QUICK,
            folder=tmp_path, teacher=small_network(), trainable=["0", "8"],
        )  # fmt: skip
    assert caught.value.found == (
        f"{tmp_path} holds a training that began otherwise: mean was [0.4] and is [0.0]; another "
        "network or initial weights; std was [0.3] and is [1.0]; another teacher; trained layers "
        "was all and is 0, 8; another training images; another validation images"
    )


def test_without_resume_it_begins_anew(tmp_path: Path) -> None:
    train(tmp_path)
    settings = replace(QUICK, seed=5)
    module = small_network()
    fit(module, TRAIN, VALIDATION, settings, normalise=NORMALISE, folder=tmp_path, resume=False)
    assert same_bits(module, train(None, settings)[0])


@pytest.mark.parametrize("damage", ["cut", "empty", "other"])
def test_a_damaged_checkpoint_is_refused(tmp_path: Path, damage: str) -> None:
    train(tmp_path)
    path = tmp_path / LAST
    data = path.read_bytes()
    other = (tmp_path / BEST).read_bytes()
    path.write_bytes({"cut": data[: len(data) // 2], "empty": b"", "other": other}[damage])
    with pytest.raises(InputRefused) as caught:
        train(tmp_path)
    assert str(caught.value) == (
        f"{path} is damaged and no training can go on from it\n"
        "  what to do: start over with --no-resume; the best weights may be in "
        f"{tmp_path / BEST}"
    )


def test_a_full_disk_keeps_what_was_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    class FullAfterTwo(StopsAfter):
        def end_epoch(self, history: History) -> None:
            if len(history.rows) == 2:
                monkeypatch.setattr(checkpoints.os, "fsync", full)

    with pytest.raises(ToolFailed) as caught:
        fit(
            small_network(), TRAIN, VALIDATION, QUICK,
            normalise=NORMALISE, folder=tmp_path, progress=FullAfterTwo(0),
        )  # fmt: skip
    assert " cannot be written: No space left on device; the 2 epochs before are kept\n" in str(
        caught.value
    )
    assert caught.value.remedy == "free some space, then give the same command again"
    assert sorted(path.name for path in tmp_path.iterdir()) == [BEST, HISTORY, LAST]
    monkeypatch.undo()
    assert same_bits(train(tmp_path)[0], train(None)[0])


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputRefused, match="cannot be written") as caught:
        train(tmp_path / "file")
    assert caught.value.remedy == "name another place"
