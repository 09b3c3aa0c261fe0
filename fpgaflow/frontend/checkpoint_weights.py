"""From what a checkpoint holds to its weights: one dictionary of finite float32 tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor

from fpgaflow.errors import InputRefused
from fpgaflow.frontend.checkpoint_guard import SAVE_WEIGHTS, refusal

# Where training scripts keep the weights among epoch, optimizer and accuracy.
_WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "network", "weights", "params")
_COUNTER = "num_batches_tracked"
_FLOATS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
_LEARNED = (".weight", ".bias", ".running_mean", ".running_var")


def find_state_dict(held: object, source: str) -> dict[str, Tensor]:
    """The state_dict in what a file holds: bare, or under one of the usual names.

    Raises:
        InputRefused: there is none, or it holds something else than tensors.
    """
    for _ in range(3):
        if not isinstance(held, Mapping):
            raise refusal(
                source, f"holds a {type(held).__name__}, not a state_dict of tensors", SAVE_WEIGHTS
            )
        entries = cast("Mapping[object, object]", held)
        inner = next((entries[name] for name in _WRAPPERS if _is_wrapper(entries, name)), None)
        if inner is None:
            return _tensors(entries, source)
        held = inner
    raise refusal(source, "holds dictionaries in dictionaries without a state_dict", SAVE_WEIGHTS)


def _is_wrapper(entries: Mapping[object, object], name: str) -> bool:
    return isinstance(entries.get(name), Mapping)


def _tensors(entries: Mapping[object, object], source: str) -> dict[str, Tensor]:
    if not entries:
        raise refusal(source, "holds an empty state_dict", SAVE_WEIGHTS)
    found: dict[str, Tensor] = {}
    for name, value in entries.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise refusal(
                source,
                f"holds {name!r} ({type(value).__name__}) where a state_dict holds named tensors",
                SAVE_WEIGHTS,
            )
        found[name] = value
    return found


def clean_weights(state: Mapping[str, Tensor], source: str) -> dict[str, Tensor]:
    """Dense float32 weights, without batch norm's step counters; other buffers as they are.

    Half precision and double become float32.

    Raises:
        InputRefused: a weight is of integers (quantized) or complex, or is NaN or infinite.
    """
    return {
        name: _clean(name, tensor, source)
        for name, tensor in state.items()
        if not name.endswith(_COUNTER)
    }


def _clean(name: str, tensor: Tensor, source: str) -> Tensor:
    learned = name.endswith(_LEARNED) or name in ("weight", "bias")
    if tensor.dtype not in _FLOATS:
        if learned or tensor.is_complex():
            kind = str(tensor.dtype).removeprefix("torch.")
            raise refusal(
                source,
                f"holds parameter {name!r} as {kind}, not as floating-point numbers",
                "save the float network's state_dict(); fpgaflow quantizes it itself",
            )
        return tensor.detach()
    clean = tensor.detach().to(torch.float32).contiguous()
    check_finite(name, clean, source)
    return clean


def check_finite(name: str, tensor: Tensor, source: str) -> None:
    """Refuse a tensor that holds NaN or an infinity.

    Raises:
        InputRefused: the message names the tensor and says how many of its numbers.
    """
    broken = int(tensor.numel() - torch.isfinite(tensor).sum())
    if broken:
        raise InputRefused(
            f"{source}: {broken} of {tensor.numel()} numbers of {name!r} are NaN or infinite",
            accepted="finite numbers within the range of float32",
            remedy="train again with a smaller learning rate, or use an earlier checkpoint",
        )
