"""Finding the files that ship beside the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaflow import resources
from fpgaflow.errors import ToolMissing


def test_in_this_installation() -> None:
    assert (resources.share_dir("boards") / "pynq-z2" / "board.toml").is_file()
    assert resources.share_dir("hls").is_dir()


def test_in_a_wheel(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "fpgaflow"
    (package / "_share" / "hls").mkdir(parents=True)
    # Somebody else's folder beside the package, in no checkout.
    (tmp_path / "site-packages" / "hls").mkdir()
    assert resources._find_share("hls", package) == package / "_share" / "hls"


def test_the_checkout_wins_over_copies(tmp_path: Path) -> None:
    package = tmp_path / "fpgaflow"
    (package / "_share" / "hls").mkdir(parents=True)
    (tmp_path / "hls").mkdir()
    (tmp_path / "pyproject.toml").touch()
    assert resources._find_share("hls", package) == tmp_path / "hls"


def test_an_incomplete_installation(tmp_path: Path) -> None:
    package = tmp_path / "fpgaflow"
    with pytest.raises(ToolMissing) as caught:
        resources._find_share("hls", package)
    assert str(caught.value) == (
        "the folder hls/ that belongs to fpgaflow was not found; "
        f"looked at {package}/_share/hls and {tmp_path}/hls\n"
        "  what to do: install fpgaflow again: pip install --force-reinstall fpgaflow"
    )
