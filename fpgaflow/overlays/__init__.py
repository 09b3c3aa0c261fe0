"""Where pynq looks for fpgaflow's bitstreams.

    from fpgaflow.overlays import add_overlay

    add_overlay("resnet20.fpgaflow.zip")
    overlay = pynq.Overlay("net_resnet20.bit")

fpgaflow ships no bitstream, so this place is empty at first. `fpgaflow.runtime.Accelerator` does
not need it: it takes what it loads out of the bundle.
"""

from __future__ import annotations

from pathlib import Path

from fpgaflow.errors import InputRefused
from fpgaflow.runtime.bundle import read_bundle

_HERE = Path(__file__).resolve().parent


def add_overlay(bundle: str | Path) -> Path:
    """Unpack a bundle's bitstream and hardware description to where `pynq.Overlay` finds them.

    Args:
        bundle: a file that `fpgaflow bundle` made after a synthesis.

    Returns:
        The bitstream; its name is what `pynq.Overlay` takes.

    Raises:
        InputRefused: the bundle is damaged or holds no bitstream, or this place cannot be written.
    """
    return _unpack(Path(bundle), _HERE)


def _unpack(bundle: Path, place: Path) -> Path:
    found = read_bundle(bundle)
    bitstream, description = found.manifest.bitstream, found.manifest.description
    if bitstream is None:
        raise InputRefused(
            f"{bundle} holds no bitstream",
            remedy="run fpgaflow synthesize on its build, and make the bundle again",
        )
    target = place / Path(bitstream).stem / Path(bitstream).name
    try:
        target.parent.mkdir(exist_ok=True)
        # pynq takes a bitstream for whole once it is there: its description comes first.
        for name, path in ((description, target.with_suffix(".hwh")), (bitstream, target)):
            aside = path.with_name(f".{path.name}.new")
            aside.write_bytes(found.files[name])
            aside.replace(path)
    except OSError as error:
        raise InputRefused(
            f"{target} cannot be written: {error.strerror or error}",
            remedy="install fpgaflow where you may write, or name the .bit with its folder",
        ) from error
    return target
