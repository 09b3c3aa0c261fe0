"""Two processes together give what one gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import safetensors.torch
import torch

from fpgaflow.compress.distributed import Team, joined
from fpgaflow.compress.training import fit
from fpgaflow.errors import ToolFailed
from tests.compress.team_training import RESULT, SETTINGS
from tests.compress.training_cases import NORMALISE, TRAIN, VALIDATION, InDouble


def test_two_processes_train_what_one_trains(tmp_path: Path) -> None:
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    done = subprocess.run(
        [*launcher, "-m", "tests.compress.team_training", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "size").read_text() == "2"
    found = safetensors.torch.load_file(tmp_path / RESULT)
    alone = InDouble()
    fit(
        alone, TRAIN, VALIDATION, SETTINGS,
        normalise=NORMALISE, teacher=InDouble(seed=9),
    )  # fmt: skip
    for name, value in alone.state_dict().items():
        # Sums of float64 in another order, through 20 steps.
        torch.testing.assert_close(found[name], value, rtol=1e-11, atol=1e-12)
    assert done.stderr.count("Warning") == 0, done.stderr


def test_a_process_that_lost_the_others_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("is_torchelastic_launched", True),
        ("init_process_group", None),
        ("destroy_process_group", None),
        ("get_rank", 1),
        ("get_world_size", 2),
    ):
        monkeypatch.setattr(torch.distributed, name, lambda *_, value=value: value)
    with pytest.raises(ToolFailed) as caught, joined(torch.device("cpu")):
        raise RuntimeError("[gloo/transport/tcp/pair.cc:553] Connection closed by peer")
    assert str(caught.value) == (
        "process 1 of 2 lost the others: one of them ended early\n"
        "  what to do: read what that one said"
    )
    with pytest.raises(RuntimeError, match="size mismatch"), joined(torch.device("cpu")):
        raise RuntimeError("size mismatch")


@pytest.mark.parametrize("count", [0, 1, 2, 7, 64])
def test_the_shares_are_a_partition(count: int) -> None:
    things = list(range(count))
    shares = [things[Team(rank=rank, size=3).share(count)] for rank in range(3)]
    assert [thing for share in shares for thing in share] == things
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_without_torchrun_one_works_alone() -> None:
    with joined(torch.device("cpu")) as team:
        assert team == Team(rank=0, size=1)
        assert team.leads
