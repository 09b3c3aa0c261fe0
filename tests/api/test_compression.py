"""A compression that was interrupted goes on, and ends with the bits of one that was not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.api.compression import Job
from fpgaflow.api.compression_methods import prune_and_fuse_file
from fpgaflow.compress.dynamic_pruning import first_bracket
from fpgaflow.compress.fusing import FuseSettings
from fpgaflow.compress.layer_fusion import FusionRules
from fpgaflow.compress.pruning import PruneSettings
from fpgaflow.compress.selection import Limits
from fpgaflow.compress.training_history import History
from fpgaflow.compress.training_settings import TrainSettings
from fpgaflow.errors import InputRefused
from fpgaflow.zoo.resnet import ResNet
from tests.api.tiny import left_behind
from tests.compress.small_models import digits, save, trained

TUNING = TrainSettings(epochs=2, restart_epochs=None, learning_rate=0.02)
PRUNE = PruneSettings(
    target_drop=0.9,
    iterations=1,
    bracket=first_bracket(upper=0.6, lower=0.2, tolerance=0.2),
    limits=Limits(),
    tuning=TUNING,
)
FUSE = FuseSettings(
    rules=FusionRules(every=2, max_drop=0.9), short_epochs=1, long_epochs=1, tuning=TUNING
)


class Interrupting:
    """Interrupts after so many epochs, as someone at the keyboard would."""

    def __init__(self, epochs: int) -> None:
        self._left = epochs
        self.lines: list[str] = []

    def begin_training(self, history: History, epochs: int) -> None:
        pass

    def batches(self, done: int, total: int, loss: float) -> None:
        pass

    def end_epoch(self, history: History) -> None:
        self._left -= 1
        if self._left == 0:
            raise KeyboardInterrupt

    def begin(self, name: str) -> None:
        pass

    def say(self, line: str) -> None:
        self.lines.append(line)

    def warn(self, message: str) -> None:
        raise AssertionError(message)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    folder = tmp_path_factory.mktemp("model")
    model = save(trained(ResNet), folder / "m.safetensors")
    for name, part in zip(("train", "test"), digits(), strict=True):
        np.savez(folder / f"{name}.npz", images=part.images[:150], labels=part.labels[:150])
    return Job(
        model=model,
        data=str(folder / "train.npz"),
        validation=str(folder / "test.npz"),
        output=folder / "unset.safetensors",
        tuning=TUNING,
    )


def test_an_interrupted_command_goes_on_to_the_same_bits(job: Job, tmp_path: Path) -> None:
    whole = replace(job, output=tmp_path / "a.safetensors")
    prune_and_fuse_file(whole, PRUNE, FUSE)
    broken = replace(job, output=tmp_path / "b.safetensors")
    for epochs in (2, 3):
        with pytest.raises(KeyboardInterrupt):
            prune_and_fuse_file(broken, PRUNE, FUSE, Interrupting(epochs))
        assert (tmp_path / "b.work").is_dir()
        assert not list(tmp_path.glob("b*.safetensors"))
    watcher = Interrupting(-1)
    prune_and_fuse_file(broken, PRUNE, FUSE, watcher)
    assert any(line.startswith("iteration 1, trial 1: threshold 0.4000") for line in watcher.lines)
    names = left_behind(tmp_path)
    assert [name for name in names if name.startswith("b")] == [
        f"b{name[1:]}" for name in names if name.startswith("a")
    ]
    assert not any(name.endswith(".work") for name in names)
    for name in names:
        if name.startswith("a") and not name.endswith((".html", ".history.json")):
            other = tmp_path / f"b{name[1:]}"
            assert other.read_bytes() == (tmp_path / name).read_bytes(), name


def test_other_settings_are_no_resumption(job: Job, tmp_path: Path) -> None:
    job = replace(job, output=tmp_path / "m.safetensors")
    with pytest.raises(KeyboardInterrupt):
        prune_and_fuse_file(job, PRUNE, FUSE, Interrupting(1))
    other = replace(PRUNE, tuning=replace(TUNING, learning_rate=0.01))
    with pytest.raises(InputRefused, match="began otherwise: learning_rate was"):
        prune_and_fuse_file(job, other, FUSE)
    prune_and_fuse_file(replace(job, resume=False), other, FUSE)
    assert (tmp_path / "m.safetensors").is_file()
