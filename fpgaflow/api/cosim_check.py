"""Holds what the RTL computed and counted against the interpreter and the memory-access model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fpgaflow.backend.cosimulation.run import RtlRun
from fpgaflow.errors import VerificationFailed
from fpgaflow.hardware.counters import predict_counters
from fpgaflow.ir.graph import Graph

_SHOWN = 8


def check_scores(graph: Graph, pixels: NDArray[np.uint8], run: RtlRun) -> None:
    """Hold every integer of the output against the interpreter.

    Args:
        graph: the fixed-point graph.
        pixels: what went in, uint8 [n, *input shape].
        run: what came out.

    Raises:
        VerificationFailed: naming image, index and both integers of the first difference.
    """
    # PyTorch's interpreter, which a board that loads builds does not have.
    from fpgaflow.interpret.torch_engine import TorchInterpreter

    name = graph.outputs[0]
    expected = TorchInterpreter(graph).run(pixels)[name]
    wrong = np.argwhere(expected != run.scores)
    if len(wrong):
        place = tuple(int(part) for part in wrong[0])
        raise VerificationFailed(
            f"RTL simulation: the scores of {name} (from {graph.node(name).source}), image "
            f"{place[0]}, index {list(place[1:])} is {int(run.scores[place])}, the interpreter "
            f"says {int(expected[place])}; {len(wrong)} of {expected.size} integers "
            f"{'differs' if len(wrong) == 1 else 'differ'}",
            remedy="fpgaflow simulate says whether the C++ is right: where it is, the RTL is not "
            "what it says",
        )


def check_rtl_counters(graph: Graph, beat_bits: int, run: RtlRun, images: int) -> None:
    """Hold every counter but those of cycles against the memory-access model.

    Args:
        graph: the fixed-point graph.
        beat_bits: width of the streams.
        run: what the registers showed.
        images: how many went in.

    Raises:
        VerificationFailed: naming the counters that differ, each with both counts.
    """
    expected = predict_counters(graph, beat_bits)
    wrong = [
        f"{name} shows {run.counters[name]}, not {count * images}"
        for name, count in expected.items()
        if run.counters[name] != count * images
    ]
    if wrong:
        plural = "" if images == 1 else "s"
        more = f"; {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise VerificationFailed(
            f"RTL simulation: counters after {images} image{plural} differ from the memory-access "
            f"model: {'; '.join(wrong[:_SHOWN])}{more}",
            remedy="fpgaflow simulate says whether the C++ counts right: where it does, the RTL is "
            "not what it says",
        )
