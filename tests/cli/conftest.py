"""Runs commands, and hands out a model, images and a build to run them on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import fpgaflow
from fpgaflow.cli import cli
from tests.api.tiny import SHAPE, save_images, save_model

Invoke = Callable[..., Result]


@pytest.fixture
def invoke() -> Invoke:
    """Run `fpgaflow` with these arguments in this process."""
    return lambda *arguments: CliRunner().invoke(cli, [str(part) for part in arguments])


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds tiny.pt and images.npz."""
    folder = tmp_path_factory.mktemp("files")
    save_model(folder)
    save_images(folder)
    return folder


@pytest.fixture(scope="session")
def build(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of tiny.pt that was not simulated."""
    output = tmp_path_factory.mktemp("build") / "build"
    fpgaflow.compile(
        files / "tiny.pt",
        output=output,
        example_input=SHAPE,
        calibration=files / "images.npz",
        calibration_images=24,
        simulate=0,
    )
    return output


@pytest.fixture(scope="session")
def csim_work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the C-simulation of that build is compiled once."""
    return tmp_path_factory.mktemp("work") / "csim"
