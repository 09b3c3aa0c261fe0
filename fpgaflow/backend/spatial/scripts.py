"""Writes the scripts that Vitis HLS runs."""

from __future__ import annotations

import shutil
from pathlib import Path

from fpgaflow.backend.spatial.hls4ml_model import Target


def write_scripts(project: Path, target: Target) -> None:
    """Write hls4ml's scripts, and the settings that they read."""
    import hls4ml

    templates = Path(hls4ml.__file__).parent / "templates"
    for name in ("vitis/build_prj.tcl", "vitis/build_opt.tcl", "vivado/vivado_synth.tcl"):
        shutil.copyfile(templates / name, project / Path(name).name)
    settings = {
        "project_name": f'"{target.project}"',
        "backend": '"vitis"',
        "part": f'"{target.part}"',
        "clock_period": f"{1000 / target.clock_mhz:g}",
        "clock_uncertainty": "27%",
        "version": '"1.0.0"',
        "maximum_size": "4096",
    }
    lines = [f"variable {name}\nset {name} {value}\n" for name, value in settings.items()]
    (project / "project.tcl").write_text("".join(lines))
