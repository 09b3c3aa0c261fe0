"""What `pynq get-notebooks fpgaflow` finds: it copies the notebooks to where it is asked to."""

from __future__ import annotations

import shutil
from pathlib import Path

from fpgaflow.errors import InputRefused
from fpgaflow.resources import share_dir


def deliver_notebooks(  # noqa: PLR0917 - the parameters are pynq's
    device_name: str | None,
    src_path: str,
    dst_path: str,
    name: str,
    folder: bool = False,
    overlays_res_lookup: bool = True,
) -> None:
    """Copy the notebooks; pynq calls this, with its own function's parameters.

    In a checkout the notebooks do not lie inside the package, where pynq would look for them.

    Args:
        device_name: the board; the notebooks are the same for all.
        src_path: where this package lies; not used.
        dst_path: where the notebooks go.
        name: of a folder there.
        folder: whether to make that folder.
        overlays_res_lookup: whether to look for bitstreams; there are none, bundles hold them.

    Raises:
        InputRefused: the place cannot be written.
    """
    target = Path(dst_path) / name if folder else Path(dst_path)
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path in sorted(share_dir("notebooks").glob("*.ipynb")):
            shutil.copyfile(path, target / path.name)
    except OSError as error:
        raise InputRefused(
            f"{target} cannot be written: {error.strerror or error}",
            remedy="name another folder: pynq get-notebooks -p FOLDER",
        ) from error
