"""The bench of rtl/sim/ against a small design with the engine's ports: it sees what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fpgaflow.backend.engine_rtl.compile import RtlModel, cache_folder, compile_engine
from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.backend.engine_rtl.timing import Access, MemoryTiming, limited_by, stalled
from fpgaflow.errors import InputRefused, ToolFailed, VerificationFailed
from tests.rtl.models import COPIER, SMALL, compiled

PROGRAM, INPUT, OUTPUT = 0x1000, 0x2F80, 0x3000
WRONG, WORST = 0x18, 0x7C


@pytest.fixture(scope="module")
def copier() -> RtlModel:
    return compiled(SMALL, rtl=COPIER)


@pytest.fixture
def rtl(copier: RtlModel) -> Iterator[RtlEngine]:
    with RtlEngine(copier) as engine:
        yield engine


def start(rtl: RtlEngine, beats: int = 16, wrong: int = 0) -> np.ndarray:
    """Start it on random bytes; return what it should write."""
    words = np.random.default_rng(beats).integers(0, 2**64, (2, beats), np.uint64)
    rtl.write_memory(PROGRAM, words[0].tobytes())
    rtl.write_memory(INPUT, words[1].tobytes())
    for address, value in ((0x10, PROGRAM), (0x20, INPUT), (0x30, OUTPUT), (0x1C, beats - 1)):
        rtl.write(address, value)
    rtl.write(WRONG, wrong)
    rtl.write(0, 1)
    return words[0] + words[1]


def run(rtl: RtlEngine, beats: int = 16) -> int:
    """Run it, hold what it wrote against what it should, and return its cycles."""
    expected = start(rtl, beats)
    began = rtl.look().cycle
    assert rtl.advance(100_000, until_interrupt=True)
    found = np.frombuffer(rtl.read_memory(OUTPUT, 8 * beats), np.uint64)
    np.testing.assert_array_equal(found, expected)
    return rtl.look().cycle - began


def test_ideal_timing(rtl: RtlEngine) -> None:
    # The start is written 1 cycle before the response, which ends the write; both addresses go out
    # then. Data from `latency` cycles later on, 16 cycles long, 2 to turn round, 16 cycles out,
    # `latency` to the response, 1 to the interrupt.
    assert run(rtl) == 32 + 16 + 1 + 16 - 1 + 32 + 1 - 1
    rtl.set_timing(MemoryTiming(latency=5))
    assert run(rtl) == 5 + 16 + 1 + 16 - 1 + 5 + 1 - 1


def test_counts(rtl: RtlEngine) -> None:
    run(rtl, 16)
    run(rtl, 3)
    seen = rtl.look()
    assert seen.interrupt
    for port in (seen.program, seen.data_read, seen.data_write):
        assert (port.outstanding, port.bursts, port.beats) == (0, 2, 19)


def test_random_pauses_change_nothing_but_time(copier: RtlModel) -> None:
    def cycles(seed: int) -> list[int]:
        with RtlEngine(copier, seed=seed) as rtl:
            rtl.set_timing(stalled(seed))
            return [run(rtl, beats) for beats in (1, 7, 16) * 8]

    assert cycles(1) == cycles(1)
    assert cycles(1) != cycles(2)


def test_bandwidth(rtl: RtlEngine) -> None:
    rtl.set_timing(limited_by(0.2, 100.0))
    # A quarter of a beat in a cycle, and 48 beats; what was saved up before is a burst at most.
    assert 4 * 32 <= run(rtl) <= 4 * 48 + 64 + 8
    rtl.set_timing(limited_by(0.8 * 2.1, 100.0))
    assert run(rtl) == 32 + 16 + 1 + 16 - 1 + 32 + 1 - 1


@pytest.mark.parametrize(
    ("access", "begin", "response"),
    [
        (Access.READ, PROGRAM, 2),
        (Access.READ, INPUT + 120, 3),
        (Access.WRITE, OUTPUT + 8, 2),
        (Access.READ, OUTPUT, 0),
        (Access.WRITE, PROGRAM, 0),
    ],
)
def test_injected_errors(rtl: RtlEngine, access: Access, begin: int, response: int) -> None:
    rtl.fail(begin, begin + 8, access, response or 2)
    start(rtl)
    assert rtl.advance(1000, until_interrupt=True)
    rtl.advance(1)
    assert rtl.read(WORST) == response
    rtl.clear_ranges()
    run(rtl)


def test_reset_in_the_middle(rtl: RtlEngine) -> None:
    for cycles in range(1, 70):
        start(rtl)
        rtl.advance(cycles)
        rtl.reset(2)
        assert rtl.look().program.outstanding == 0
    run(rtl)


_VIOLATIONS = [
    (1, "m_axi_program AR, cycle N: valid fell before ready"),
    (2, "m_axi_data AR, cycle N: araddr changed from N to N before ready"),
    (3, "m_axi_program AR, cycle N: 0x1000: a burst of 17 beats, more than 16"),
    (4, "m_axi_data AR, cycle N: 0x2f88: a burst of 16 beats crosses a multiple of 128 bytes"),
    (5, "m_axi_program AR, cycle N: 0x1000: size is 2, not 3 (8 bytes)"),
    (6, "m_axi_program AR, cycle N: 0x1000: burst is 0, not 1 (incrementing)"),
    (7, "m_axi_program AR, cycle N: 0x1004: an address that is no multiple of 8"),
    (8, "m_axi_data AR, cycle N: arcache changed from N to N before ready"),
    (9, "m_axi_data W, cycle N: wlast is 1 at beat 1 of 16"),
    (10, "m_axi_data W, cycle N: wlast is 0 at beat 16 of 16"),
    (11, "m_axi_data W, cycle N: more than 16 beats without an address"),
    (12, "s_axi_control B, cycle N: a response before address and data were taken"),
    (15, "m_axi_data W, cycle N: wdata changed from N to N before ready"),
]


def run_often(rtl: RtlEngine, wrong: int) -> None:
    for _ in range(20):
        start(rtl, 16, wrong)
        rtl.advance(2000, until_interrupt=True)


@pytest.mark.parametrize(("wrong", "message"), _VIOLATIONS)
def test_violations(rtl: RtlEngine, wrong: int, message: str) -> None:
    rtl.set_timing(MemoryTiming(pause=0.45, seed=4))
    with pytest.raises(VerificationFailed) as caught:
        run_often(rtl, wrong)
    found = re.sub(r"cycle \d+", "cycle N", caught.value.found)
    found = re.sub(r"from 0x[0-9a-f]+ to 0x[0-9a-f]+", "from N to N", found)
    assert found == f"RTL simulation of the engine: {message}"
    with pytest.raises(ToolFailed, match="RTL simulation of the engine has ended"):
        rtl.look()


def test_valid_during_reset(rtl: RtlEngine) -> None:
    rtl.write(WRONG, 14)
    with pytest.raises(VerificationFailed, match=r"m_axi_data AR, cycle .*: valid during reset"):
        rtl.reset(4)


def test_registers_that_refuse(rtl: RtlEngine) -> None:
    rtl.write(WRONG, 13)
    with pytest.raises(VerificationFailed, match=r"s_axi_control R.*: response 2, not 0 \(OKAY\)"):
        rtl.read(0x10)


def test_registers_that_do_not_answer(rtl: RtlEngine) -> None:
    rtl.write(WRONG, 16)
    with pytest.raises(VerificationFailed, match=r"s_axi_control.*: no answer to a write of 0x10"):
        rtl.write(0x10, 0)


def test_bytes_outside_the_buffers(rtl: RtlEngine) -> None:
    rtl.allow(PROGRAM, PROGRAM + 128, Access.READ)
    rtl.allow(INPUT, INPUT + 120, Access.READ)
    with pytest.raises(VerificationFailed) as caught:
        start(rtl)
    assert caught.value.found.endswith(": 0x2f80: a burst of 16 beats outside the buffers")


def test_a_process_that_is_killed(rtl: RtlEngine) -> None:
    assert rtl._child is not None
    rtl._child.process.kill()
    with pytest.raises(ToolFailed, match="RTL simulation of the engine crashed with SIGKILL"):
        rtl.read(0)


def test_a_request_without_an_answer(copier: RtlModel) -> None:
    with RtlEngine(copier) as rtl:
        rtl._request_s = 1e-6
        with pytest.raises(ToolFailed) as caught:
            rtl.advance(1 << 17)
    assert caught.value.found == "RTL simulation of the engine answered nothing for 1e-06 s"


def test_a_folder_without_the_engine(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        compile_engine(SMALL, rtl=tmp_path)
    assert caught.value.found == f"{tmp_path} holds no engine.sv"


def test_it_is_compiled_once(tmp_path: Path, copier: RtlModel) -> None:
    (tmp_path / copier.program.parent.name).symlink_to(copier.program.parent)
    lines: list[str] = []
    again = compile_engine(SMALL, rtl=COPIER, cache=tmp_path, on_line=lines.append)
    assert again.program.is_file()
    assert not lines


def test_the_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "fpgaflow" / "engine"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path.home() / ".cache" / "fpgaflow" / "engine"
