"""What an engine's status says, in words, and what to do about it."""

from __future__ import annotations

from fpgaflow.engine.registers import Status
from fpgaflow.errors import DeviceFailed
from fpgaflow.runtime.manifest import EngineEntry

_AGAIN = "call again; if it comes back, run self_test()"
_LOAD = "load the bundle again; if it comes back, make it again: fpgaflow bundle"
_BITSTREAM = "load the bundle whose bitstream this engine is, or compile the network for this board"
_MEMORY = (
    "load the bundle again, for another program may have taken the board; if it comes back, switch "
    "the board off and on"
)

_WORDS: dict[Status, tuple[str, str]] = {
    Status.ABORTED: ("it was aborted", _AGAIN),
    Status.MAGIC: ("the program's first word is no engine program's", _LOAD),
    Status.VERSION: ("the program is of another version than the engine", _BITSTREAM),
    Status.LANES: ("the program was compiled for other lanes or memories", _BITSTREAM),
    Status.CHECKSUM: ("the program's bytes were changed on their way to the engine", _LOAD),
    Status.TRUNCATED: ("the program's end is missing", _LOAD),
    Status.INSTRUCTION: ("an instruction is none, or contradicts itself", _LOAD),
    Status.ADDRESS: ("an instruction leaves the feature-map banks", _LOAD),
    Status.REGION: ("an instruction leaves the input, output or spill buffer", _LOAD),
    Status.ALIGNMENT: ("a buffer's address is not aligned", _LOAD),
    Status.PROGRAM_READ: ("the memory answered with an error when the program was read", _MEMORY),
    Status.DATA_READ: ("the memory answered with an error when a feature map was read", _MEMORY),
    Status.DATA_WRITE: (
        "the memory answered with an error when a feature map was written",
        _MEMORY,
    ),
}


def explain_stop(code: int, row: int, images: int, engine: EngineEntry) -> DeviceFailed:
    """Return the error for a run that did not end with OK.

    Args:
        code: what STATUS shows.
        row: what WHERE shows.
        images: of the run.
        engine: names the layers.
    """
    found = f"a run of {images} images stopped"
    if code not in Status.__members__.values():
        return DeviceFailed(
            f"{found} with the status {code}, which this version does not know",
            accepted=f"0 to {max(Status)}",
            remedy=_BITSTREAM,
        )
    status = Status(code)
    words, remedy = _WORDS[status]
    # A program that is still being checked has no row yet.
    at = f" at {place_of(row, engine)}" if row else ""
    return DeviceFailed(f"{found}{at}: {words} (status {code}, {status.name})", remedy=remedy)


def place_of(row: int, engine: EngineEntry) -> str:
    """Return the place of the program that a row belongs to, for people."""
    layer = engine.layer_at(row)
    return f"the layer {layer} (row {row})" if layer else f"row {row} of the program"
