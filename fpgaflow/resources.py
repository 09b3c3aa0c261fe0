"""Finds what ships beside the code: C++ kernels in hls/, the engine in rtl/, descriptions
in boards/, notebooks/.

In a checkout they lie next to the package; in a wheel they lie inside it, under `_share/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from fpgaflow.errors import ToolMissing

ShareName = Literal["hls", "rtl", "boards", "notebooks"]

_PACKAGE = Path(__file__).resolve().parent


def share_dir(name: ShareName) -> Path:
    """Return the absolute path of the shipped folder `name`.

    Raises:
        ToolMissing: the installation is incomplete.
    """
    return _find_share(name, _PACKAGE)


def _find_share(name: str, package: Path) -> Path:
    checkout = package.parent
    # An editable install may also leave copies in `_share`; the checkout's own files are newer.
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    shipped = package / "_share" / name
    if shipped.is_dir():
        return shipped
    raise ToolMissing(
        f"the folder {name}/ that belongs to fpgaflow was not found; looked at {shipped} "
        f"and {checkout / name}",
        remedy="install fpgaflow again: pip install --force-reinstall fpgaflow",
    )
