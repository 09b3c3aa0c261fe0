"""A symbolic walk over a pickle: what would it build? Nothing is imported, called or allocated.

The walk follows every opcode on a stack of placeholders. It finds the classes and functions that a
pickle names, and proves that a state_dict's pickle builds nothing but dictionaries, numbers,
strings and tensors that lie inside the storages it declares.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field

from fpgaflow.frontend.checkpoint_guard import MAX_FILE_BYTES, MAX_PICKLE_OPERATIONS

# Bytes per element of the storages that a network of numbers can be saved in.
_ITEM_BYTES = {
    "torch.DoubleStorage": 8,
    "torch.FloatStorage": 4,
    "torch.HalfStorage": 2,
    "torch.BFloat16Storage": 2,
    "torch.LongStorage": 8,
    "torch.IntStorage": 4,
    "torch.ShortStorage": 2,
    "torch.CharStorage": 1,
    "torch.ByteStorage": 1,
    "torch.BoolStorage": 1,
}
_DTYPES = frozenset(
    f"torch.{name}"
    for name in ("float64", "float32", "float16", "bfloat16", "int64", "int32", "uint8", "bool")
)
_REBUILD = "torch._utils._rebuild_tensor_v2"
# Until PyTorch 0.3: the same without requires_grad and hooks.
_REBUILD_OLD = "torch._utils._rebuild_tensor"
_PARAMETER = "torch._utils._rebuild_parameter"
_ORDERED_DICT = "collections.OrderedDict"
_COUNTER = "collections.Counter"
_SIZE = "torch.Size"
_DEVICE = "torch.device"
_CALLED = frozenset({_REBUILD, _REBUILD_OLD, _PARAMETER, _ORDERED_DICT, _COUNTER, _SIZE, _DEVICE})
ALLOWED_GLOBALS = _CALLED | frozenset(_ITEM_BYTES) | _DTYPES
"""Every class and function that the pickle of a state_dict or a training checkpoint may name."""

# A call copies its argument, so a long one repeated would grow memory faster than the file.
_COUNTER_ITEMS = 64
# Opcodes that torch's weights-only reader knows; torch.save writes no others.
_OPCODES = frozenset(
    {
        "PROTO",
        "STOP",
        "GLOBAL",
        "REDUCE",
        "NEWOBJ",
        "BUILD",
        "APPEND",
        "APPENDS",
        "SETITEM",
        "SETITEMS",
        "MARK",
        "TUPLE",
        "TUPLE1",
        "TUPLE2",
        "TUPLE3",
        "NONE",
        "NEWFALSE",
        "NEWTRUE",
        "EMPTY_TUPLE",
        "EMPTY_LIST",
        "EMPTY_DICT",
        "BININT",
        "BININT1",
        "BININT2",
        "BINFLOAT",
        "BINUNICODE",
        "SHORT_BINSTRING",
        "BINPERSID",
        "BINGET",
        "LONG_BINGET",
        "BINPUT",
        "LONG_BINPUT",
        "LONG1",
    }
)
_LITERALS = frozenset(
    {
        "BININT",
        "BININT1",
        "BININT2",
        "BINFLOAT",
        "LONG1",
        "LONG4",
        "INT",
        "LONG",
        "FLOAT",
        "BINUNICODE",
        "BINUNICODE8",
        "SHORT_BINUNICODE",
        "UNICODE",
        "STRING",
        "BINSTRING",
        "SHORT_BINSTRING",
    }
)
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}


@dataclass(frozen=True, slots=True)
class _Global:
    name: str


@dataclass(frozen=True, slots=True)
class _Tensor:
    numel: int


@dataclass(frozen=True, slots=True)
class Storage:
    """One storage that a pickle refers to.

    Attributes:
        key: its name in the file.
        item_bytes: bytes per element.
        numel: its elements.
    """

    key: str
    item_bytes: int
    numel: int

    @property
    def nbytes(self) -> int:
        """Bytes of the whole storage."""
        return self.item_bytes * self.numel


class _Mark:
    """What MARK pushes."""


class _Opaque:
    """A value the walk knows nothing about."""


class RefusedPickle(ValueError):
    """The pickle builds something that no state_dict holds."""


@dataclass(slots=True, kw_only=True)
class PickleScan:
    """What one pickle names and builds.

    Attributes:
        globals: every class and function it names, as "module.name".
        storages: the storages its tensors lie in, by key.
        value: the outermost value; strings, numbers, lists, tuples and dictionaries are themselves,
            tensors and everything else are placeholders.
    """

    globals: set[str] = field(default_factory=set[str])
    storages: dict[str, Storage] = field(default_factory=dict[str, Storage])
    value: object = None


class PickleWalk:
    """The walk itself: a stack machine of placeholders."""

    def __init__(self) -> None:
        self.scan = PickleScan()
        self.stack: list[object] = []
        self.memo: dict[int, object] = {}
        self.foreign: set[str] = set()
        self.tensor_bytes = 0
        self.handlers: dict[str, Callable[[object], None]] = {
            "GLOBAL": self._global,
            "INST": self._inst,
            "STACK_GLOBAL": self._stack_global,
            "REDUCE": self._reduce,
            "BUILD": self._build,
            "BINPERSID": self._persistent,
            "MARK": lambda _: self.stack.append(_Mark()),
            "TUPLE": lambda _: self.stack.append(tuple(self._pop_to_mark())),
            "EMPTY_TUPLE": lambda _: self.stack.append(()),
            "EMPTY_LIST": lambda _: self.stack.append([]),
            "EMPTY_DICT": lambda _: self.stack.append({}),
            "TUPLE1": lambda _: self._tuple(1),
            "TUPLE2": lambda _: self._tuple(2),
            "TUPLE3": lambda _: self._tuple(3),
            "APPEND": lambda _: self._append([self.stack.pop()]),
            "APPENDS": lambda _: self._append(self._pop_to_mark()),
            "SETITEM": lambda _: self._set_items(self._pop(2)),
            "SETITEMS": lambda _: self._set_items(self._pop_to_mark()),
            "MEMOIZE": lambda _: self.memo.__setitem__(len(self.memo), self.stack[-1]),
        }

    def run(self, stream: io.BytesIO) -> None:
        """Follow the pickle at the stream's position to its end; the result is in `scan`."""
        for count, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if count > MAX_PICKLE_OPERATIONS:
                raise RefusedPickle(f"its pickle has more than {MAX_PICKLE_OPERATIONS} operations")
            if opcode.name not in _OPCODES:
                self.foreign.add(opcode.name)
            self._step(opcode, argument)
        if self.foreign:
            raise RefusedPickle(
                f"its pickle uses {', '.join(sorted(self.foreign))}, which torch.save with its "
                "default pickle protocol does not write"
            )

    def _step(self, opcode: pickletools.OpcodeInfo, argument: object) -> None:
        name = opcode.name
        if name == "STOP":
            self.scan.value = self.stack.pop()
        elif name == "PROTO":
            if argument != 2:
                self.foreign.add(f"protocol {argument}")
        elif name in self.handlers:
            self.handlers[name](argument)
        elif name in _LITERALS:
            self.stack.append(argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[_integer(argument)] = self.stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[_integer(argument)])
        else:
            self._generic(opcode)

    def _generic(self, opcode: pickletools.OpcodeInfo) -> None:
        """Apply what the opcode's documentation says it does to the stack's height."""
        if pickletools.markobject in opcode.stack_before:
            self._pop_to_mark()
        elif opcode.stack_before:
            self._pop(len(opcode.stack_before))
        self.stack.extend(_Opaque() for _ in opcode.stack_after)

    def _pop(self, count: int) -> list[object]:
        if len(self.stack) < count:
            raise pickle.UnpicklingError("the stack is empty")
        items = self.stack[-count:]
        del self.stack[-count:]
        return items

    def _pop_to_mark(self) -> list[object]:
        items: list[object] = []
        while not isinstance(item := self.stack.pop(), _Mark):
            items.append(item)
        return items[::-1]

    def _tuple(self, count: int) -> None:
        self.stack.append(tuple(self._pop(count)))

    def _append(self, items: list[object]) -> None:
        target = self.stack[-1]
        if isinstance(target, list):
            target.extend(items)
        elif not isinstance(target, _Opaque):
            raise RefusedPickle("it appends to something that is not a list")

    def _set_items(self, items: list[object]) -> None:
        target = self.stack[-1]
        if isinstance(target, _Opaque):
            return
        if not isinstance(target, dict) or len(items) % 2:
            raise RefusedPickle("it sets items of something that is not a dictionary")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not (key is None or isinstance(key, str | int | float)):
                raise RefusedPickle("a dictionary's key is neither a string nor a number")
            target[key] = value

    def _global(self, argument: object) -> None:
        name = str(argument).replace(" ", ".", 1)
        self.scan.globals.add(name)
        self.stack.append(_Global(name))

    def _inst(self, argument: object) -> None:
        self._pop_to_mark()
        self._global(argument)
        self.stack[-1] = _Opaque()

    def _stack_global(self, _: object) -> None:
        module, name = self._pop(2)
        known = isinstance(module, str) and isinstance(name, str)
        self._global(f"{module} {name}" if known else "unknown unknown")

    def _reduce(self, _: object) -> None:
        function, arguments = self._pop(2)
        if not isinstance(function, _Global) or function.name not in ALLOWED_GLOBALS:
            self.stack.append(_Opaque())
            return
        if not isinstance(arguments, tuple):
            raise RefusedPickle(f"it calls {function.name} without a tuple of arguments")
        self.stack.append(self._call(function.name, arguments))

    def _call(self, name: str, arguments: tuple[object, ...]) -> object:
        if name == _ORDERED_DICT and not arguments:
            return {}
        if name == _COUNTER and all(type(a) is dict and len(a) < _COUNTER_ITEMS for a in arguments):
            return {}
        if (name == _REBUILD and len(arguments) == 6 and arguments[5] == {}) or (
            name == _REBUILD_OLD and len(arguments) == 4
        ):
            return self._tensor(arguments[:4])
        if name == _PARAMETER and len(arguments) == 3 and isinstance(arguments[0], _Tensor):
            return arguments[0]
        if name == _SIZE and len(arguments) == 1 and isinstance(arguments[0], tuple):
            return arguments[0]
        if name == _DEVICE and all(isinstance(a, str | int) for a in arguments):
            return _Opaque()
        raise RefusedPickle(f"it calls {name} with arguments that torch.save does not write")

    def _tensor(self, arguments: tuple[object, ...]) -> _Tensor:
        storage, offset, size, stride = arguments
        if not isinstance(storage, Storage):
            raise RefusedPickle("a tensor is not rebuilt from a storage")
        if not isinstance(size, tuple) or not isinstance(stride, tuple) or len(size) != len(stride):
            raise RefusedPickle("a tensor's shape and strides are not two tuples of one length")
        shape = [_natural(n) for n in size]
        steps = [_natural(n) for n in stride]
        numel = math.prod(shape)
        last = _natural(offset) + sum((n - 1) * s for n, s in zip(shape, steps, strict=True))
        if numel and (last >= storage.numel or numel > storage.numel):
            raise RefusedPickle(
                f"a tensor of shape {shape} and strides {steps} reaches outside its storage of "
                f"{storage.numel} elements"
            )
        self.tensor_bytes += numel * storage.item_bytes
        if self.tensor_bytes > MAX_FILE_BYTES:
            raise RefusedPickle(f"its tensors take more than {MAX_FILE_BYTES} bytes together")
        return _Tensor(numel)

    def _build(self, _: object) -> None:
        target, state = self._pop(2)
        self.stack.append(target)
        if isinstance(target, _Opaque):
            return
        # torch.save keeps a state_dict's module versions in this one attribute.
        if (
            not isinstance(target, dict)
            or not isinstance(state, dict)
            or set(state) - {"_metadata"}
        ):
            raise RefusedPickle("it sets attributes of something that is not a state_dict")

    def _persistent(self, _: object) -> None:
        reference = self.stack.pop()
        if not isinstance(reference, tuple) or len(reference) not in (5, 6):
            raise RefusedPickle("a storage reference has an unknown form")
        tag, kind, key, location, numel = reference[:5]
        if tag != "storage" or not isinstance(kind, _Global) or not isinstance(location, str):
            raise RefusedPickle("a storage reference has an unknown form")
        if len(reference) == 6 and reference[5] is not None:
            raise RefusedPickle(
                "a storage is a view of another one, as only PyTorch before 0.4 wrote"
            )
        if kind.name not in _ITEM_BYTES:
            self.scan.globals.add(kind.name)
            self.stack.append(_Opaque())
            return
        if not isinstance(key, str):
            raise RefusedPickle("a storage's key is not a string")
        storage = Storage(key, _ITEM_BYTES[kind.name], _natural(numel))
        if self.scan.storages.setdefault(key, storage) != storage:
            raise RefusedPickle(f"storage {key!r} is declared twice with different sizes")
        self.stack.append(storage)


def _integer(value: object) -> int:
    if type(value) is not int:
        raise pickle.UnpicklingError(f"{type(value).__name__} where an integer belongs")
    return value


def _natural(value: object) -> int:
    number = _integer(value)
    if not 0 <= number < 1 << 40:
        raise RefusedPickle(f"a size is {number}")
    return number
