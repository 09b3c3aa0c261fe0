"""Reads the data out of a Python pickle without unpickling it.

The opcodes are interpreted here, and only those that build plain data. No name in the file is
ever imported and nothing is ever called: the three callables that CIFAR-10's files mention become
data of our own. Opcodes: https://docs.python.org/3/library/pickletools.html.
"""

from __future__ import annotations

import math
import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import numpy.typing as npt

from fpgaflow.errors import InputRefused

_ACCEPTED = "a pickle of plain data and NumPy arrays"


@dataclass(slots=True, eq=False)
class PickledArray:
    """A NumPy array as the file describes it; nothing in it is checked before `as_uint8`."""

    state: object = None

    def as_uint8(self, place: str) -> npt.NDArray[np.uint8]:
        """Return the array, refusing anything but a whole one of uint8."""
        match self.state:
            case (
                int(),
                tuple() as shape,
                _Dtype(code="u1" | b"u1"),
                bool() as fortran,
                bytes() as raw,
            ):
                extents = [extent for extent in shape if isinstance(extent, int) and extent >= 0]
                if len(extents) == len(shape) and math.prod(extents) == len(raw):
                    order = "F" if fortran else "C"
                    return np.frombuffer(raw, np.uint8).reshape(extents, order=order)
            case _:
                pass
        raise InputRefused(f"{place}: an array is damaged or not uint8", accepted=_ACCEPTED)


@dataclass(slots=True, eq=False)
class _Dtype:
    code: object
    state: object = None


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that the file asks to import."""

    module: str
    name: str


class _Mark:
    """The start of a run of items on the stack."""


class _NotDataError(Exception):
    """The pickle asks for something that is not plain data."""


def read_pickle(data: bytes, place: str) -> object:
    """Return the value that the pickle `data` describes.

    Python 2's strings come as bytes, arrays as PickledArray.

    Raises:
        InputRefused: the pickle is damaged, or asks for anything but plain data.
    """
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(data):
            machine.step(opcode.name, argument)
        return machine.pop()
    except _NotDataError as error:
        raise InputRefused(
            f"{place} is a pickle that asks for {error}, which is refused", accepted=_ACCEPTED
        ) from error
    except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise InputRefused(
            f"{place} is damaged or no pickle", accepted=_ACCEPTED, remedy="download it again"
        ) from error


@dataclass(slots=True)
class _Machine:
    """The stack and the memo of the pickle language."""

    stack: list[object] = field(default_factory=list[object])
    memo: dict[int, object] = field(default_factory=dict[int, object])

    def step(self, opcode: str, argument: object) -> None:
        if opcode in _IGNORED:
            return
        if opcode in _LITERALS:
            self.stack.append(_LITERALS[opcode](argument))
        elif opcode in _ACTIONS:
            _ACTIONS[opcode](self, argument)
        else:
            raise _NotDataError(f"the operation {opcode}")

    def pop(self) -> object:
        value = self.stack.pop()
        if isinstance(value, _Mark):
            raise ValueError("mark")
        return value

    def pop_to_mark(self) -> list[object]:
        items: list[object] = []
        while not isinstance(value := self.stack.pop(), _Mark):
            items.append(value)
        return items[::-1]

    def pop_tuple(self, size: int) -> None:
        self.stack.append(tuple([self.pop() for _ in range(size)][::-1]))

    def append_items(self, items: list[object]) -> None:
        target = self.stack[-1]
        if not isinstance(target, list):
            raise TypeError("append")
        cast("list[object]", target).extend(items)

    def set_items(self, items: list[object]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict) or len(items) % 2:
            raise TypeError("set item")
        keys = items[::2]
        if not all(isinstance(key, str | bytes | int) for key in keys):
            raise TypeError("key")
        cast("dict[object, object]", target).update(zip(keys, items[1::2], strict=True))

    def build(self) -> None:
        state = self.pop()
        target = self.stack[-1]
        if not isinstance(target, PickledArray | _Dtype):
            raise _NotDataError("an object's state")
        target.state = state

    def reduce(self) -> None:
        arguments, name = self.pop(), self.pop()
        if not isinstance(name, _Name) or not isinstance(arguments, tuple):
            raise TypeError("reduce")
        self.stack.append(_stand_in(name, cast("tuple[object, ...]", arguments)))


def _stand_in(name: _Name, arguments: tuple[object, ...]) -> object:
    """Return what stands for the call of `name`; nothing is called."""
    match (name.module, name.name), arguments:
        case ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct"), _:
            return PickledArray()
        case ("numpy", "dtype"), (code, *_):
            return _Dtype(code)
        case ("_codecs", "encode"), (str() as text, "latin1"):
            return text.encode("latin-1")
        case _:
            raise _NotDataError(f"{name.module}.{name.name}")


def _global(argument: object) -> _Name:
    module, _, name = str(argument).partition(" ")
    return _Name(module, name)


def _stack_global(machine: _Machine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.stack.append(_Name(str(module), str(name)))


def _memoize(machine: _Machine, argument: object) -> None:
    key = len(machine.memo) if argument is None else int(str(argument))
    machine.memo[key] = machine.stack[-1]


def _latin1(argument: object) -> bytes:
    return str(argument).encode("latin-1")


def _same(argument: object) -> object:
    return argument


_IGNORED = frozenset({"PROTO", "FRAME", "STOP"})

_LITERALS: Mapping[str, Callable[[object], object]] = {
    **dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "INT"), _same),
    **dict.fromkeys(("BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"), _same),
    **dict.fromkeys(("BINBYTES", "SHORT_BINBYTES", "BINBYTES8"), _same),
    **dict.fromkeys(("BINSTRING", "SHORT_BINSTRING"), _latin1),
    "GLOBAL": _global,
    "MARK": lambda _: _Mark(),
    "NONE": lambda _: None,
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    "EMPTY_LIST": lambda _: list[object](),
    "EMPTY_TUPLE": lambda _: (),
    "EMPTY_DICT": lambda _: dict[object, object](),
}

_ACTIONS: Mapping[str, Callable[[_Machine, object], None]] = {
    **dict.fromkeys(("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"), _memoize),
    **dict.fromkeys(
        ("BINGET", "LONG_BINGET"), lambda m, key: m.stack.append(m.memo[int(str(key))])
    ),
    "TUPLE": lambda m, _: m.stack.append(tuple(m.pop_to_mark())),
    "TUPLE1": lambda m, _: m.pop_tuple(1),
    "TUPLE2": lambda m, _: m.pop_tuple(2),
    "TUPLE3": lambda m, _: m.pop_tuple(3),
    "APPEND": lambda m, _: m.append_items([m.pop()]),
    "APPENDS": lambda m, _: m.append_items(m.pop_to_mark()),
    "SETITEM": lambda m, _: m.set_items([m.pop(), m.pop()][::-1]),
    "SETITEMS": lambda m, _: m.set_items(m.pop_to_mark()),
    "REDUCE": lambda m, _: m.reduce(),
    "BUILD": lambda m, _: m.build(),
    "STACK_GLOBAL": lambda m, _: _stack_global(m),
}
