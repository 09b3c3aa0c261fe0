"""A build that was not compiled: all that synthesis looks at, and nothing that takes time."""

from __future__ import annotations

from pathlib import Path

from fpgaflow.api.layout import HLS, REPORT, SYNTHESIS
from fpgaflow.backend.manifest import Manifest, Port, write_manifest
from fpgaflow.backend.synthesis.scripts import HlsTop, write_scripts
from fpgaflow.hardware.block_design import block_design
from fpgaflow.hardware.boards import load_board
from fpgaflow.ir import serialize
from fpgaflow.report.json import write_json
from tests.hardware.small_graphs import tiny_residual
from tests.report.small_reports import tiny_report

NAME = "net_tiny"


def make_build(folder: Path) -> Path:
    """Write the build and return its folder."""
    project = folder / HLS
    (project / "firmware").mkdir(parents=True)
    (project / "csim").mkdir()
    (project / "firmware" / f"{NAME}.cpp").write_text("void net_tiny() {}\n")
    port = Port(name="image", shape=(4, 4, 1), element="u8.8")
    write_manifest(project, Manifest(project=NAME, input=port, outputs=(port,), traced=()))
    write_scripts(
        folder / SYNTHESIS,
        block_design(load_board("pynq-z2"), NAME),
        HlsTop(function=NAME, sources=(f"{NAME}.cpp",)),
    )
    serialize.save(tiny_residual(), folder)
    write_json(tiny_report(), folder / REPORT)
    return folder
