"""What ends a compression early: a clear message, and nothing that was finished is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.api.tiny import left_behind
from tests.cli.conftest import Invoke
from tests.compress.small_models import digits, save, small_resnet

OPTIONS = (
    "--epochs", 2, "--restart", 0, "--target-drop", 99, "--iterations", 1, "--tolerance", 0.3,
    "--lower-threshold", 0.2, "--upper-threshold", 0.6, "--max-drop", 100, "--short-epochs", 1,
    "--long-epochs", 2, "--long-every", 2, "--choose", "compression", "-q",
)  # fmt: skip
NEXT = "\n  what to do: free some space, then give the same command again\n"
PRUNED = ["prune-1-01"]
ALL = [
    "fuse-01-short", "fuse-02-long", "fuse-02-short", "fuse-03-long", "fuse-03-short", *PRUNED,
]  # fmt: skip


def plain_network() -> nn.Module:
    """A network without batch norm."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 10),
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an untrained residual network and images."""
    folder = tmp_path_factory.mktemp("folder")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        save(small_resnet(), folder / "m.safetensors")
        save(plain_network(), folder / "plain.safetensors")
    for name, part in zip(("train", "test"), digits(), strict=True):
        assert part.labels is not None
        np.savez(folder / f"{name}.npz", images=part.images[:130], labels=part.labels[:130])
    return folder


def data(folder: Path) -> tuple[object, ...]:
    return ("--data", folder / "train.npz", "--validation", folder / "test.npz")


def test_kills_and_full_disks_change_no_bit_of_the_result(
    invoke: Invoke, folder: Path, tmp_path: Path
) -> None:
    """Eleven runs end early, each somewhere else; the twelfth ends as one that nothing broke."""
    command = ("compress", folder / "m.safetensors", *data(folder), *OPTIONS)
    unbroken = invoke(*command, "-o", tmp_path / "a.safetensors")
    assert unbroken.exit_code == 0, unbroken.output
    arguments = [str(part) for part in (*command, "-o", tmp_path / "b.safetensors")]
    child = subprocess.run(
        [sys.executable, "-m", "tests.cli.broken_compression", tmp_path, json.dumps(arguments)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=True,
        text=True,
    )
    told = [json.loads(line) for line in child.stdout.splitlines() if line.startswith('{"run": ')]
    assert [(run["run"], run["code"]) for run in told] == [
        ("disk full in the first epoch", 7),
        ("killed in a trial", -9),
        ("disk full in a trial", 7),
        ("killed in a short tuning", -9),
        ("disk full in a long tuning", 7),
        ("killed in a long tuning", -9),
        ("disk full at the files", 7),
        ("killed at the files", -9),
        ("killed before the first file is in its place", -9),
        ("killed between two files", -9),
        ("killed before the model is in its place", -9),
        ("to the end", 0),
    ]
    assert_nothing_is_lost(told)
    assert_full_disks_are_told(told, tmp_path / "b.work")
    assert told[-1]["errors"] == ""
    names = [name for name in left_behind(tmp_path) if name[0] == "a"]
    assert told[-1]["files"] == [f"b{name[1:]}" for name in names]
    compared = [name for name in names if name.endswith((".safetensors", ".plan.json"))]
    assert len(compared) == 6
    for name in compared:
        assert (tmp_path / f"b{name[1:]}").read_bytes() == (tmp_path / name).read_bytes(), name


def assert_nothing_is_lost(told: list[dict[str, Any]]) -> None:
    """Each run finds the trainings of the runs before it; the model appears at the very end."""
    shorts = ["fuse-01-short", "fuse-02-short", *PRUNED]
    expected = [[], *[PRUNED] * 3, shorts, sorted(["fuse-02-long", *shorts]), *[ALL] * 5, []]
    assert [run["trainings"] for run in told] == expected
    assert all(run["files"] == ["b.work"] for run in told[:9])
    assert all("b.safetensors" not in run["files"] for run in told[:-1])


def assert_full_disks_are_told(told: list[dict[str, Any]], work: Path) -> None:
    errors = [run["errors"] for run in told if run["run"].startswith("disk full")]
    full = "cannot be written: File too large"
    assert errors == [
        f"error: {work}/prune-1-01/best.safetensors {full}; no epoch was finished before{NEXT}",
        f"error: {work}/prune-1-01/last.safetensors {full}; the epoch before is kept{NEXT}",
        f"error: {work}/fuse-02-long/best.safetensors {full}; no epoch was finished before; the 3 "
        f"finished trainings, prune-1-01 to fuse-02-short, are kept in {work}{NEXT}",
        f"error: {work}/result/b-pruned.safetensors {full}; the finished trainings are kept in "
        f"{work}{NEXT}",
    ]


def test_a_loss_that_is_no_number_keeps_the_trainings_before(
    invoke: Invoke, folder: Path, tmp_path: Path
) -> None:
    result = invoke(
        "compress", folder / "m.safetensors", *data(folder), *OPTIONS, "--temperature", 1e30,
        "-o", tmp_path / "c.safetensors",
    )  # fmt: skip
    assert result.exit_code == 7
    assert result.stderr == (
        "error: training failed in epoch 1: the loss of batch 1 of 3 is nan; no epoch was finished "
        f"before; the finished training prune-1-01 is kept in {tmp_path / 'c.work'}\n"
        "  what to do: use a smaller learning rate, or check the mean and standard deviation\n"
    )
    assert left_behind(tmp_path) == ["c.work"]
    assert (tmp_path / "c.work" / "prune-1-01" / "best.safetensors").is_file()


def test_a_network_without_batch_norm_cannot_be_slimmed(
    invoke: Invoke, folder: Path, tmp_path: Path
) -> None:
    result = invoke(
        "slim", folder / "plain.safetensors", "--arch",
        "tests.cli.test_compression_faults:plain_network", *data(folder), "--epochs", 1, "-q",
        "-o", tmp_path / "s.safetensors",
    )  # fmt: skip
    assert result.exit_code == 3
    assert result.stderr == (
        "error: the network has no batch norm, whose scales tell slimming which channels matter\n"
        "  accepted: a network with batch norm behind its convolutions\n"
        "  what to do: train one with batch norm, or use `fpgaflow prune`, which needs none\n"
    )
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("method", ["compress", "prune", "fuse", "slim"])
def test_data_that_cannot_be_used_is_refused_before_anything_is_written(
    invoke: Invoke, folder: Path, tmp_path: Path, method: str
) -> None:
    wide, missing = tmp_path / "wide.npz", tmp_path / "nowhere"
    np.savez(wide, images=np.zeros((40, 8, 9, 1), np.uint8), labels=np.arange(40) % 10)
    cases = {
        f"cifar10:{missing}": f"error: cifar10:{missing}: there is no {missing}\n",
        f"{missing}": f"error: {missing}: there is no {missing}\n",
        f"{wide}": (
            f"error: {wide} (the others): the images are 8x9x1 (height, width, channels)\n"
            "  accepted: 8x8x1, which the network takes\n"
        ),
    }
    for source, message in cases.items():
        result = invoke(
            method, folder / "m.safetensors", "--data", source, "-o", tmp_path / "o.safetensors"
        )
        assert (result.exit_code, result.stderr[: len(message)]) == (3, message)
    assert left_behind(tmp_path) == ["wide.npz"]


@pytest.mark.parametrize("name", ["c.html", "c-pruned.plan.json", "c-fused04.safetensors"])
def test_no_earlier_file_is_replaced_unasked(
    invoke: Invoke, folder: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("mine")
    command = ("compress", folder / "m.safetensors", *data(folder), *OPTIONS)
    result = invoke(*command, "-o", tmp_path / "c.safetensors")
    assert result.exit_code == 3
    assert result.stderr == (
        f"error: the output {tmp_path / name} exists already\n"
        "  accepted: files that do not exist yet\n"
        "  what to do: name another output with -o, or replace it with --force\n"
    )
    assert (tmp_path / name).read_text() == "mine"
    assert left_behind(tmp_path) == [name]


def test_with_force_the_files_of_an_earlier_command_go(
    invoke: Invoke, folder: Path, tmp_path: Path
) -> None:
    names = ["f-fused09.plan.json", "f-fused09.safetensors", "f-mine.safetensors", "f.html"]
    for name in names:
        (tmp_path / name).write_text("earlier")
    result = invoke(
        "fuse", folder / "m.safetensors", *data(folder), "--max-drop", 100, "--short-epochs", 1,
        "--long-epochs", 1, "--choose", "compression", "-q", "--force",
        "-o", tmp_path / "f.safetensors",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert left_behind(tmp_path) == [
        "f-mine.safetensors", "f.history.json", "f.html", "f.plan.json", "f.safetensors",
    ]  # fmt: skip
    (tmp_path / "f.html").unlink()
    (tmp_path / "f.html").mkdir()
    result = invoke(
        "fuse", folder / "m.safetensors", *data(folder), "--force",
        "-o", tmp_path / "f.safetensors",
    )  # fmt: skip
    assert result.exit_code == 3
    assert f"error: the output {tmp_path / 'f.html'} is there and is no regular file\n" in (
        result.stderr
    )
