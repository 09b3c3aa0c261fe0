"""Batches side by side, one per core.

PyTorch splits each operation over the cores and waits for all of them after each one. Where a
core is shared with other work, that waiting costs more than the computing; whole batches side by
side wait once, at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import torch

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")


def compute_parts(compute: Callable[[_Part], _Result], parts: Sequence[_Part]) -> list[_Result]:
    """Apply a function of PyTorch's to each part, on as many cores as PyTorch may use.

    Each part is computed by one thread that uses one core; a single part uses all cores.
    PyTorch's number of threads is as before when this returns.
    """
    threads = torch.get_num_threads()
    workers = min(threads, len(parts))
    if workers < 2:
        return [compute(part) for part in parts]
    try:
        # The number is the calling thread's own, but new threads start with the latest one set.
        with ThreadPoolExecutor(workers, initializer=partial(torch.set_num_threads, 1)) as pool:
            return list(pool.map(compute, parts))
    finally:
        torch.set_num_threads(threads)
