"""The kernels between the network and the streams, against NumPy's packing; with back-pressure."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.resources import share_dir
from fpgaflow.runtime.streams import StreamFormat
from tests.hls.test_headers import compile_cpp

# As in wrapper_kernels.cpp: width of a beat, packets, numbers in a packet, images.
IMAGES = ((64, 1, 1, 2), (64, 5, 3, 3), (64, 2, 20, 2), (128, 9, 2, 2), (128, 2, 16, 1))
# The same, with the type on the stream and the lowest and highest integer.
SCORES = (
    (64, 1, 10, 3, "int8", -128, 127),
    (64, 1, 1, 2, "int8", -2, 1),
    (64, 3, 3, 2, "int16", 0, 255),
    (128, 1, 8, 2, "int16", -2048, 2047),
    (128, 2, 3, 2, "int32", -(2**31), 2**31 - 1),
    (64, 1, 7, 2, "int32", -(2**17), 2**17 - 1),
)
STALL = 3
"""The ports of the test are not ready every third time."""


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the compiled kernels said, a line for each case."""
    folder = tmp_path_factory.mktemp("kernels")
    data = b""
    for pixels, stream in images():
        data += packed(pixels, stream).tobytes()
    for scores, _ in results():
        data += scores.astype("<i8").tobytes()
    (folder / "data").write_bytes(data)
    headers = share_dir("hls") / "include" / "fpgaflow"
    source = Path(__file__).with_name("wrapper_kernels.cpp")
    program = folder / "kernels"
    compile_cpp(
        source,
        "-Wno-unused-label",
        "-Werror",
        "-DFPGAFLOW_COUNT",
        f"-I{headers}",
        "-o",
        str(program),
    )
    answer = subprocess.run(
        [str(program), "data"], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    assert "Hls::stream" not in answer.stdout
    return answer.stdout.splitlines()


def images() -> list[tuple[np.ndarray, StreamFormat]]:
    rng = np.random.default_rng(1)
    return [
        (
            rng.integers(0, 256, (frames, packets, channels)),
            StreamFormat(shape=(packets, channels), number="uint8", beat_bits=bits),
        )
        for bits, packets, channels, frames in IMAGES
    ]


def results() -> list[tuple[np.ndarray, StreamFormat]]:
    rng = np.random.default_rng(2)
    found: list[tuple[np.ndarray, StreamFormat]] = []
    for bits, packets, length, frames, number, low, high in SCORES:
        scores = rng.integers(low, high + 1, (frames, packets, length))
        scores.flat[0], scores.flat[-1] = low, high
        stream = StreamFormat(shape=(packets, length), number=number, beat_bits=bits)
        found.append((scores, stream))
    return found


def packed(numbers: np.ndarray, stream: StreamFormat) -> np.ndarray:
    beats = np.empty((len(numbers), stream.bytes_per_image), np.uint8)
    stream.pack(numbers, beats)
    return beats


def stalls(beats: int, asked: int) -> tuple[int, int]:
    """Return how often a port was not ready for so many beats, and how often it has been asked."""
    waited = 0
    while beats:
        asked += 1
        if asked % STALL:
            beats -= 1
        else:
            waited += 1
    return waited, asked


@pytest.mark.csim
@pytest.mark.parametrize("case", range(len(IMAGES)), ids=[str(case) for case in IMAGES])
def test_pixels_come_in_as_they_were_packed(lines: list[str], case: int) -> None:
    pixels, stream = images()[case]
    *parts, left = lines[case].split("|")
    assert left.split() == ["0"], "every beat was taken"
    asked = 0
    for frame, image in enumerate(pixels):
        waited, asked = stalls(stream.beats_per_image, asked)
        assert [int(word) for word in parts[2 * frame].split()] == image.ravel().tolist()
        counts = [int(word) for word in parts[2 * frame + 1].split()]
        assert counts == [stream.beats_per_image, waited, len(image)]


@pytest.mark.csim
@pytest.mark.parametrize("case", range(len(SCORES)), ids=[str(case) for case in SCORES])
def test_scores_go_out_as_they_are_unpacked(lines: list[str], case: int) -> None:
    scores, stream = results()[case]
    *counts, text = lines[len(IMAGES) + case].split("|")
    asked = 0
    for part in counts:
        waited, asked = stalls(stream.beats_per_image, asked)
        expected = [stream.beats_per_image, waited, scores.shape[1]]
        assert [int(word) for word in part.split()] == expected
    beats = np.array([int(word) for word in text.split()]).reshape(-1, stream.beat_bits // 8 + 1)
    assert np.array_equal(beats[:, :-1].ravel(), packed(scores, stream).ravel())
    assert beats[:, -1].tolist() == [0] * (len(beats) - 1) + [1], "TLAST on the last beat alone"


@pytest.mark.csim
def test_counters_add_up_and_clear(lines: list[str]) -> None:
    first, second, third, seen = lines[-1].split("|")
    # 4 packets through the tap worth 7 each, and `beats_taken`'s token of 1 worth 1000.
    assert first.split() == ["1", "1028", "0"]
    assert second.split() == ["2", "2056", "0"]
    assert third.split() == ["1", "1028", "0"]
    # The tap's own reading and writing is not the layer's: 3 images, 4 packets, 3 numbers.
    assert seen.split() == ["36", "36"]
