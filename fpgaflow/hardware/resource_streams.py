"""What the stages between the layers take: FIFOs, zero padding, copies, casts."""

from __future__ import annotations

from functools import lru_cache

from fpgaflow.hardware.resource_structures import Cost, control, fifo, padding
from fpgaflow.hardware.streams import Stream


@lru_cache(maxsize=4096)
def stream_cost(stream: Stream) -> Cost:
    """Return what a stream takes: its FIFO, and the stage that writes it where that is no layer's.

    What a layer's own stage computes is counted with the layer (`resource_layers`).
    """
    buffer = fifo(stream.depth, stream.width_bits, shift_register=stream.shift_register)
    steps = control(stream.pixels.bit_length())
    if stream.role == "copy":
        return buffer
    if stream.role == "padded input":
        return buffer + steps + padding(stream.width_bits)
    if stream.role in ("repacked", "cast", "sum", "concat step"):
        # A register of the word, and a choice or a sum for each bit.
        return buffer + steps + Cost(lut=stream.width_bits, ff=stream.width_bits)
    return buffer + steps
