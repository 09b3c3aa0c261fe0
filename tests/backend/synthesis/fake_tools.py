"""Stand-ins for Vitis HLS and Vivado: programs that print, write and fail as the real ones do.

`install` makes a folder as the vendor's installer does. The programs know the stages of our scripts
by FPGAFLOW_STAGE. What they print is taken from logs of the real tools.
"""

# ruff: noqa: E501, W291 - the lines are as the tools write them

from __future__ import annotations

import shlex
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

_PROGRAM = """#!/bin/sh
here=${{0%/*}}
case "$1" in -version|--version) cat "$here/banner"; exit ;; esac
[ "$*" = "{arguments}" ] || {{ echo "unexpected arguments: $*"; exit 99; }}
[ -f {script} ] || {{ echo "no {script} here"; exit 99; }}
echo "$FPGAFLOW_STAGE" >> "$here/calls"
echo "****** {kind} v{version} (64-bit)"
echo "fpgaflow: stage $FPGAFLOW_STAGE"
[ -f "$here/broken/$FPGAFLOW_STAGE" ] && . "$here/broken/$FPGAFLOW_STAGE"
cp -R "$here/results/$FPGAFLOW_STAGE/." .
"""

_RUN_LOG = "vivado/net_tiny.runs/synth_1/runme.log"

# What the shell does after a fault's text was printed; most faults end with exit code 1.
_ENDINGS = {
    "crash": "exit 139",
    "segfault": "kill -SEGV $$",
    "out-of-memory": "exit 137",
    "hang": "exec sleep 60",
    "silent": "exit 0",
    "run": f'mkdir -p $(dirname {_RUN_LOG}); cp "$here/broken/license" {_RUN_LOG}; exit 1',
    "timing": 'cp -R "$here/results/late/." .; exit 0',
}


def install(root: Path, kind: str, version: str = "2023.2") -> Path:
    """Make an installation; return its folder.

    Args:
        root: e.g. what stands for /tools/Xilinx.
        kind: `vivado`, `vitis_hls` or `vitis-run`.
        version: what it says it is.
    """
    product = {"vivado": "Vivado", "vitis_hls": "Vitis_HLS", "vitis-run": "Vitis"}[kind]
    folder = root / product / version
    here = folder / "bin"
    (here / "broken").mkdir(parents=True, exist_ok=True)
    banner, script, arguments = {
        "vivado": (
            VIVADO_BANNER,
            "vivado_project.tcl",
            "-mode batch -nojournal -nolog -notrace -source vivado_project.tcl",
        ),
        "vitis_hls": (VITIS_HLS_BANNER, "vitis_hls.tcl", "-f vitis_hls.tcl"),
        "vitis-run": (VITIS_RUN_BANNER, "vitis_hls.tcl", "--mode hls --tcl vitis_hls.tcl"),
    }[kind]
    (here / "banner").write_text(banner.format(version=version))
    (here / "broken/license").write_text(_FAULTS["license"])
    for name, text in _results().items():
        path = here / "results" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    program = here / kind
    program.write_text(
        _PROGRAM.format(
            arguments=arguments,
            script=script,
            kind=kind,
            version=version,
        )
    )
    program.chmod(0o755)
    return folder


def break_stage(installation: Path, stage: str, fault: str) -> None:
    """Let a stage end badly from now on; an empty fault heals it."""
    path = installation / "bin/broken" / stage
    if not fault:
        path.unlink(missing_ok=True)
        return
    said = shlex.quote(_FAULTS.get(fault, ""))
    path.write_text(f"printf '%s\\n' {said}\n{_ENDINGS.get(fault, 'exit 1')}\n")


def calls(*installations: Path) -> list[str]:
    """Return the stages that were started since the last call, tool by tool."""
    found: list[str] = []
    for folder in installations:
        path = folder / "bin" / "calls"
        found += path.read_text().split() if path.exists() else []
        path.unlink(missing_ok=True)
    return found


def _results() -> dict[str, str]:
    whole = UTILIZATION.format(lut=6100, ff=8000, bram="4.5")
    return {
        "csynth/reports/csynth.xml": CSYNTH,
        "export/hls/solution1/impl/ip/component.xml": "<spirit:component/>",
        "synth/vivado/net_tiny.xpr": "<Project/>",
        "synth/reports/utilization_synth.rpt": whole,
        "impl/reports/utilization.rpt": whole,
        "impl/reports/utilization_accelerator.rpt": UTILIZATION.format(
            lut=2100, ff=3000, bram="1.5"
        ),
        "impl/reports/timing.rpt": TIMING.format(wns=" 0.500", failing=" 0"),
        "late/reports/utilization.rpt": whole,
        "late/reports/utilization_accelerator.rpt": whole,
        "late/reports/timing.rpt": TIMING.format(wns="-1.250", failing="37"),
        "bitstream/net_tiny.bit": "bitstream",
        "bitstream/net_tiny.hwh": "<EDKSYSTEM/>",
    }
