"""Kernels, strides, padding and rounding of window sizes, as ONNX spells them."""

from __future__ import annotations

from fpgaflow.frontend.onnx_call import Call
from fpgaflow.ir.geometry import Padding, Size

_AUTO_PAD = ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")


def size_of(call: Call, name: str, default: Size | None = None) -> Size:
    """Return an attribute of two positive integers: rows and columns."""
    values = call.integers(name)
    if values is None:
        if default is None:
            raise call.refused(f"attribute {name} is missing", accepted="two integers")
        return default
    if len(values) != 2:
        raise call.unsupported(f"{name} {list(values)}", accepted="two-dimensional windows")
    if min(values) < 1:
        raise call.refused(f"{name} {list(values)}", accepted="positive integers")
    return Size(*values)


def check_dilations(call: Call) -> None:
    """Refuse windows with holes."""
    dilations = call.integers("dilations") or (1,)
    if any(value != 1 for value in dilations):
        raise call.unsupported(
            f"dilations {list(dilations)}",
            accepted="dilation 1",
            remedy="replace the dilated layer by a larger dense kernel, and train again",
        )


def padding_of(call: Call, size: tuple[int, int], kernel: Size, stride: Size) -> Padding:
    """Return the padding that `pads` or `auto_pad` ask for around a map of `size`."""
    mode = call.text("auto_pad", "NOTSET")
    pads = call.integers("pads") or (0, 0, 0, 0)
    if mode not in _AUTO_PAD:
        raise call.refused(f"auto_pad {mode!r}", accepted=", ".join(_AUTO_PAD))
    if mode == "NOTSET":
        if len(pads) != 4:
            raise call.unsupported(f"pads {list(pads)}", accepted="two-dimensional windows")
        if min(pads) < 0:
            raise call.unsupported(f"pads {list(pads)}", accepted="pads of zero or more")
        return Padding(*pads)
    if mode == "VALID":
        return Padding()
    upper = mode == "SAME_UPPER"
    top, bottom = _same(size[0], kernel.height, stride.height, upper)
    left, right = _same(size[1], kernel.width, stride.width, upper)
    return Padding(top, left, bottom, right)


def _same(size: int, kernel: int, stride: int, upper: bool) -> tuple[int, int]:
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    small, large = total // 2, total - total // 2
    return (small, large) if upper else (large, small)


def added(first: Padding, second: Padding) -> Padding:
    """Return two borders around each other as one."""
    return Padding(*(a + b for a, b in zip(first, second, strict=True)))


def ceil_extra(size: tuple[int, ...], kernel: Size, stride: Size, padding: Padding) -> Padding:
    """Return the rows and columns that rounding the number of windows up adds at the end.

    A window that would begin behind the map and its leading border is left out, as PyTorch and
    ONNX (from opset 19 on; onnxruntime in all) do.
    """
    bottom = _extra(size[0], kernel.height, stride.height, padding.top, padding.bottom)
    right = _extra(size[1], kernel.width, stride.width, padding.left, padding.right)
    return Padding(0, 0, bottom, right)


def _extra(size: int, kernel: int, stride: int, before: int, after: int) -> int:
    padded = size + before + after
    count = -(-(padded - kernel) // stride) + 1
    if (count - 1) * stride >= size + before:
        count -= 1
    return max((count - 1) * stride + kernel - padded, 0)
