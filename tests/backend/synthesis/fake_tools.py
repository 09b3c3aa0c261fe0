"""Stand-ins for Vitis HLS and Vivado: programs that print, write and fail as the real ones do.

`install` makes a folder as the vendor's installer does. The programs know the stages of our scripts
by FPGAFLOW_STAGE. What they print is taken from logs of the real tools.
"""

# ruff: noqa: E501, W291, T201 - the lines are as the tools write them; printing is what they do

from __future__ import annotations

import sys
from pathlib import Path

VITIS_HLS_BANNER = """
****** Vitis HLS - High-Level Synthesis from C, C++ and OpenCL v{version} (64-bit)
  **** SW Build 4023990 on Oct 11 2023
  **** IP Build 4028589 on Sat Oct 14 00:45:43 MDT 2023
    ** Copyright 1986-2022 Xilinx, Inc. All Rights Reserved.
    ** Copyright 2022-2023 Advanced Micro Devices, Inc. All Rights Reserved.
"""
VITIS_RUN_BANNER = """
****** vitis-run v{version} (64-bit)
  **** SW Build 5238294 on 2024-11-08-12:19:38
    ** Copyright 1986-2022 Xilinx, Inc. All Rights Reserved.
    ** Copyright 2022-2024 Advanced Micro Devices, Inc. All Rights Reserved.
"""
VIVADO_BANNER = """vivado v{version} (64-bit)
Tool Version Limit: 2023.10
SW Build 4029153 on Fri Oct 13 20:13:54 MDT 2023
IP Build 4028589 on Sat Oct 14 00:45:43 MDT 2023
Copyright 1986-2022 Xilinx, Inc. All Rights Reserved.
Copyright 2022-2023 Advanced Micro Devices, Inc. All Rights Reserved.
"""

CSYNTH = """<?xml version="1.0" encoding="UTF-8"?>
<profile>
<section name = "Vitis HLS Report for 'net_tiny'" level="0"><item name = "Date">Mon</item></section>
<ReportVersion>
<Version>2023.2</Version>
</ReportVersion>
<UserAssignments>
<unit>ns</unit>
<ProductFamily>zynq</ProductFamily>
<Part>xc7z020-clg400-1</Part>
<TopModelName>net_tiny</TopModelName>
<TargetClockPeriod>10.00</TargetClockPeriod>
<ClockUncertainty>2.70</ClockUncertainty>
<FlowTarget>vivado</FlowTarget>
</UserAssignments>
<PerformanceEstimates>
<PipelineType>dataflow</PipelineType>
<SummaryOfTimingAnalysis>
<unit>ns</unit>
<EstimatedClockPeriod>7.283</EstimatedClockPeriod>
</SummaryOfTimingAnalysis>
<SummaryOfOverallLatency>
<unit>clock cycles</unit>
<Best-caseLatency>871</Best-caseLatency>
<Average-caseLatency>875</Average-caseLatency>
<Worst-caseLatency>880</Worst-caseLatency>
<Worst-caseRealTimeLatency>8.800 us</Worst-caseRealTimeLatency>
<Interval-min>455</Interval-min>
<Interval-max>461</Interval-max>
</SummaryOfOverallLatency>
</PerformanceEstimates>
<AreaEstimates>
<Resources>
<BRAM_18K>3</BRAM_18K>
<DSP>6</DSP>
<FF>4100</FF>
<LUT>5000</LUT>
<URAM>0</URAM>
</Resources>
<AvailableResources>
<BRAM_18K>280</BRAM_18K>
<DSP>220</DSP>
<FF>106400</FF>
<LUT>53200</LUT>
<URAM>0</URAM>
</AvailableResources>
</AreaEstimates>
</profile>
"""

UTILIZATION = """Copyright 1986-2022 Xilinx, Inc. All Rights Reserved.
---------------------------------------------------------------------------------------------
| Tool Version : Vivado v.2023.2 (lin64) Build 4029153 Fri Oct 13 20:13:54 MDT 2023
| Command      : report_utilization -file reports/utilization.rpt
| Design       : system_wrapper
| Device       : xc7z020clg400-1
| Design State : Routed
---------------------------------------------------------------------------------------------

1. Slice Logic
--------------

+----------------------------+------+-------+------------+-----------+-------+
|          Site Type         | Used | Fixed | Prohibited | Available | Util% |
+----------------------------+------+-------+------------+-----------+-------+
| Slice LUTs                 | {lut} |     0 |          0 |     53200 | 11.47 |
|   LUT as Logic             | 5400 |     0 |          0 |     53200 | 10.15 |
|   LUT as Memory            |  700 |     0 |          0 |     17400 |  4.02 |
| Slice Registers            | {ff} |     0 |          0 |    106400 |  7.52 |
|   Register as Flip Flop    | {ff} |     0 |          0 |    106400 |  7.52 |
+----------------------------+------+-------+------------+-----------+-------+

3. Memory
---------

+-------------------+------+-------+------------+-----------+-------+
|     Site Type     | Used | Fixed | Prohibited | Available | Util% |
+-------------------+------+-------+------------+-----------+-------+
| Block RAM Tile    |  {bram} |     0 |          0 |       140 |  3.21 |
|   RAMB36/FIFO*    |    4 |     0 |          0 |       140 |  2.86 |
|   RAMB18          |    1 |     0 |          0 |       280 |  0.36 |
+-------------------+------+-------+------------+-----------+-------+
* Note: Each Block RAM Tile only has one FIFO logic available

4. DSP
------

+----------------+------+-------+------------+-----------+-------+
|    Site Type   | Used | Fixed | Prohibited | Available | Util% |
+----------------+------+-------+------------+-----------+-------+
| DSPs           |    6 |     0 |          0 |       220 |  2.73 |
|   DSP48E1 only |    6 |       |            |           |       |
+----------------+------+-------+------------+-----------+-------+
"""

TIMING = """------------------------------------------------------------------------------------------------
| Design Timing Summary
| ---------------------
------------------------------------------------------------------------------------------------

    WNS(ns)      TNS(ns)  TNS Failing Endpoints  TNS Total Endpoints      WHS(ns)      THS(ns)  \
THS Failing Endpoints  THS Total Endpoints     WPWS(ns)     TPWS(ns)  TPWS Failing Endpoints  \
TPWS Total Endpoints  
    -------      -------  ---------------------  -------------------      -------      -------  \
---------------------  -------------------     --------     --------  ----------------------  \
--------------------  
      {wns}        0.000                    {failing}                21723        0.021        0.000\
                      0                21723        3.750        0.000                       0\
                  8333  


------------------------------------------------------------------------------------------------
| Clock Summary
| -------------
------------------------------------------------------------------------------------------------

Clock       Waveform(ns)       Period(ns)      Frequency(MHz)
-----       ------------       ----------      --------------
clk_fpga_0  {{0.000 5.000}}      10.000          100.000         
"""

_FAULTS = {
    "license": "ERROR: [Common 17-345] A valid license was not found for feature 'Synthesis' "
    "and/or device 'xczu9eg'. Please run the Vivado License Manager for assistance in determining\n"
    "which features and devices are licensed for your system.\n"
    "Resolution: Check the status of your licenses in the Vivado License Manager. For debug help "
    'search Xilinx Support for "Licensing FAQ".',
    "board": "ERROR: [Board 49-71] The board_part definition was not found for "
    "tul.com.tw:pynq-z2:part0:1.0. The project's board_part property was not set, but the "
    "project's part property was set to xc7z020clg400-1. Valid board_part values can be retrieved "
    "with the 'get_board_parts' Tcl command. Check if board.repoPaths parameter is set and the "
    "board_part is installed from the tcl app store.",
    "part": "ERROR: [HLS 200-1023] Part 'xc7z020clg400-1' is not installed.",
    "vivado-part": "ERROR: [Coretcl 2-106] Specified part could not be found.",
    "disk": "ERROR: [Common 17-49] Internal Data Exception: write failed: No space left on device",
    "large": "ERROR: [DRC UTLZ-1] Resource utilization: LUT as Logic over-utilized in Top Level "
    "Design (This design requires more LUT as Logic cells than are available in the target device. "
    "This design requires 61021 of such cell types but only 53200 compatible sites are available "
    "in the target device.)",
    "place": "ERROR: [Place 30-640] Place Check : This design requires more RAMB36/FIFO cells than "
    "are available in the target device.",
    "syntax": "ERROR: [HLS 207-3776] use of undeclared identifier 'ap_uintt' "
    "(firmware/net_tiny.cpp:3:5)\nERROR: [HLS 200-1715] Encountered problem during source synthesis",
    "crash": "Abnormal program termination (11)\n"
    "Please check '/home/user/hs_err_pid967.log' for details",
    "out-of-memory": "/tools/Xilinx/Vivado/2023.2/bin/rdiArgs.sh: line 312: 360460 Killed",
    "run": "[Mon Nov 13 10:00:00 2023] synth_1 finished\n"
    "WARNING: [Vivado 12-13638] Failed runs(s) : 'synth_1'\n"
    "the run synth_1 ended with: synth_design ERROR",
}

_PROGRAM = """#!{python} -ISs
import os, signal, sys, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, {tests!r})
import fake_tools

fake_tools.play({kind!r}, {version!r}, HERE, sys.argv[1:])
"""


def install(root: Path, kind: str, version: str = "2023.2") -> Path:
    """Make an installation; return its folder.

    Args:
        root: e.g. what stands for /tools/Xilinx.
        kind: `vivado`, `vitis_hls` or `vitis-run`.
        version: what it says it is.
    """
    product = {"vivado": "Vivado", "vitis_hls": "Vitis_HLS", "vitis-run": "Vitis"}[kind]
    folder = root / product / version
    program = folder / "bin" / kind
    program.parent.mkdir(parents=True, exist_ok=True)
    tests = str(Path(__file__).parent)
    program.write_text(
        _PROGRAM.format(python=sys.executable, tests=tests, kind=kind, version=version)
    )
    program.chmod(0o755)
    return folder


def break_stage(installation: Path, stage: str, fault: str) -> None:
    """Let a stage end badly from now on; an empty fault heals it."""
    (installation / "bin" / "fault").write_text(f"{stage} {fault}")


def calls(*installations: Path) -> list[str]:
    """Return the stages that were started since the last call, tool by tool."""
    found: list[str] = []
    for folder in installations:
        path = folder / "bin" / "calls"
        found += path.read_text().split() if path.exists() else []
        path.unlink(missing_ok=True)
    return found


def play(kind: str, version: str, here: Path, arguments: list[str]) -> None:
    """Be one of the programs."""
    import os

    banner = {
        "vivado": VIVADO_BANNER,
        "vitis_hls": VITIS_HLS_BANNER,
        "vitis-run": VITIS_RUN_BANNER,
    }[kind].format(version=version)
    if arguments in (["-version"], ["--version"]):
        print(banner)
        return
    script = {"vivado": "vivado_project.tcl"}.get(kind, "vitis_hls.tcl")
    expected = {
        "vivado": ["-mode", "batch", "-nojournal", "-nolog", "-notrace", "-source", script],
        "vitis_hls": ["-f", script],
        "vitis-run": ["--mode", "hls", "--tcl", script],
    }[kind]
    assert arguments == expected, arguments
    assert Path(script).is_file()
    stage = os.environ["FPGAFLOW_STAGE"]
    with (here / "calls").open("a") as file:
        file.write(f"{stage}\n")
    print(f"****** {kind} v{version} (64-bit)\nfpgaflow: stage {stage}", flush=True)
    fault_file = here / "fault"
    broken, _, fault = (
        fault_file.read_text().partition(" ") if fault_file.exists() else ("", "", "")
    )
    fault = fault if broken == stage else ""
    _misbehave(fault)
    if fault != "silent":
        _write_results(stage, fault)


def _misbehave(fault: str) -> None:
    import os
    import signal
    import time

    if fault in _FAULTS:
        print(_FAULTS[fault], flush=True)
    if fault == "crash":
        sys.exit(139)
    if fault == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if fault == "out-of-memory":
        sys.exit(137)
    if fault == "hang":
        time.sleep(60)
    if fault == "run":
        log = Path("vivado/net_tiny.runs/synth_1/runme.log")
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"Starting synth_design\n{_FAULTS['license']}\n")
    if fault in _FAULTS:
        sys.exit(1)


def _write_results(stage: str, fault: str) -> None:
    reports = Path("reports")
    reports.mkdir(exist_ok=True)
    if stage == "csynth":
        (reports / "csynth.xml").write_text(CSYNTH)
    elif stage == "export":
        folder = Path("hls/solution1/impl/ip")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "component.xml").write_text("<spirit:component/>")
    elif stage == "synth":
        Path("vivado").mkdir(exist_ok=True)
        Path("vivado/net_tiny.xpr").write_text("<Project/>")
        (reports / "utilization_synth.rpt").write_text(UTILIZATION)
    elif stage == "impl":
        whole = UTILIZATION.format(lut=6100, ff=8000, bram="4.5")
        alone = UTILIZATION.format(lut=2100, ff=3000, bram="1.5")
        late = fault == "timing"
        (reports / "utilization.rpt").write_text(whole)
        (reports / "utilization_accelerator.rpt").write_text(alone)
        (reports / "timing.rpt").write_text(
            TIMING.format(wns="-1.250" if late else " 0.500", failing="37" if late else " 0")
        )
    else:
        Path("net_tiny.bit").write_bytes(b"bitstream")
        Path("net_tiny.hwh").write_text("<EDKSYSTEM/>")
