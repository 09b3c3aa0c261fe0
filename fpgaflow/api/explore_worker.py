"""A worker process: does the tasks that come through a socket until its parent is gone.

It is a fresh interpreter, not a fork, since PyTorch's threads survive no fork; and none of
`multiprocessing`'s, which would run the user's own script again.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection

_LOOK_S = 0.5


def main() -> None:
    """Serve the socket whose number is the first argument."""
    _end_with_parent()
    serve(Connection(int(sys.argv[1])))


def serve(connection: Connection) -> None:
    """Answer each task with its outcome, or with the error that ended it."""
    import torch

    from fpgaflow.api.explore_tasks import Outcome, Task, perform
    from fpgaflow.errors import FpgaflowError

    torch.set_num_threads(1)
    while True:
        try:
            task: Task = connection.recv()
        except EOFError:
            return
        answer: Outcome | Exception
        try:
            answer = perform(task.order, task.blobs)
        except (FpgaflowError, MemoryError) as error:
            answer = error
        except Exception as error:  # noqa: BLE001 - the parent ends with it
            answer = RuntimeError(f"{type(error).__name__}: {error}\n{traceback.format_exc()}")
        connection.send(answer)


def _end_with_parent() -> None:
    """End at once where the parent was killed, even in the middle of a task."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
