"""Writes the firmware folder: the network's function, its types, weights and libraries."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fpgaflow.backend.spatial.stages import Design, Stage
from fpgaflow.backend.spatial.weights import weight_header, weight_integers, weight_text
from fpgaflow.hardware.blocks import SMALL_MEMORY_BITS
from fpgaflow.hardware.streams import Stream as Fifo
from fpgaflow.resources import share_dir


def write_firmware(
    project: Path,
    design: Design,
    model: Any,
    layers: Mapping[str, int],
    taps: tuple[str, ...],
    *,
    fifos: Mapping[str, Fifo],
) -> None:
    """Write `project`/firmware of hls4ml's model.

    hls4ml itself writes the types and the configurations.

    Args:
        project: the folder.
        design: the stages.
        model: hls4ml's model of them.
        layers: the number by which the simulation counts for a node.
        taps: stages whose output's packets are counted on their way; see `wrapper.py`.
        fifos: the planned FIFO of each stream.
    """
    from hls4ml.writer.vitis_writer import VitisWriter

    firmware = project / "firmware"
    (firmware / "weights").mkdir(parents=True)
    writer = VitisWriter()
    model.config.config["OutputDir"] = str(project)
    writer.write_defines(model)
    writer.write_parameters(model)
    name = model.config.get_project_name()
    (firmware / f"{name}.h").write_text(network_header(model, taps))
    (firmware / f"{name}.cpp").write_text(network_source(design, model, layers, taps, fifos))
    _write_weights(firmware / "weights", model)
    _copy_libraries(firmware)


def network_header(model: Any, taps: tuple[str, ...]) -> str:
    """Return the header with the prototype of the network's function."""
    name = model.config.get_project_name()
    return "\n".join(
        [
            f"#ifndef {name.upper()}_H_",
            f"#define {name.upper()}_H_",
            "",
            '#include "ap_fixed.h"',
            '#include "ap_int.h"',
            '#include "hls_stream.h"',
            "",
            '#include "defines.h"',
            "#ifdef FPGAFLOW_COUNT",
            '#include "../csim/counted.h"',
            "#endif",
            '#include "fpgaflow/counters.h"',
            "",
            "// The network: one image in, its results out.",
            *_prototype(model, taps, ";"),
            "",
            "#endif",
            "",
        ]
    )


def _prototype(model: Any, taps: tuple[str, ...], end: str) -> list[str]:
    ports = [*model.get_input_variables(), *model.get_output_variables()]
    arguments = [port.definition_cpp(as_reference=True) for port in ports]
    if taps:
        arguments.append(f"hls::stream<fpgaflow::count_t> passed[{len(taps)}]")
    name = model.config.get_project_name()
    return [f"void {name}(", ",\n".join(f"    {one}" for one in arguments), f"){end}"]


def network_source(
    design: Design,
    model: Any,
    layers: Mapping[str, int],
    taps: tuple[str, ...],
    fifos: Mapping[str, Fifo],
) -> str:
    """Return the C++ source of the network's function, a probe after each value of the graph."""
    name = model.config.get_project_name()
    ports = [*model.get_input_variables(), *model.get_output_variables()]
    parts = [
        f'#include "{name}.h"',
        '#include "parameters.h"',
        "",
        '#include "fpgaflow/hooks.h"',
        '#include "fpgaflow/probe.h"',
        "#ifdef FPGAFLOW_PARTS",
        "// The layers are compiled in the parts, side by side.",
        '#include "../csim/parts.h"',
        "#endif",
        "",
        *_prototype(model, taps, " {"),
        f"    #pragma HLS INTERFACE axis port={','.join(port.name for port in ports)}",
        "    #pragma HLS DATAFLOW",
        "",
        *_loads(model),
        *_streams(model, {port.name for port in ports}, taps, fifos),
        *_calls(design, model, layers, taps),
        "    FPGAFLOW_LAYER(0)",
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


def _streams(
    model: Any, ports: set[str], taps: tuple[str, ...], fifos: Mapping[str, Fifo]
) -> list[str]:
    lines: list[str] = []
    for name in taps:
        variable = model.graph[name].get_output_variable()
        made = _untapped(variable.name)
        lines.append(f'    hls::stream<{variable.type.name}> {made}("{made}");')
    for layer in model.get_layers():
        for stream, variable in layer.variables.items():
            if variable.name in ports:
                continue
            lines.append(f"    {variable.definition_cpp()};")
            if stream in fifos:
                lines += _fifo_pragmas(variable.name, fifos[stream])
    return [*lines, ""]


def _fifo_pragmas(variable: str, fifo: Fifo) -> list[str]:
    lines = [f"    #pragma HLS STREAM variable={variable} depth={fifo.depth}"]
    # Below this size Vitis HLS takes shift registers by itself.
    if fifo.shift_register and fifo.bits > SMALL_MEMORY_BITS:
        lines.append(f"    #pragma HLS BIND_STORAGE variable={variable} type=fifo impl=srl")
    return lines


def _untapped(variable: str) -> str:
    """Return the name of the stream before its tap."""
    return f"{variable}_made"


def _calls(
    design: Design, model: Any, layers: Mapping[str, int], taps: tuple[str, ...]
) -> list[str]:
    watched = {tap.stream: tap for tap in design.taps}
    lines: list[str] = []
    for stage in design.stages:
        layer = model.graph[stage.name]
        call = layer.get_attr("function_cpp")
        if call:
            lines.append(f"    FPGAFLOW_LAYER({layers.get(stage.layer, 0)})")
            if stage.name in taps:
                name = layer.get_output_variable().name
                call = re.sub(rf"\b{name}\b", _untapped(name), call)
            lines.append(f"    {call} // {stage.name}")
        if stage.name in taps:
            lines.append(_tap_call(stage, layer, taps.index(stage.name)))
        tap = watched.get(stage.name)
        if tap is not None:
            variable = layer.get_output_variable().name
            names = ", ".join(_comment(name) for name, _ in tap.nodes)
            lines.append(f"    FPGAFLOW_PROBE({variable}) // {names}")
    return lines


def _tap_call(stage: Stage, layer: Any, number: int) -> str:
    variable = layer.get_output_variable()
    arguments = f"{_untapped(variable.name)}, {variable.name}, passed[{number}]"
    return f"    fpgaflow::tap<{variable.type.name}, {stage.packets}>({arguments});"


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
