"""Workers of a Dask cluster."""

from __future__ import annotations

import os
import signal
import socket
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from fpgaflow.api import explore_cluster
from fpgaflow.api.explore_cluster import ClusterCrew, perform_here
from fpgaflow.api.explore_grid import Bits
from fpgaflow.api.explore_tasks import Quantize
from fpgaflow.errors import ToolFailed, ToolMissing
from fpgaflow.version import __version__
from tests.api.explorations import Watched, contents, explore

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[distributed.LocalCluster]:
    """Two processes on this machine."""
    with (
        warnings.catch_warnings(),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
    ):
        yield cluster


def test_a_worker_that_is_ended_is_made_up_for(
    cluster: distributed.LocalCluster, explored: Path, tmp_path: Path
) -> None:

    def end_one(done: int) -> None:
        if done == 2:
            os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

    address = cluster.scheduler_address
    watched = Watched(end_one)
    explore(explored, str(tmp_path), workers=None, scheduler=address, progress=watched)
    assert contents(tmp_path) == contents(explored / "out")
    assert watched.lines == [f"{address}: 2 workers"]


def test_no_scheduler() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ToolFailed) as caught:
            ClusterCrew(address, print, answer_s=0.5)
    assert str(caught.value) == (
        f"no Dask scheduler answers at {address} within 0.5 s\n"
        "  what to do: start one with `dask scheduler`, or leave --scheduler out to work on this "
        "machine alone"
    )


def test_no_workers() -> None:
    with distributed.LocalCluster(
        n_workers=0, processes=False, dashboard_address=":0", protocol="tcp"
    ) as empty:
        address = empty.scheduler_address
        with pytest.raises(ToolFailed) as caught:
            ClusterCrew(address, print, answer_s=1)
    assert str(caught.value) == (
        f"the scheduler at {address} has no workers\n"
        f"  what to do: start one with `dask worker {address}`"
    )


def test_another_version_on_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore_cluster, "__version__", "0.0.1")
    with pytest.raises(ToolMissing) as caught:
        perform_here(Quantize(bits=Bits(weight=4, activation=4)), __version__)
    assert str(caught.value) == (
        f"a worker of the cluster has fpgaflow 0.0.1, this is {__version__}\n"
        "  what to do: install the same version everywhere"
    )
