"""The stages from C++ to the bitstream: who runs each, what it reads and what it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fpgaflow.backend.synthesis.engine_scripts import IP, PACKAGE_SCRIPT, SOURCES
from fpgaflow.backend.synthesis.scripts import HLS_SCRIPT, VIVADO_SCRIPT
from fpgaflow.backend.synthesis.tools import Tool, ToolName

StageName = Literal["csynth", "export", "package", "synth", "impl", "bitstream"]

STAGE_VARIABLE, JOBS_VARIABLE = "FPGAFLOW_STAGE", "FPGAFLOW_JOBS"
"""How a script learns what to do: the tools of before and after 2024.2 pass no arguments alike."""

CSYNTH_REPORT = "reports/csynth.xml"
UTILIZATION_REPORT = "reports/utilization.rpt"
ACCELERATOR_REPORT = "reports/utilization_accelerator.rpt"
TIMING_REPORT = "reports/timing.rpt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One run of one tool.

    Attributes:
        name: what the script calls it.
        title: what people call it.
        tool: who runs it.
        script: the Tcl file, in the synthesis folder.
        reads: files and folders that it depends on besides the stage before, from there.
        leaves: files that it writes, from there; without each of them it failed.
    """

    name: StageName
    title: str
    tool: ToolName
    script: str
    reads: tuple[str, ...]
    leaves: tuple[str, ...]


def stages_for(name: str) -> tuple[Stage, ...]:
    """Return the stages of a design in order.

    Args:
        name: of the design; the .bit and the .hwh are called so.
    """
    return (
        Stage(
            name="csynth",
            title="high-level synthesis",
            tool="Vitis HLS",
            script=HLS_SCRIPT,
            reads=(HLS_SCRIPT, "../hls/firmware"),
            leaves=(CSYNTH_REPORT,),
        ),
        Stage(
            name="export",
            title="export of the IP",
            tool="Vitis HLS",
            script=HLS_SCRIPT,
            reads=(HLS_SCRIPT,),
            leaves=("hls/solution1/impl/ip/component.xml",),
        ),
        *_vivado_stages(name),
    )


def engine_stages(name: str) -> tuple[Stage, ...]:
    """Return the stages of an engine's design in order; it needs no high-level synthesis.

    Args:
        name: of the design; the .bit and the .hwh are called so.
    """
    return (
        Stage(
            name="package",
            title="packaging of the IP",
            tool="Vivado",
            script=PACKAGE_SCRIPT,
            reads=(PACKAGE_SCRIPT, SOURCES),
            leaves=(f"{IP}/component.xml",),
        ),
        *_vivado_stages(name),
    )


def _vivado_stages(name: str) -> tuple[Stage, ...]:
    return (
        Stage(
            name="synth",
            title="synthesis",
            tool="Vivado",
            script=VIVADO_SCRIPT,
            reads=(VIVADO_SCRIPT,),
            leaves=(f"vivado/{name}.xpr", "reports/utilization_synth.rpt"),
        ),
        Stage(
            name="impl",
            title="placing and routing",
            tool="Vivado",
            script=VIVADO_SCRIPT,
            reads=(VIVADO_SCRIPT,),
            leaves=(UTILIZATION_REPORT, ACCELERATOR_REPORT, TIMING_REPORT),
        ),
        Stage(
            name="bitstream",
            title="bitstream",
            tool="Vivado",
            script=VIVADO_SCRIPT,
            reads=(VIVADO_SCRIPT,),
            leaves=(f"{name}.bit", f"{name}.hwh"),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCommand:
    """What is run for a stage.

    Attributes:
        stage: which one.
        tool: the program.
        command: program and arguments.
        variables: what is added to the environment.
        folder: where it runs.
    """

    stage: Stage
    tool: Tool
    command: tuple[str, ...]
    variables: Mapping[str, str]
    folder: Path


def stage_commands(
    stages: tuple[Stage, ...], tools: Mapping[ToolName, Tool], folder: Path, jobs: int
) -> tuple[StageCommand, ...]:
    """Return the commands of the stages.

    Args:
        stages: in order.
        tools: the programs.
        folder: the synthesis folder.
        jobs: how many runs Vivado may have side by side.
    """
    return tuple(
        StageCommand(
            stage=stage,
            tool=tools[stage.tool],
            command=tools[stage.tool].command(stage.script),
            variables={STAGE_VARIABLE: stage.name}
            | ({JOBS_VARIABLE: str(jobs)} if stage.tool == "Vivado" else {}),
            folder=folder,
        )
        for stage in stages
    )
