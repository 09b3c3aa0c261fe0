"""From a build to a bitstream with stand-ins for the tools: stages, resuming, and every failure."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fpgaflow.api.build import load
from fpgaflow.api.synthesis import plan_synthesis, synthesize
from fpgaflow.backend.synthesis import tools
from fpgaflow.errors import DoesNotFit, FpgaflowError, InputRefused, ToolFailed, ToolMissing
from fpgaflow.report.json import read_json
from fpgaflow.report.schema import Report
from fpgaflow.report.schema_measured import HlsEstimate, Implementation, Measured, UsedResources
from tests.backend.synthesis.fake_tools import break_stage, calls, install
from tests.backend.synthesis.small_build import make_build

STAGES = ["csynth", "export", "synth", "impl", "bitstream"]
RESUME = "then run fpgaflow synthesize again: it goes on after the last finished stage"


@dataclass
class Bench:
    """A build and both tools."""

    build: Path
    vitis: Path
    vivado: Path

    def run(self, watcher: Watcher | None = None) -> Report:
        plan = plan_synthesis(
            load(self.build), vitis=str(self.vitis), vivado=str(self.vivado), jobs=3
        )
        return synthesize(plan, watcher or Watcher())

    def calls(self) -> list[str]:
        return calls(self.vitis, self.vivado)

    def log(self, stage: str) -> Path:
        return self.build / "synthesis/logs" / f"{stage}.log"


@dataclass
class Watcher:
    """Remembers what it was told."""

    steps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def begin(self, step: str) -> None:
        self.steps.append(step)

    def update(self, done: int, total: int) -> None:
        raise AssertionError("stages are not counted")

    def note(self, text: str) -> None:
        self.notes.append(text)

    def end(self, step: str, seconds: float) -> None:
        assert step == self.steps[-1]

    def warn(self, message: str) -> None:
        self.warnings.append(message)


@pytest.fixture(autouse=True)
def page(monkeypatch: pytest.MonkeyPatch) -> list[Report]:
    """The reports whose pages were asked for; drawing their plots takes a second each."""
    shown: list[Report] = []

    def remember(report: Report, path: Path) -> None:
        assert path.name == "report.html"
        shown.append(report)

    monkeypatch.setattr("fpgaflow.api.synthesis.write_html", remember)
    return shown


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(
        build=make_build(tmp_path / "build"),
        vitis=install(tmp_path / "tools", "vitis_hls"),
        vivado=install(tmp_path / "tools", "vivado"),
    )


def test_the_whole_way(bench: Bench, page: list[Report]) -> None:
    watcher = Watcher()
    report = bench.run(watcher)
    assert bench.calls() == STAGES
    assert report.measured == Measured(
        hls=HlsEstimate(
            tool="Vitis HLS 2023.2",
            clock_target_ns=10.0,
            clock_estimate_ns=7.283,
            latency_cycles=880,
            interval_cycles=461,
            lut=5000,
            ff=4100,
            bram18=3,
            dsp=6,
            uram=0,
        ),
        implementation=Implementation(
            tool="Vivado 2023.2",
            timing_met=True,
            wns_ns=0.5,
            whs_ns=0.021,
            failing_endpoints=0,
            clock_mhz=100.0,
            fastest_mhz=105.3,
            accelerator=UsedResources(lut=2100, ff=3000, bram36=1.5, dsp=6, uram=0),
            design=UsedResources(lut=6100, ff=8000, bram36=4.5, dsp=6, uram=0),
        ),
        bitstream=True,
    )
    assert read_json(bench.build / "report.json") == report
    assert page == [report]
    assert (bench.build / "net_tiny.bit").read_bytes() == b"bitstream"
    assert (bench.build / "net_tiny.hwh").read_text() == "<EDKSYSTEM/>"
    assert {"net_tiny.bit", "net_tiny.hwh", "synthesis/reports/timing.rpt"} <= {
        entry.path for entry in report.files
    }
    assert not any("/vivado/" in entry.path or "/hls/" in entry.path for entry in report.files)
    assert watcher.steps == [
        "high-level synthesis (Vitis HLS)",
        "export of the IP (Vitis HLS)",
        "synthesis (Vivado)",
        "placing and routing (Vivado)",
        "bitstream (Vivado)",
    ]
    assert watcher.notes == ["script started"] * 5
    assert watcher.warnings == []
    assert "fpgaflow: stage impl\n" in bench.log("impl").read_text()


def test_the_modelled_figures_stay(bench: Bench) -> None:
    before = read_json(bench.build / "report.json")
    after = bench.run()
    assert after.fit == before.fit
    assert after.performance == before.performance


def test_what_is_done_is_not_done_again(bench: Bench, page: list[Report]) -> None:
    first = bench.run()
    bench.calls()
    page.clear()
    assert bench.run() == first
    assert bench.calls() == []
    assert page == []


def test_a_lost_copy_of_the_bitstream_comes_back(bench: Bench) -> None:
    bench.run()
    bench.calls()
    (bench.build / "net_tiny.bit").unlink()
    bench.run()
    assert bench.calls() == []
    assert (bench.build / "net_tiny.bit").read_bytes() == b"bitstream"


def test_another_version_of_a_tool_does_all_again_from_there(bench: Bench, tmp_path: Path) -> None:
    bench.run()
    bench.calls()
    bench.vivado = install(tmp_path / "tools", "vivado", "2024.1")
    report = bench.run()
    assert bench.calls() == STAGES[2:]
    assert report.measured is not None
    assert report.measured.implementation is not None
    assert report.measured.implementation.tool == "Vivado 2024.1"


@pytest.mark.parametrize(
    ("path", "stages"),
    [
        ("hls/firmware/net_tiny.cpp", STAGES),
        ("synthesis/vitis_hls.tcl", STAGES),
        ("synthesis/vivado_project.tcl", STAGES[2:]),
        ("synthesis/reports/timing.rpt", STAGES[3:]),
        ("synthesis/net_tiny.bit", STAGES[4:]),
    ],
)
def test_a_changed_file_does_its_stage_and_all_later_ones_again(
    bench: Bench, path: str, stages: list[str]
) -> None:
    bench.run()
    bench.calls()
    with (bench.build / path).open("a") as file:
        file.write("# changed\n")
    bench.run()
    assert bench.calls() == stages


def test_a_removed_project_is_made_again(bench: Bench) -> None:
    bench.run()
    bench.calls()
    (bench.build / "synthesis/vivado/net_tiny.xpr").unlink()
    bench.run()
    assert bench.calls() == STAGES[2:]


def test_a_failure_keeps_what_was_done(bench: Bench) -> None:
    break_stage(bench.vivado, "impl", "crash")
    with pytest.raises(ToolFailed):
        bench.run()
    assert bench.calls() == STAGES[:4]
    report = read_json(bench.build / "report.json")
    assert report.measured is not None
    assert report.measured.hls is not None
    assert report.measured.implementation is None
    assert not report.measured.bitstream
    break_stage(bench.vivado, "impl", "")
    assert bench.run().measured is not None
    assert bench.calls() == STAGES[3:]
    assert "Abnormal" in (bench.build / "synthesis/logs/impl.previous.log").read_text()


def test_an_old_bitstream_does_not_survive_a_new_network(bench: Bench) -> None:
    bench.run()
    (bench.build / "hls/firmware/net_tiny.cpp").write_text("void net_tiny() { int x; }\n")
    break_stage(bench.vivado, "impl", "license")
    with pytest.raises(ToolFailed):
        bench.run()
    assert not (bench.build / "net_tiny.bit").exists()
    assert not (bench.build / "net_tiny.hwh").exists()


def test_figures_of_a_former_network_do_not_stay(bench: Bench, page: list[Report]) -> None:
    bench.run()
    (bench.build / "hls/firmware/net_tiny.cpp").write_text("void net_tiny() { int x; }\n")
    break_stage(bench.vitis, "csynth", "syntax")
    with pytest.raises(ToolFailed):
        bench.run()
    assert read_json(bench.build / "report.json").measured is None
    assert page[-1].measured is None


def test_a_clock_that_is_not_kept_is_a_warning_and_a_verdict(bench: Bench) -> None:
    break_stage(bench.vivado, "impl", "timing")
    watcher = Watcher()
    report = bench.run(watcher)
    assert report.measured is not None
    assert report.measured.bitstream
    placed = report.measured.implementation
    assert placed is not None
    assert (placed.timing_met, placed.wns_ns, placed.fastest_mhz) == (False, -1.25, 88.89)
    assert watcher.warnings == [
        "timing NOT met at 100 MHz: 37 registers miss it, the worst by 1.25 ns; about 88.89 MHz "
        "would do (Vivado 2023.2); the bitstream is made, but may compute wrongly: lower the clock "
        "(clock_mhz of a board file of your own) or compile a smaller design"
    ]


@pytest.mark.parametrize(
    ("stage", "fault", "kind", "message"),
    [
        (
            "synth",
            "license",
            ToolFailed,
            "synthesis (Vivado 2023.2): there is no license for Synthesis for the device xczu9eg; "
            "see {log}\n"
            "  accepted: a license that covers the device; the free Standard edition of Vivado ML "
            "does not have every one\n"
            "  what to do: set XILINXD_LICENSE_FILE to the license, {resume}",
        ),
        (
            "synth",
            "run",
            ToolFailed,
            "synthesis (Vivado 2023.2): there is no license for Synthesis for the device xczu9eg; "
            "see {log}\n"
            "  accepted: a license that covers the device; the free Standard edition of Vivado ML "
            "does not have every one\n"
            "  what to do: set XILINXD_LICENSE_FILE to the license, {resume}",
        ),
        (
            "synth",
            "board",
            ToolFailed,
            "synthesis (Vivado 2023.2): Vivado does not know the board tul.com.tw:pynq-z2:part0:1.0"
            "; see {log}\n"
            "  what to do: install the board's files: in Vivado, Tools > Vivado Store > Boards; or "
            "put them into the installation's data/boards/board_files; {resume}",
        ),
        (
            "csynth",
            "part",
            ToolFailed,
            "high-level synthesis (Vitis HLS 2023.2): the device xc7z020clg400-1 is not installed; "
            "see {log}\n"
            "  what to do: add the device's family with the installer of Vitis HLS, {resume}",
        ),
        (
            "synth",
            "vivado-part",
            ToolFailed,
            "synthesis (Vivado 2023.2): the device of the board is not installed; see {log}\n"
            "  what to do: add the device's family with the installer of Vivado, {resume}",
        ),
        (
            "impl",
            "disk",
            ToolFailed,
            "placing and routing (Vivado 2023.2): the disk is full; see {log}\n"
            "  what to do: free some space (a design takes a few GB), {resume}",
        ),
        (
            "impl",
            "large",
            DoesNotFit,
            "placing and routing (Vivado 2023.2): the design needs more LUT as Logic than the "
            "device has; see {log}\n"
            "  what to do: compile with fewer bits, a compressed network, or for a larger board",
        ),
        (
            "impl",
            "place",
            DoesNotFit,
            "placing and routing (Vivado 2023.2): the design needs more RAMB36/FIFO than the "
            "device has; see {log}\n"
            "  what to do: compile with fewer bits, a compressed network, or for a larger board",
        ),
        (
            "impl",
            "crash",
            ToolFailed,
            "placing and routing (Vivado 2023.2) crashed with SIGSEGV; see {log}\n"
            "  what to do: run fpgaflow synthesize again; where it crashes again, try another "
            "version of the tool",
        ),
        (
            "csynth",
            "segfault",
            ToolFailed,
            "high-level synthesis (Vitis HLS 2023.2) crashed with SIGSEGV; see {log}\n"
            "  what to do: run fpgaflow synthesize again; where it crashes again, try another "
            "version of the tool",
        ),
        (
            "synth",
            "out-of-memory",
            ToolFailed,
            "synthesis (Vivado 2023.2) was killed (SIGKILL); see {log}\n"
            "  what to do: most often the computer ran out of memory: close other programs, use "
            "--jobs 1, {resume}",
        ),
        (
            "csynth",
            "syntax",
            ToolFailed,
            "high-level synthesis (Vitis HLS 2023.2) failed with exit code 1; see {log}; it said:\n"
            "    [HLS 207-3776] use of undeclared identifier 'ap_uintt' "
            "(firmware/net_tiny.cpp:3:5)\n"
            "    [HLS 200-1715] Encountered problem during source synthesis\n"
            "  what to do: correct the cause, {resume}",
        ),
        (
            "export",
            "silent",
            ToolFailed,
            "export of the IP (Vitis HLS 2023.2) left no hls/solution1/impl/ip/component.xml; see "
            "{log}; it said:\n"
            "    ****** vitis_hls v2023.2 (64-bit)\n"
            "    fpgaflow: stage export\n"
            "  what to do: correct the cause, {resume}",
        ),
    ],
)
def test_each_failure_has_its_message(
    bench: Bench, stage: str, fault: str, kind: type[FpgaflowError], message: str
) -> None:
    for tool in (bench.vitis, bench.vivado):
        break_stage(tool, stage, fault)
    with pytest.raises(kind) as caught:
        bench.run()
    assert str(caught.value) == message.format(log=bench.log(stage), resume=RESUME)
    assert bench.calls() == STAGES[: STAGES.index(stage) + 1]


def test_a_disk_that_is_full_for_our_own_files(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("fpgaflow.api.synthesis.stamps.remember", fail)
    with pytest.raises(ToolFailed) as caught:
        bench.run()
    assert str(caught.value) == (
        f"{bench.build} cannot be written: No space left on device\n"
        f"  what to do: free some space (a design takes a few GB), {RESUME}"
    )


def run_in_a_process(bench: Bench) -> subprocess.Popen[bytes]:
    options = ["--vitis", str(bench.vitis), "--vivado", str(bench.vivado), "-q"]
    command = [sys.executable, "-m", "fpgaflow", "synthesize", str(bench.build), *options]
    bench.log("impl").unlink(missing_ok=True)
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while not (bench.log("impl").exists() and "stage impl" in bench.log("impl").read_text()):
        assert process.poll() is None
        assert process.stderr is not None
        assert time.monotonic() < until
        time.sleep(0.05)
    return process


def orphan(bench: Bench) -> int:
    """The process that works in the build's synthesis folder."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            place, line = (folder / "cwd").readlink(), (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if place == bench.build / "synthesis" and line.startswith(b"sleep"):
            return int(folder.name)
    raise AssertionError("nothing runs in the synthesis folder")


def test_interrupted_and_killed_it_goes_on(bench: Bench) -> None:
    break_stage(bench.vivado, "impl", "hang")
    process = run_in_a_process(bench)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (143, b"terminated\n")
    assert bench.calls() == STAGES[:4]

    # Killed outright it cannot end Vivado, which then keeps the next run out.
    process = run_in_a_process(bench)
    process.kill()
    process.communicate()
    with pytest.raises(ToolFailed) as caught:
        bench.run()
    assert str(caught.value) == (
        f"another synthesis of {bench.build} is at work\n"
        "  what to do: wait for it; where fpgaflow was killed, its Vitis HLS or Vivado may still "
        "run: end that"
    )
    os.kill(orphan(bench), signal.SIGKILL)
    break_stage(bench.vivado, "impl", "")
    bench.calls()
    until = time.monotonic() + 30
    while True:
        try:
            bench.run()
            break
        except ToolFailed:
            assert time.monotonic() < until
            time.sleep(0.05)
    assert bench.calls() == STAGES[3:]


def test_without_tools(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools, "INSTALL_FOLDERS", (str(tmp_path / "none"),))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    plan = plan_synthesis(load(bench.build))
    assert plan.missing == ("Vitis HLS", "Vivado")
    with pytest.raises(ToolMissing) as caught:
        synthesize(plan)
    assert str(caught.value).startswith("Vitis HLS and Vivado were not found: not on PATH, not in")
    assert not (bench.build / "synthesis/logs").exists()


def test_a_build_without_scripts_is_refused(bench: Bench) -> None:
    (bench.build / "synthesis/vitis_hls.tcl").unlink()
    with pytest.raises(InputRefused) as caught:
        plan_synthesis(load(bench.build))
    assert str(caught.value) == (
        f"{bench.build}/synthesis/vitis_hls.tcl is missing\n"
        "  accepted: a build of this version of fpgaflow\n"
        "  what to do: compile the network again"
    )
