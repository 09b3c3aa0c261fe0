"""Writes the Tcl scripts that Vitis HLS and Vivado run, from the templates in boards/."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fpgaflow.hardware.block_design import (
    ACCELERATOR,
    IP_LIBRARY,
    IP_VENDOR,
    IP_VERSION,
    BlockDesign,
    Cell,
)
from fpgaflow.resources import share_dir

HLS_SCRIPT = "vitis_hls.tcl"
VIVADO_SCRIPT = "vivado_project.tcl"

HLS_IP = "hls/solution1/impl/ip"
"""Where Vitis HLS leaves the IP."""

CLOCK_UNCERTAINTY = "27%"
"""What HLS keeps of the period for routing; Vitis HLS's own default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsTop:
    """What the accelerator is made of.

    Attributes:
        function: the top function.
        sources: its C++ files, relative to the project's folder `firmware`.
    """

    function: str
    sources: tuple[str, ...]


def write_scripts(folder: Path, design: BlockDesign, top: HlsTop) -> None:
    """Write both scripts into a folder that lies beside the HLS project, `hls`.

    The scripts name no absolute path: the same arguments give the same bytes anywhere.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        (HLS_SCRIPT, hls_script(design, top)),
        (VIVADO_SCRIPT, vivado_script(design)),
    ):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def hls_script(design: BlockDesign, top: HlsTop) -> str:
    """Return the script that makes the IP."""
    return render(
        HLS_SCRIPT,
        vlnv=design.accelerator_vlnv,
        vendor=IP_VENDOR,
        library=IP_LIBRARY,
        name=design.name,
        version=IP_VERSION,
        top=top.function,
        sources=top.sources,
        part=design.part,
        period=f"{1000 / design.clock_mhz:.6g}",
        uncertainty=CLOCK_UNCERTAINTY,
    )


def vivado_script(design: BlockDesign, repository: str = HLS_IP) -> str:
    """Return the script that makes the bitstream and the hardware description.

    Args:
        design: the block design.
        repository: where the accelerator's IP lies, from the script's folder.
    """
    return render(
        VIVADO_SCRIPT,
        design=design,
        vlnv=_vlnv,
        accelerator=ACCELERATOR,
        repository=repository,
    )


def _vlnv(cell: Cell) -> str:
    """Return the Tcl words that name a cell's IP."""
    return f"[newest {cell.vlnv.rpartition(':')[0]}]" if cell.any_version else cell.vlnv


def render(script: str, **values: object) -> str:
    """Return a template of boards/ with its values.

    Args:
        script: the file's name without `.j2`.
        values: what the template names.
    """
    # Tcl is full of braces, hence other delimiters than Jinja's own.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - Tcl, not HTML; every value is ours
        loader=FileSystemLoader(share_dir("boards")),
        undefined=StrictUndefined,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        line_statement_prefix="%%",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(f"{script}.j2").render(**values)
