"""The device to train on."""

from __future__ import annotations

import os
import re

import torch

from fpgaflow.errors import InputRefused, ToolMissing


def resolve_device(name: str) -> torch.device:
    """Return the device called `name`; under torchrun, "cuda" is the process's own GPU.

    Raises:
        InputRefused: no such name.
        ToolMissing: no such GPU here.
    """
    if name == "cpu":
        return torch.device("cpu")
    match = re.fullmatch(r"cuda(?::(\d{1,3}))?", name)
    if match is None:
        raise InputRefused(f"the device {name!r} is not known", accepted="cpu, cuda or cuda:N")
    if not torch.cuda.is_available():
        raise ToolMissing(
            f"the device {name} was asked for, and PyTorch {torch.__version__} sees no GPU here",
            accepted="cpu",
            remedy="use --device cpu, or install NVIDIA's driver and PyTorch's CUDA build",
        )
    number = int(match[1] or os.environ.get("LOCAL_RANK", "0"))
    if number >= torch.cuda.device_count():
        raise ToolMissing(
            f"the device cuda:{number} was asked for, and there are {torch.cuda.device_count()}",
            accepted=f"cuda:0 to cuda:{torch.cuda.device_count() - 1}",
        )
    return torch.device("cuda", number)
