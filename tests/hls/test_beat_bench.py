"""What gives the accelerator beats, bench and server: what it sends, and what it refuses."""

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


BROKEN = pytest.mark.parametrize(
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
        ("short", "the stream of scores ended within an image"),
        ("long", "the accelerator wrote more beats of scores than its images have"),
        ("left", "the accelerator left beats in the stream of images"),
    ],
)


@BROKEN
def test_an_accelerator_that_breaks_a_rule_is_refused(
    bench: Path, fault: str, message: str
) -> None:
    answer = run(bench, fault)
    assert (answer.returncode, answer.stderr) == (3, f"fpgaflow: {message}\n")


def test_padding_that_is_not_zero_is_refused(bench: Path) -> None:
    answer = run(bench, "padding")
    assert answer.returncode == 3
    assert answer.stderr == (
        "fpgaflow: the padding of an image's last beat of scores is not zero\n"
    )


def serve(
    bench: Path, runs: bytes, fault: str = ""
) -> tuple[subprocess.CompletedProcess[str], bytes]:
    (bench.parent / "runs").write_bytes(runs)
    answer = subprocess.run(
        [str(bench), "--serve", "runs", "answers", "weights"],
        check=False,
        cwd=bench.parent,
        env={**os.environ, "FAULT": fault},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return answer, (bench.parent / "answers").read_bytes()


def words(*numbers: int) -> bytes:
    return np.array(numbers, "<u8").tobytes()


BEATS = np.concatenate([PIXELS, np.zeros((3, 5), np.int64)], axis=1).astype(np.uint8)
"""The same images, filled up to two beats each."""


def test_a_server_takes_run_after_run(bench: Path) -> None:
    runs = words(1, 1) + BEATS[:1].tobytes() + words(2, 0) + BEATS[1:].tobytes()
    answer, found = serve(bench, runs + words(1, 1) + BEATS[:1].tobytes())
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == "run 1\nrun 2\nrun 1\n"
    scores = np.zeros((3, 4), "<i2")
    scores[:, 0], scores[:, 1], scores[:, 2] = PIXELS[:, 0], -2, PIXELS[:, 10]
    first = words(8) + scores[:1].tobytes() + words(1)
    assert found == first + words(16) + scores[1:].tobytes() + words(2) + first


@BROKEN
def test_a_server_refuses_the_same(bench: Path, fault: str, message: str) -> None:
    answer, found = serve(bench, words(2, 1) + BEATS[:2].tobytes(), fault)
    assert (answer.returncode, answer.stderr) == (3, f"fpgaflow: {message}\n")
    assert found == b""


def test_a_run_that_ends_too_early_is_refused(bench: Path) -> None:
    answer, _ = serve(bench, words(2, 1) + BEATS[:1].tobytes())
    assert (answer.returncode, answer.stderr) == (3, "fpgaflow: a run ended within an image\n")
