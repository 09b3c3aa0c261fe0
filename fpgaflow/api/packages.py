"""Python packages that are not part of the base installation, looked for without importing them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from fpgaflow.errors import ToolMissing

COMPILE = ("torch", "onnx", "safetensors", "hls4ml", "jinja2", "rich", "matplotlib", "PIL")
"""What the extra `compile` brings, by import name."""

_DISTRIBUTIONS = {"PIL": "Pillow", "sklearn": "scikit-learn"}


def require_packages(
    what: str, names: tuple[str, ...] = COMPILE, *, extra: str = "compile"
) -> None:
    """Refuse to go on without some packages.

    Args:
        what: the command or function that needs them, for the message.
        names: import names.
        extra: the extra of fpgaflow that brings them.

    Raises:
        ToolMissing: with the command that installs them.
    """
    missing = [distribution(name) for name in names if find_spec(name) is None]
    if missing:
        raise ToolMissing(
            f"{what} needs packages that are not installed: {', '.join(missing)}",
            remedy=f"pip install 'fpgaflow[{extra}]'",
        )


def distribution(name: str) -> str:
    """Return what pip calls the package of an import name."""
    return _DISTRIBUTIONS.get(name, name)


def installed_version(name: str) -> str | None:
    """Return the version of the package of an import name, or None."""
    if find_spec(name) is None:
        return None
    try:
        return version(distribution(name))
    except PackageNotFoundError:
        return "unknown version"
