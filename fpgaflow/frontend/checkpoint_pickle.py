"""Whether a pickle may be given to torch.load: only if it builds a state_dict and nothing else.

torch.load then reads it with weights_only=True; the walk before it bounds memory, gives the names
that a refusal lists, in the older format too, and leaves that reader no unusual input.
"""

from __future__ import annotations

import io

from fpgaflow.errors import InputRefused
from fpgaflow.frontend.checkpoint_guard import (
    LOADER_ERRORS,
    SAVE_WEIGHTS,
    refusal,
    refusing_damage,
)
from fpgaflow.frontend.checkpoint_pickle_walk import (
    ALLOWED_GLOBALS,
    PickleScan,
    PickleWalk,
    RefusedPickle,
)

# Modules whose functions run programs, read files or evaluate text.
_RUNS_CODE = frozenset(
    {
        "os",
        "posix",
        "nt",
        "subprocess",
        "sys",
        "shutil",
        "socket",
        "runpy",
        "importlib",
        "ctypes",
        "code",
        "pty",
        "commands",
        "webbrowser",
        "asyncio",
        "multiprocessing",
        "timeit",
        "pdb",
        "bdb",
        "trace",
        "urllib",
        "http",
        "ftplib",
        "smtplib",
        "pickle",
        "_pickle",
        "marshal",
        "operator",
        "functools",
        "types",
        "nturl2path",
        "pip",
        "idlelib",
    }
)


# Whole modules name these; they only hold values.
_PLAIN_BUILTINS = frozenset(
    {"bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list"}
    | {"object", "range", "set", "slice", "str", "tuple"}
)


def scan_state_dict(stream: io.BytesIO, source: str, what: str) -> PickleScan:
    """Walk the pickle at the stream's position, leaving the stream behind its end.

    Raises:
        InputRefused: the pickle names a class or function that a state_dict does not need, is
            damaged, or builds a tensor outside its storage.
    """
    walk = PickleWalk()
    damage = _damage(walk, stream)
    refused = _refused_globals(walk.scan.globals - ALLOWED_GLOBALS, source, what)
    if refused is not None:
        raise refused
    if isinstance(damage, RefusedPickle):
        raise refusal(source, f"{what}, but {damage}", SAVE_WEIGHTS)
    if damage is not None:
        with refusing_damage(source, what):
            raise damage
    return walk.scan


def _damage(walk: PickleWalk, stream: io.BytesIO) -> Exception | None:
    """Walk as far as the pickle can be followed; return what stopped the walk."""
    try:
        walk.run(stream)
    except LOADER_ERRORS as error:
        return error
    return None


def refuse_pickle(data: bytes, source: str, what: str) -> InputRefused:
    """The refusal of a pickle that torch.save did not write, with the globals that it names."""
    walk = PickleWalk()
    _damage(walk, io.BytesIO(data))
    return _refused_globals(walk.scan.globals - ALLOWED_GLOBALS, source, what) or refusal(
        source, what, SAVE_WEIGHTS
    )


def _refused_globals(names: set[str], source: str, what: str) -> InputRefused | None:
    if not names:
        return None
    listed = sorted(names)
    shown = ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "")
    if any(_runs_code(name) for name in names):
        return refusal(
            source,
            f"{what}; its pickle would run code when loaded: it names {shown}",
            "do not load it with any program; get the weights from somebody you trust, "
            "as .safetensors",
        )
    if any("QInt" in name or "QUInt" in name or "qtensor" in name for name in names):
        return refusal(
            source,
            f"{what}; its weights are integer-quantized: it names {shown}",
            "save the float network's state_dict(); fpgaflow quantizes it itself",
        )
    return refusal(
        source,
        f"{what}; it holds pickled Python objects, not weights alone: it names {shown}",
        SAVE_WEIGHTS,
    )


def _runs_code(name: str) -> bool:
    module, _, attribute = name.partition(".")
    if module in ("builtins", "__builtin__"):
        return attribute not in _PLAIN_BUILTINS
    return module in _RUNS_CODE
