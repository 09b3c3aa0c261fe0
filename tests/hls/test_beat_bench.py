"""The bench that gives the accelerator beats: what it sends, and what it refuses."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.resources import share_dir
from tests.hls.test_headers import compile_cpp

pytestmark = pytest.mark.csim
PIXELS = np.random.default_rng(4).integers(0, 256, (3, 11))
"""Three images of 11 bytes: a beat and a part of one each; two runs."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled bench, in a folder with the images."""
    folder = tmp_path_factory.mktemp("bench")
    headers = share_dir("hls") / "include" / "fpgaflow"
    source = Path(__file__).with_name("beat_bench.cpp")
    compile_cpp(source, "-Wno-unused-label", "-Werror", f"-I{headers}", "-o", str(folder / "bench"))
    PIXELS.astype("<i8").tofile(folder / "images")
    return folder / "bench"


def run(bench: Path, fault: str = "") -> subprocess.CompletedProcess[str]:
    arguments = ("--images", "images", "--outputs", "outputs", "--counters", "counters")
    return subprocess.run(
        [str(bench), *arguments],
        check=False,
        cwd=bench.parent,
        env={**os.environ, "FAULT": fault},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_images_go_in_pairs_and_scores_come_back(bench: Path) -> None:
    answer = run(bench)
    assert answer.returncode == 0, answer.stderr
    assert [line.split()[:2] for line in answer.stdout.splitlines()] == [
        ["image", "0"],
        ["image", "1"],
        ["image", "2"],
    ]
    scores = np.fromfile(bench.parent / "outputs", "<i8").reshape(3, 3)
    expected = np.stack([PIXELS[:, 0], np.full(3, -2), PIXELS[:, 10]], axis=1)
    assert np.array_equal(scores, expected)
    assert np.fromfile(bench.parent / "counters", "<i8").tolist() == [2]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            "always last",
            "TLAST of the scores is not set on the transfer's last beat alone",
        ),
        (
            "never last",
            "TLAST of the scores is not set on the transfer's last beat alone",
        ),
        ("keep", "TKEEP of the stream of scores leaves bytes out"),
        ("padding", "the padding of an image's last beat of scores is not zero"),
        ("short", "the stream of scores ended within an image"),
        ("long", "the accelerator wrote more beats of scores than its images have"),
        ("left", "the accelerator left beats in the stream of images"),
    ],
)
def test_an_accelerator_that_breaks_a_rule_is_refused(
    bench: Path, fault: str, message: str
) -> None:
    answer = run(bench, fault)
    assert (answer.returncode, answer.stderr) == (3, f"fpgaflow: {message}\n")
