"""Runs a network once on PyTorch's meta device, and follows its channels through every function."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from fpgaflow.compress.couplings_atoms import INPUT, Atoms, Mismatch
from fpgaflow.compress.couplings_call import Call, Record, Uncoupled, Use
from fpgaflow.compress.couplings_operators import RULES
from fpgaflow.compress.couplings_place import depth, line_of_code
from fpgaflow.errors import FpgaflowError, InputRefused, UnsupportedOperator

ACCEPTED = (
    "convolution, linear and LSTM layers, batch norm, activations that leave zero as it is, "
    "pooling, addition of feature maps, concatenation, padding with zeros, and what moves data"
)
_BATCH = 2
_LAYERS = (nn.Conv1d, nn.Conv2d, nn.Linear, nn.BatchNorm1d, nn.BatchNorm2d, nn.PReLU, nn.LSTM)
_KINDS = {
    "__getitem__": "indexing",
    "__setitem__": "assignment to a slice",
    "__get__": "an attribute of a tensor",
    "__radd__": "add",
}
_FORWARD_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)


def trace(
    module: nn.Module,
    input_shape: Sequence[int],
    atoms: Atoms | None = None,
    before: Mapping[str, Use] | None = None,
) -> Record:
    """Follow a network's channels, as it computes in evaluation mode.

    Args:
        module: the network; it is not changed, and computes nothing but shapes.
        input_shape: of one input as the module takes it, without the batch.
        atoms: where the network comes from surgery, what it must agree with.
        before: likewise, what each layer was.

    Raises:
        InputRefused: the network does not run on such an input.
        UnsupportedOperator: naming the operation that channels cannot be followed through, and its
            line.
    """
    name = type(module).__name__
    _refuse_shared_parameters(module, name)
    probe = copy.deepcopy(module).to("meta").eval()
    record = Record(atoms=atoms or Atoms(), before=before or {}, owners=_owners(probe))
    dtype = next((p.dtype for p in probe.parameters() if p.is_floating_point()), torch.float32)
    example = torch.empty((_BATCH, *input_shape), dtype=dtype, device="meta")
    labels = torch.tensor(record.atoms.fixed(INPUT)).expand(example.shape)
    record.labels[id(example)] = (example, labels)
    tracer = _Tracer(record, name, depth(), strict=atoms is not None)
    tracer.watch(probe)
    try:
        with torch.no_grad(), tracer, torch.device("meta"):
            result = probe(example)
    except FpgaflowError:
        raise
    except _FORWARD_ERRORS as error:
        raise InputRefused(
            f"{name}: forward fails on inputs of shape {list(input_shape)}: "
            f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}",
            accepted="a network that takes one tensor, and whose steps do not depend on its values",
            remedy="check the input shape",
        ) from None
    for tensor in _tensors(result):
        if id(tensor) in record.labels:
            record.outputs.append(record.labels[id(tensor)][1])
            record.atoms.block(record.outputs[-1], "the network's output")
    return record


class _Tracer(TorchFunctionMode):
    """Sees each function that the network's code calls."""

    def __init__(self, record: Record, network: str, caller: int, *, strict: bool) -> None:
        super().__init__()
        self._record = record
        self._network = network
        self._caller = caller
        self._strict = strict
        self._stack: list[str] = []

    def watch(self, module: nn.Module) -> None:
        """Note which module runs."""

        def entering(path: str) -> Callable[..., None]:
            return lambda *_: self._stack.append(path)

        for path, part in module.named_modules():
            part.register_forward_pre_hook(entering(path))
            part.register_forward_hook(self._leave)

    def _leave(self, *_: object) -> None:
        self._stack.pop()

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        """Run a function, and label what it returns."""
        named = kwargs or {}
        followed = any(id(t) in self._record.labels for t in _tensors((args, named)))
        try:
            result = func(*args, **named)
        except _FORWARD_ERRORS as error:
            if not self._strict:
                raise
            reason = f"it fails: {(str(error).splitlines() or [''])[0]}"
            raise self._changed(func.__name__, reason) from None
        # A function that returns nothing, such as an assignment to a slice, changes its arguments.
        if followed and (result is None or any(True for _ in _tensors(result))):
            self._label(func, args, named, result)
        return result

    def _label(
        self,
        func: Callable[..., object],
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        result: object,
    ) -> None:
        name = func.__name__
        rule = RULES.get(name)
        if rule is None:
            raise self._refusal(name, "")
        call = Call(
            name=name,
            function=func,
            args=args,
            kwargs=kwargs,
            result=result,
            record=self._record,
            module=self._stack[-1] if self._stack else "",
            place=self._place,
        )
        try:
            labels = rule(call)
        except Uncoupled as error:
            raise self._refusal(name, str(error)) from None
        except Mismatch as error:
            raise self._changed(name, str(error)) from None
        if labels is None:
            return
        parts = (labels,) if isinstance(labels, Tensor) else labels
        for tensor, part in zip(_tensors(result), parts, strict=True):
            if part is not None:
                assert tensor.shape == part.shape, name
                self._record.labels[id(tensor)] = (tensor, part)

    def _place(self) -> str:
        line = line_of_code(self._caller)
        path = self._stack[-1] if self._stack else ""
        where = f"module {path}" if path else "the network itself"
        return ", ".join(part for part in (line, where) if part)

    def _refusal(self, name: str, reason: str) -> UnsupportedOperator:
        because = f": {reason}" if reason else ""
        kind = _KINDS.get(name, name.strip("_"))
        return UnsupportedOperator(
            f"{self._network}: channels cannot be followed through {kind} at "
            f"{self._place()}{because}",
            accepted=ACCEPTED,
        )

    def _changed(self, name: str, reason: str) -> UnsupportedOperator:
        return UnsupportedOperator(
            f"{self._network}: {_KINDS.get(name, name.strip('_'))} at {self._place()} does not "
            f"follow the layers that lost channels: {reason}",
            accepted="code that takes its numbers of channels from its input",
            remedy="keep all channels that pass there, or change the code",
        )


def _tensors(value: object) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in cast("list[object]", value):
            yield from _tensors(part)
    elif isinstance(value, dict):
        for part in cast("dict[object, object]", value).values():
            yield from _tensors(part)


def _owners(module: nn.Module) -> dict[int, tuple[str, nn.Module]]:
    return {
        id(tensor): (path, layer)
        for path, layer in module.named_modules()
        if isinstance(layer, _LAYERS)
        for tensor in (*layer.parameters(recurse=False), *layer.buffers(recurse=False))
    }


def _refuse_shared_parameters(module: nn.Module, name: str) -> None:
    seen: dict[int, str] = {}
    for path, layer in module.named_modules():
        for parameter in layer.parameters(recurse=False):
            other = seen.setdefault(id(parameter), path)
            if other != path:
                raise UnsupportedOperator(
                    f"{name}: modules {other} and {path} share a parameter",
                    accepted="layers with parameters of their own; one layer may be called twice",
                )
