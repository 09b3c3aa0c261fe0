"""The process that runs are sent to; a stand-in takes the place of the compiled simulation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fpgaflow.backend.csim import CsimLimits
from fpgaflow.backend.csim_datapath import CsimDatapath
from fpgaflow.backend.csim_server import CsimServer
from fpgaflow.backend.manifest import Manifest, Port, write_manifest
from fpgaflow.errors import InputRefused, ToolFailed, ToolMissing

PROGRAM = """#!{python}
import os, signal, struct, sys, time
option, runs, answers, weights = sys.argv[1:]
assert option == "--serve" and weights.endswith("firmware/weights")
done = started = 0
with open(runs, "rb") as runs, open(answers, "wb") as answers:
    while header := runs.read(16):
        frames, clear = struct.unpack("<QQ", header)
        beats = runs.read(16 * frames)
        print("run of", frames, flush=True)
        {fault}
        done = frames if clear else done + frames
        started += 1
        scores = beats[::-2]
        answers.write(struct.pack("<Q", len(scores)) + scores + struct.pack("<QQ", done, started))
        answers.flush()
"""
BEATS = bytes(range(16))
"""An image of eleven pixels in two beats."""
SCORES = BEATS[::-2]

Start = Callable[..., CsimServer]


def write_project(folder: Path, fault: str = "", beat_bits: int | None = 64) -> Path:
    for name in ("csim", "work", "firmware/fpgaflow"):
        (folder / name).mkdir(parents=True)
    (folder / "firmware" / "fpgaflow" / "beat_server.h").touch()
    port = Port(name="image", shape=(11,), element="ufixed<8,8>")
    write_manifest(
        folder,
        Manifest(
            project="network",
            input=port,
            outputs=(port,),
            traced=(),
            counters=("frames_done", "runs_of_this_process"),
            beat_bits=beat_bits,
        ),
    )
    program = folder / "work" / "csim"
    program.write_text(PROGRAM.format(python=sys.executable, fault=fault))
    program.chmod(0o755)
    return folder


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Make a server whose program has a fault."""
    servers: list[CsimServer] = []

    def make(fault: str = "", image_s: float = 60) -> CsimServer:
        project = write_project(tmp_path, fault)
        servers.append(CsimServer(project, project / "work", image_s=image_s, memory_mb=4096))
        return servers[-1]

    yield make
    for server in servers:
        server.close()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_one_process_takes_run_after_run(start: Start) -> None:
    before = open_files()
    server = start()
    first = server.run(BEATS, 1, clear=True)
    assert (first.scores, first.counters) == (SCORES, {"frames_done": 1, "runs_of_this_process": 1})
    # More than a pipe holds.
    many = server.run(BEATS * 20_000, 20_000, clear=False)
    assert many.scores == SCORES * 20_000
    assert many.counters == {"frames_done": 20_001, "runs_of_this_process": 2}
    assert server.run(BEATS, 1, clear=True).counters["frames_done"] == 1
    server.close()
    server.close()
    assert open_files() == before
    assert server.run(BEATS, 1, clear=False).counters["runs_of_this_process"] == 1


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            "os.kill(os.getpid(), signal.SIGSEGV)",
            "C-simulation: running the design crashed with SIGSEGV; it wrote last:\n    run of 1",
        ),
        (
            "print('fpgaflow: a rule was broken', file=sys.stderr, flush=True); os._exit(3)",
            "C-simulation: running the design failed with exit code 3; it wrote last:\n"
            "    run of 1\n    fpgaflow: a rule was broken",
        ),
        (
            "print('WARNING: Hls::stream n1 is read while empty', flush=True)",
            "C-simulation: a stage read or wrote too much: "
            "WARNING: Hls::stream n1 is read while empty",
        ),
    ],
)
def test_what_goes_wrong_is_told_and_the_next_run_starts_anew(
    fault: str, message: str, start: Start, tmp_path: Path
) -> None:
    before = open_files()
    server = start(fault)
    for _ in range(2):
        with pytest.raises(ToolFailed) as caught:
            server.run(BEATS, 1, clear=True)
        assert str(caught.value) == (
            f"{message}\n  what to do: this is an error in the generated design: please report "
            "the network"
        )
        assert open_files() == before
    program = tmp_path / "work" / "csim"
    program.write_text(PROGRAM.format(python=sys.executable, fault=""))
    assert server.run(BEATS, 1, clear=True).scores == SCORES


@pytest.mark.parametrize("fault", ["time.sleep(60)", "runs.read(1)"])
def test_a_run_that_takes_too_long_is_ended(fault: str, start: Start) -> None:
    server = start(fault, image_s=0.02)
    with pytest.raises(ToolFailed) as caught:
        server.run(BEATS * 20, 20, clear=True)
    # A busy machine may not have come to write a line.
    label = "C-simulation: running the design"
    assert caught.value.found.startswith(f"{label} took more than 0.02 s an image")
    assert caught.value.remedy == "allow more time for an image"


def test_a_program_that_takes_no_run_is_not_waited_for_ever(start: Start, tmp_path: Path) -> None:
    server = start(image_s=0.00001)
    (tmp_path / "work" / "csim").write_text("#!/bin/sh\necho busy; sleep 60\n")
    with pytest.raises(ToolFailed, match="took more than 1e-05 s an image"):
        server.run(BEATS * 20_000, 20_000, clear=True)


def test_a_program_that_is_not_there_is_told(start: Start, tmp_path: Path) -> None:
    server = start()
    (tmp_path / "work" / "csim").unlink()
    with pytest.raises(ToolFailed, match="running the design failed with exit code 127"):
        server.run(BEATS, 1, clear=True)
    (tmp_path / "work").rmdir()
    with pytest.raises(ToolMissing, match="C-simulation: running the design: cannot start "):
        server.run(BEATS, 1, clear=True)


def test_a_project_without_accelerator_or_of_an_older_version_is_refused(tmp_path: Path) -> None:
    alone = write_project(tmp_path / "alone", beat_bits=None)
    old = write_project(tmp_path / "old")
    (old / "firmware" / "fpgaflow" / "beat_server.h").unlink()
    for project in (alone, old):
        with pytest.raises(InputRefused) as caught:
            CsimDatapath(project, project / "work")
        assert str(caught.value) == (
            f"{project}: its C-simulation takes no beats from another process\n"
            "  accepted: a network with one output of at most 32 bits, compiled by this version\n"
            "  what to do: compile the network again"
        )


def test_a_datapath_runs_when_all_images_have_come(tmp_path: Path) -> None:
    project = write_project(tmp_path)
    datapath = CsimDatapath(project, project / "work", CsimLimits(image_s=60))
    try:
        datapath.start(2, clear=True)
        assert datapath.take(BEATS + BEATS[:3]) == b""
        assert datapath.take(BEATS[3:]) == SCORES * 2
        assert datapath.leave(16) == {"frames_done": 2, "runs_of_this_process": 1}
        datapath.start(1, clear=False)
        assert datapath.take(BEATS) == SCORES
        assert datapath.leave(8) == {"frames_done": 3, "runs_of_this_process": 2}
        datapath.start(2, clear=False)
        assert datapath.take(BEATS) == b""
        # What came of a run that was broken off is gone, and so is what was counted.
        datapath.load()
        datapath.start(1, clear=False)
        assert datapath.take(BEATS) == SCORES
        assert datapath.leave(8) == {"frames_done": 1, "runs_of_this_process": 1}
    finally:
        datapath.close()
