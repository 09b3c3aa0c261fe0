from __future__ import annotations

import time
from pathlib import Path

import pytest

from fpgaflow.backend.children import Job, run_jobs
from fpgaflow.errors import ToolFailed, ToolMissing


def shell(
    script: str, folder: Path, *, total_s: float = 30, silent_s: float = 30, memory_mb: int = 4096
) -> Job:
    return Job(
        label="the test",
        command=("/bin/sh", "-c", script),
        folder=folder,
        total_s=total_s,
        silent_s=silent_s,
        memory_mb=memory_mb,
        remedy="look",
    )


def failure(*jobs: Job, at_once: int = 2) -> str:
    with pytest.raises(ToolFailed) as caught:
        run_jobs(jobs, at_once)
    return str(caught.value)


def test_lines_arrive_while_a_job_runs_and_all_jobs_end(tmp_path: Path) -> None:
    heard: list[str] = []
    ended: list[str] = []
    run_jobs(
        [shell("echo one; echo two >&2; printf three", tmp_path), shell("echo four", tmp_path)],
        1,
        on_line=lambda _, line: heard.append(line),
        on_done=lambda job: ended.append(job.label),
    )
    assert heard == ["one", "two", "three", "four"]
    assert ended == ["the test", "the test"]


def test_an_exit_code_is_reported_with_the_last_lines(tmp_path: Path) -> None:
    script = "for i in $(seq 30); do echo line $i; done; exit 4"
    message = failure(shell(script, tmp_path))
    assert message.startswith("the test failed with exit code 4; it wrote last:\n    line 11\n")
    assert message.endswith("    line 30\n  what to do: look")


@pytest.mark.parametrize("name", ["SEGV", "ABRT", "KILL"])
def test_a_crash_is_named(tmp_path: Path, name: str) -> None:
    assert failure(shell(f"kill -{name} $$", tmp_path)) == (
        f"the test crashed with SIG{name}\n  what to do: look"
    )


def test_running_out_of_memory_is_named(tmp_path: Path) -> None:
    script = "echo \"terminate called after throwing an instance of 'std::bad_alloc'\"; kill -6 $$"
    assert failure(shell(script, tmp_path, memory_mb=77)) == (
        "the test needed more than 77 MB of memory\n"
        "  what to do: allow more memory, or simulate a smaller network"
    )


def test_the_memory_limit_holds(tmp_path: Path) -> None:
    heard: list[str] = []
    run_jobs(
        [shell("ulimit -v", tmp_path, memory_mb=512)], 1, on_line=lambda _, line: heard.append(line)
    )
    assert heard == [str(512 * 1024)]


def test_too_long_and_too_silent_are_told_apart(tmp_path: Path) -> None:
    assert failure(shell("sleep 20", tmp_path, total_s=0.3)) == (
        "the test took more than 0.3 s\n  what to do: allow more time, or simulate fewer images"
    )
    assert failure(shell("echo alive; sleep 20", tmp_path, silent_s=0.3)) == (
        "the test wrote nothing for 0.3 s; it wrote last:\n    alive\n"
        "  what to do: allow more time for an image"
    )


def ends(process: int, within_s: float = 20) -> bool:
    """Whether a killed process is gone soon: it dies when it is next given a core."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process}/stat").read_text().split()[2]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state in ("Z", "X"):
            return True
        time.sleep(0.05)
    return False


def test_a_failure_ends_the_others_and_what_they_started(tmp_path: Path) -> None:
    started = time.monotonic()
    forever = shell("sleep 60 & echo $! > child; wait", tmp_path)
    failing = shell("while [ ! -s child ]; do sleep 0.05; done; exit 1", tmp_path)
    failure(forever, failing)
    assert time.monotonic() - started < 20
    assert ends(int((tmp_path / "child").read_text()))


def test_an_interrupt_ends_them_too(tmp_path: Path) -> None:
    def interrupt(_: Job, line: str) -> None:
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt):
        run_jobs([shell("echo $$; sleep 60", tmp_path)], 1, on_line=interrupt)


def test_a_folder_that_is_gone_is_a_missing_tool(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="the test: cannot start /bin/sh"):
        run_jobs([shell("true", tmp_path / "gone")], 1)
