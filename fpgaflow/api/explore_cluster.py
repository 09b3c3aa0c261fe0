"""Workers of a Dask cluster: the same tasks, wherever its machines are.

Data reach workers as bytes, since they need share no disk; each piece is sent once and kept by the
scheduler, which hands it to whichever worker needs it. Dask itself does a task again whose worker
was lost. What is sent is this package's own: real-valued graphs, pixels, fixed-point graphs; no
file of a user's is opened by a worker. But Dask's transport pickles, so whoever can reach the
scheduler can run code on it, on its workers and here: it has to be one's own, on a network that is
trusted, or behind tls:// with the certificates of Dask's configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any, cast

import dask.config
from distributed import Client, Future, KilledWorker, as_completed

from fpgaflow.api.explore_blob import Blob
from fpgaflow.api.explore_crew import TRIES
from fpgaflow.api.explore_tasks import Order, Outcome, Task, perform
from fpgaflow.errors import ToolFailed, ToolMissing
from fpgaflow.version import __version__

ANSWER_S = 10.0
"""Seconds in which a scheduler has to answer, and in which its first worker has to be there."""

_SETTINGS = {
    # A set of images is more than Dask expects in a task; it is sent once.
    "distributed.admin.large-graph-warning-threshold": "1GB",
    "distributed.scheduler.allowed-failures": TRIES - 1,
}
_GOES_ON = "what is finished is kept: the same command goes on where it stopped"


class ClusterCrew:
    """The workers of a scheduler.

    Args:
        address: the scheduler's.
        say: told how many workers there are.
        answer_s: seconds in which the scheduler and a worker have to be there.

    Raises:
        ToolFailed: they are not.
    """

    def __init__(
        self, address: str, say: Callable[[str], None], answer_s: float = ANSWER_S
    ) -> None:
        self._address = address
        self._client = _connect(address, answer_s)
        workers = len(self._client.scheduler_info(n_workers=-1)["workers"])
        say(f"{address}: {workers} worker{'' if workers == 1 else 's'}")
        self._sent: dict[str, Future[Blob]] = {}
        self._tasks: dict[Future[Outcome], Task] = {}
        self._ended = cast("Any", as_completed([], loop=self._client.loop, raise_errors=False))

    def submit(self, task: Task) -> None:
        """Send a task."""
        data = [self._send(blob) for blob in task.blobs]
        with dask.config.set(_SETTINGS):
            future = self._client.submit(
                perform_here, task.order, __version__, *data, key=f"fpgaflow-{task.key}"
            )
        self._tasks[future] = task
        self._ended.add(future)

    def results(self) -> Iterator[tuple[Task, Outcome]]:
        """Yield each task with its result.

        Raises:
            ToolFailed: the scheduler was lost, or workers at the same task too often.
        """
        for future in self._ended:
            task = self._tasks.pop(future)
            try:
                outcome = cast("Outcome", future.result())
            except KilledWorker as error:
                raise ToolFailed(
                    f"{task.label}: the cluster lost worker after worker at this task",
                    remedy=f"perhaps they have too little memory; {_GOES_ON}",
                ) from error
            except (CancelledError, OSError) as error:
                raise ToolFailed(
                    f"{task.label}: the scheduler at {self._address} was lost",
                    remedy=f"start it again; {_GOES_ON}",
                ) from error
            yield task, outcome

    def close(self) -> None:
        """Give up what is not finished, and leave the cluster as it was."""
        with suppress(OSError, CancelledError):
            self._client.cancel(list(self._tasks), asynchronous=False)
        self._client.close(timeout=2)

    def _send(self, blob: Blob) -> Future[Blob]:
        """Return bytes that lie with the scheduler: it sends them anew where a worker is lost."""
        if blob.sha256 not in self._sent:
            with dask.config.set(_SETTINGS):
                self._sent[blob.sha256] = self._client.submit(
                    held, blob.here(), key=f"fpgaflow-data-{blob.sha256}"
                )
        return self._sent[blob.sha256]


def held(blob: Blob) -> Blob:
    """Return what is given: a task whose result is its own data."""
    return blob


def perform_here(order: Order, version: str, *blobs: Blob) -> Outcome:
    """Do a task on a worker.

    Raises:
        ToolMissing: the worker has another version of fpgaflow.
    """
    import torch

    if version != __version__:
        raise ToolMissing(
            f"a worker of the cluster has fpgaflow {__version__}, this is {version}",
            remedy="install the same version everywhere",
        )
    torch.set_num_threads(1)
    return perform(order, cast("Sequence[Blob]", blobs))


def _connect(address: str, answer_s: float) -> Client:
    try:
        client = Client(address, timeout=answer_s, set_as_default=False, name="fpgaflow")
    except (OSError, TimeoutError) as error:
        raise ToolFailed(
            f"no Dask scheduler answers at {address} within {answer_s:g} s",
            remedy="start one with `dask scheduler`, or leave --scheduler out to work on this "
            "machine alone",
        ) from error
    try:
        client.wait_for_workers(1, timeout=answer_s)
    except TimeoutError as error:
        client.close()
        raise ToolFailed(
            f"the scheduler at {address} has no workers",
            remedy=f"start one with `dask worker {address}`",
        ) from error
    return client
