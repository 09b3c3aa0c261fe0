"""Writes the firmware folder: the design's top function, its types, weights and libraries."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from fpgaflow.backend.spatial.stages import Design
from fpgaflow.backend.spatial.weights import weight_header, weight_integers, weight_text
from fpgaflow.resources import share_dir


def write_firmware(project: Path, design: Design, model: Any) -> None:
    """Write `project`/firmware of hls4ml's model.

    hls4ml itself writes the types, the configurations and the prototype.
    """
    from hls4ml.writer.vitis_writer import VitisWriter

    firmware = project / "firmware"
    (firmware / "weights").mkdir(parents=True)
    writer = VitisWriter()
    model.config.config["OutputDir"] = str(project)
    writer.write_project_header(model)
    writer.write_defines(model)
    writer.write_parameters(model)
    name = model.config.get_project_name()
    (firmware / f"{name}.cpp").write_text(top_source(design, model))
    _write_weights(firmware / "weights", model)
    _copy_libraries(firmware)


def top_source(design: Design, model: Any) -> str:
    """Return the C++ source of the top function, a probe after each value of the graph."""
    name = model.config.get_project_name()
    ports = [*model.get_input_variables(), *model.get_output_variables()]
    parts = [
        f'#include "{name}.h"',
        '#include "parameters.h"',
        "",
        '#include "fpgaflow/probe.h"',
        "#ifdef FPGAFLOW_PARTS",
        "// The layers are compiled in the parts, side by side.",
        '#include "../csim/parts.h"',
        "#endif",
        "",
        f"void {name}(",
        ",\n".join(f"    {port.definition_cpp(as_reference=True)}" for port in ports),
        ") {",
        f"    #pragma HLS INTERFACE axis port={','.join(port.name for port in ports)}",
        "    #pragma HLS DATAFLOW",
        "",
        *_loads(model),
        *_streams(model, {port.name for port in ports}),
        *_calls(design, model),
        "}",
        "",
    ]
    return "\n".join(parts)


def _loads(model: Any) -> list[str]:
    weights = [weight for layer in model.get_layers() for weight in layer.get_weights()]
    if not weights:
        return []
    lines = ["#ifndef __SYNTHESIS__", "    static bool loaded = false;", "    if (!loaded) {"]
    lines += [
        f'        fpgaflow::load_weights({weight.name}, {weight.data_length}, "{weight.name}");'
        for weight in weights
    ]
    return [*lines, "        loaded = true;", "    }", "#endif", ""]


def _streams(model: Any, ports: set[str]) -> list[str]:
    lines: list[str] = []
    for layer in model.get_layers():
        for variable in layer.get_variables():
            if variable.name in ports:
                continue
            lines.append(f"    {variable.definition_cpp()};")
            if variable.pragma:
                depth = int(variable.pragma[1])
                lines.append(f"    #pragma HLS STREAM variable={variable.name} depth={depth}")
    return [*lines, ""]


def _calls(design: Design, model: Any) -> list[str]:
    watched = {tap.stream: tap for tap in design.taps}
    lines: list[str] = []
    for stage in design.stages:
        layer = model.graph[stage.name]
        call = layer.get_attr("function_cpp")
        if call:
            lines.append(f"    {call} // {stage.name}")
        tap = watched.get(stage.name)
        if tap is not None:
            variable = layer.get_output_variable().name
            names = ", ".join(_comment(name) for name, _ in tap.nodes)
            lines.append(f"    FPGAFLOW_PROBE({variable}) // {names}")
    return lines


def _comment(name: str) -> str:
    """Return a node's name as a comment can hold it: the name comes from the user's file."""
    return re.sub(r"[^A-Za-z0-9_./ -]", "_", name)


def _write_weights(folder: Path, model: Any) -> None:
    for layer in model.get_layers():
        for weight in layer.get_weights():
            integers = weight_integers(weight)
            (folder / f"{weight.name}.h").write_text(weight_header(weight, integers))
            (folder / f"{weight.name}.txt").write_text(weight_text(integers))


def _copy_libraries(firmware: Path) -> None:
    """Copy hls4ml's headers and ours; of hls4ml's, Vitis's version where it has one."""
    import hls4ml

    templates = Path(hls4ml.__file__).parent / "templates"
    for source in (templates / "vivado" / "nnet_utils", templates / "vitis" / "nnet_utils"):
        shutil.copytree(
            source, firmware / "nnet_utils", dirs_exist_ok=True, copy_function=shutil.copyfile
        )
    shutil.copytree(
        templates / "vivado" / "ap_types", firmware / "ap_types", copy_function=shutil.copyfile
    )
    shutil.copytree(
        share_dir("hls") / "include" / "fpgaflow",
        firmware / "fpgaflow",
        copy_function=shutil.copyfile,
    )
