"""Every bad input: its message, its exit code, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

from fpgaflow.api import packages
from fpgaflow.cli.errors import one_place_for_errors, printable
from fpgaflow.errors import InputRefused
from tests.api.tiny import left_behind, stand_in_compiler
from tests.cli.conftest import Invoke

SHAPE = ("--input-shape", "1,6,6")


def raising(error: BaseException) -> click.Command:
    @click.command()
    @click.pass_context
    def command(ctx: click.Context) -> None:
        with one_place_for_errors(ctx):
            raise error

    return command


def test_our_errors_print_their_message_and_leave_with_their_code() -> None:
    error = InputRefused("[red]a\x1b[31mb[/]", accepted="c", remedy="d")
    result = CliRunner().invoke(raising(error), [])
    assert result.exit_code == 3
    assert result.stdout == ""
    assert result.stderr == "error: [red]a\\x1b[31mb[/]\n  accepted: c\n  what to do: d\n"


def test_the_traceback_is_shown_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FPGAFLOW_TRACEBACK", "1")
    result = CliRunner().invoke(raising(InputRefused("no")), [])
    assert result.stderr.startswith("Traceback (most recent call last):")
    assert result.stderr.endswith("error: no\n")


def test_internal_errors_leave_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = CliRunner().invoke(raising(ZeroDivisionError("oh\nno")), [])
    assert result.exit_code == 1
    (report,) = tmp_path.iterdir()
    assert result.stderr == (
        "internal error: ZeroDivisionError: oh\n"
        f"  this is a bug of fpgaflow, not of yours; please report it with {report}\n"
    )
    assert "Traceback (most recent call last):" in report.read_text()


def test_running_out_of_memory_is_no_bug() -> None:
    result = CliRunner().invoke(raising(MemoryError()), [])
    assert result.exit_code == 7
    assert result.stderr == (
        "error: there is not enough memory\n  what to do: use fewer images, or a smaller network\n"
    )


def test_an_interrupt_leaves_with_130() -> None:
    result = CliRunner().invoke(raising(KeyboardInterrupt()), [])
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")


def test_control_characters_are_spelled_out() -> None:
    assert printable("é\n\x07\x9b") == "é\n\\x07\\x9b"


def refused(result: Result, code: int, start: str) -> None:
    assert result.exit_code == code, result.output
    assert start in result.stderr, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def compile_with(invoke: Invoke, files: Path, tmp_path: Path, *others: object) -> Result:
    return invoke(
        "compile", files / "tiny.pt", *SHAPE, "-q", "-o", tmp_path / "out", "--simulate", 0, *others
    )


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        (
            ("--board", "pynq-z3"),
            (3, 'error: no board is called "pynq-z3"; nearest: pynq-z2, pynq-z1, aup-zu3\n'),
        ),
        (("--weight-bits", "1"), (3, "error: --weight-bits: 1 bits\n  accepted: 2 to 16 bits\n")),
        (("--mean", "a,b"), (2, "'a,b' is not a list of numbers such as 0.485,0.456,0.406")),
        (("--std", "inf"), (2, "'inf' is not a list of numbers")),
        (("--input-shape", "32x32"), (2, "'32x32' is not CHANNELS,HEIGHT,WIDTH such as 3,32,32")),
        (("--simulate", "-1"), (3, "error: -1 images to simulate were asked for\n")),
        (("--arch", "resnet21"), (3, "error: architecture 'resnet21' is not in the zoo\n")),
        (("--calibration", "no-such.npz"), (3, "error: no-such.npz: there is no no-such.npz\n")),
        (("--calibration-images", "0"), (3, "error: 0 calibration images were asked for\n")),
        (
            ("--layers", "no-such.toml"),
            (3, "error: the layer settings no-such.toml cannot be read"),
        ),
    ],
)
def test_wrong_options(
    invoke: Invoke,
    files: Path,
    tmp_path: Path,
    options: tuple[str, ...],
    answer: tuple[int, str],
) -> None:
    refused(compile_with(invoke, files, tmp_path, *options), *answer)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"images": np.zeros((4, 5, 6, 1), np.uint8)},
            "the images are 5x6x1 (height, width, channels)\n  accepted: 6x6x1",
        ),
        (
            {"images": np.zeros((4, 6, 6, 3), np.uint8)},
            "the images are 6x6x3 (height, width, channels)\n  accepted: 6x6x1",
        ),
        ({"images": np.zeros((4, 6, 6, 1))}, "images: the images are float64\n"),
        (
            {"images": np.zeros((4, 6, 6, 1), np.uint8), "labels": np.array([0, 1, 2, 3])},
            "the label of image 3 is 3, the first of 1 out of range\n"
            "  accepted: 0 to 2: the network has 3 outputs",
        ),
        (
            {"images": np.zeros((4, 6, 6, 1), np.uint8), "labels": np.zeros(3, np.int64)},
            "there are 3 labels for 4 images",
        ),
    ],
)
def test_wrong_calibration(
    invoke: Invoke, files: Path, tmp_path: Path, arrays: dict[str, np.ndarray], message: str
) -> None:
    np.savez(tmp_path / "wrong.npz", **arrays)  # pyright: ignore[reportArgumentType]
    result = compile_with(invoke, files, tmp_path, "--calibration", tmp_path / "wrong.npz")
    refused(result, 3, message)
    assert left_behind(tmp_path) == ["wrong.npz"]


def test_an_existing_folder(invoke: Invoke, files: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("")
    refused(
        compile_with(invoke, files, tmp_path),
        3,
        f"error: the output folder {tmp_path / 'out'} exists already\n",
    )
    refused(compile_with(invoke, files, tmp_path, "--force"), 3, "so --force does not replace it\n")
    assert left_behind(tmp_path / "out") == ["mine"]


def test_no_compiler(
    invoke: Invoke, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    result = compile_with(invoke, files, tmp_path, "--simulate", 2)
    refused(result, 6, "error: the C++ compiler g++ was not found\n")
    assert left_behind(tmp_path) == []


def test_missing_packages(
    invoke: Invoke, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda _: None)
    for command in ("compile", "inspect", "simulate"):
        result = invoke(command, files / "tiny.pt")
        refused(result, 6, f"error: fpgaflow {command} needs packages that are not installed: ")
        assert "  what to do: pip install 'fpgaflow[compile]'\n" in result.stderr
    refused(invoke("demo"), 6, "  what to do: pip install 'fpgaflow[demo]'\n")


@pytest.mark.parametrize(
    ("program_and_options", "message"),
    [
        (("kill -SEGV $$",), "error: C-simulation: running the design crashed with SIGSEGV\n"),
        (("exit 5",), "error: C-simulation: running the design failed with exit code 5\n"),
        (
            ("sleep 60", "--time-limit", "1"),
            "error: C-simulation: running the design wrote nothing for 2 s\n",  # two images a run
        ),
        (
            ("echo std::bad_alloc; exit 134", "--memory-limit", "500"),
            "error: C-simulation: running the design needed more than 500 MB of memory\n",
        ),
    ],
)
def test_a_simulation_that_goes_wrong(
    invoke: Invoke,
    files: Path,
    tmp_path: Path,
    program_and_options: tuple[str, ...],
    message: str,
) -> None:
    program, *options = program_and_options
    tools = tmp_path / "tools"
    tools.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CXX", str(stand_in_compiler(tools, program)))
        result = compile_with(invoke, files, tmp_path, "--simulate", 2, *options)
    refused(result, 7, message)
    assert left_behind(tmp_path) == ["tools"]


def test_a_compiler_that_fails(
    invoke: Invoke, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "false")
    result = compile_with(invoke, files, tmp_path, "--simulate", 2)
    refused(result, 7, "error: C-simulation: compiling ")
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_an_interrupt_leaves_nothing(
    files: Path, tmp_path: Path, number: signal.Signals, code: int, said: str
) -> None:
    tools, out, scratch = tmp_path / "tools", tmp_path / "out", tmp_path / "scratch"
    tools.mkdir()
    scratch.mkdir()
    started = tools / "started"
    compiler = stand_in_compiler(tools, f"echo $$ > {started}; exec sleep 600")
    command = [sys.executable, "-m", "fpgaflow", "compile", str(files / "tiny.pt"), *SHAPE]
    # Tests run in the background ignore SIGINT, and a child would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        child = subprocess.Popen(
            [*command, "-o", str(out / "build")],
            env=os.environ | {"CXX": str(compiler), "TMPDIR": str(scratch)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with child as process:
        try:
            deadline = time.monotonic() + 120
            while not (started.is_file() and started.read_text().strip()):
                assert process.poll() is None, process.communicate()
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert left_behind(out) != []
            process.send_signal(number)
            stdout, stderr = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == code
    assert stdout == ""
    assert stderr.splitlines()[-1] == said
    assert left_behind(tmp_path) == ["scratch", "tools"]
    assert [name for name in left_behind(scratch) if name.startswith("fpgaflow")] == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)
