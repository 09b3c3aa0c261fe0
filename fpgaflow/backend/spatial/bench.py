"""Writes what simulates the design: the test bench, and the parts that compile side by side.

Compiling a network's C++ takes minutes in one piece: each layer is a template of its own. The parts
instantiate the layers' functions in several files; the top function, compiled with FPGAFLOW_PARTS,
only calls them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

from fpgaflow.backend.spatial.layers import HEADER, counted_header
from fpgaflow.backend.spatial.stages import Design
from fpgaflow.backend.spatial.wrapper import Wrapper
from fpgaflow.hardware.block_design import TOP

STAGES_PER_PART = 48
"""Each part parses the headers and instantiates ap_fixed again, so few large ones cost least."""

ACCESSES = "    // accesses"


def write_bench(
    project: Path,
    design: Design,
    model: Any,
    wrapper: Wrapper | None,
    layers: Mapping[str, int],
) -> None:
    """Write the test bench and the parts of the C-simulation.

    Args:
        project: the folder.
        design: the stages.
        model: hls4ml's model of them.
        wrapper: what the bench runs; without one it runs the network alone.
        layers: the layers that accesses are counted for, with their numbers.
    """
    name = model.config.get_project_name()
    bench = _bench_source(name, model) if wrapper is None else _wrapped_source(wrapper)
    (project / f"{name}_test.cpp").write_text(_with_accesses(bench, len(layers)))
    (project / "tb_data").mkdir()
    csim = project / "csim"
    csim.mkdir()
    instances = _instances(design, model)
    (csim / "prelude.h").write_text(_prelude(model))
    (project / HEADER).write_text(counted_header(design, model))
    declarations = [f"extern template {text}" for _, text in instances]
    (csim / "parts.h").write_text(_lines("// Compiled in the parts.", *declarations))
    for number, start in enumerate(range(0, len(instances), STAGES_PER_PART)):
        part = instances[start : start + STAGES_PER_PART]
        texts = [line for config, text in part for line in (config, f"template {text}") if line]
        (csim / f"part{number:02}.cpp").write_text(_lines('#include "prelude.h"', *texts))


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def _prelude(model: Any) -> str:
    headers = sorted(
        {header for layer in model.get_layers() for header in layer.get_attr("include_header", ())}
    )
    return _lines(
        '#include "../firmware/defines.h"',
        '#include "counted.h"',
        '#include "../firmware/fpgaflow/host.h"',
        '#include "../firmware/nnet_utils/nnet_helpers.h"',
        *(f'#include "../firmware/{header}"' for header in headers),
    )


def _bench_source(name: str, model: Any) -> str:
    (image,) = model.get_input_variables()
    results = model.get_output_variables()
    arguments = ", ".join(port.name for port in (image, *results))
    collects = [f"        bench.collect({port.name}, {prod(port.shape)});" for port in results]
    streams = [f"    {port.definition_cpp()};" for port in (image, *results)]
    return _lines(
        f'#include "firmware/{name}.h"',
        '#include "firmware/fpgaflow/bench.h"',
        "",
        "int main(int argc, char **argv) {",
        "    fpgaflow::Bench bench(argc, argv);",
        *streams,
        f"    while (bench.next({image.name}, {prod(image.shape)})) {{",
        f"        {name}({arguments});",
        *collects,
        "        bench.done();",
        "    }",
        ACCESSES,
        "    return bench.finish();",
        "}",
    )


def _wrapped_source(wrapper: Wrapper) -> str:
    """Return a bench that gives the accelerator beats and takes beats, as the DMA does."""
    images, scores, counters = wrapper.images, wrapper.scores, wrapper.registers.counters
    types = f"{images.beat_bits}, {images.numbers}, {scores.numbers}, {scores.number_bits}"
    beats = f"{images.beat_bits}, {images.beats_per_image}, {scores.beats_per_image}"
    registers = ",\n".join(f"        &registers[{place}]" for place, _ in enumerate(counters))
    return _lines(
        "// The accelerator is compiled with its bench.",
        f'#include "firmware/{TOP}.cpp"',
        '#include "firmware/fpgaflow/beat_bench.h"',
        '#include "firmware/fpgaflow/beat_server.h"',
        "",
        "// What the processor does with a run: it sets two registers, and reads the others.",
        "static void run(",
        "    hls::stream<beat_t> &images, hls::stream<beat_t> &scores, unsigned frames,",
        "    unsigned clear, unsigned long long *registers",
        ") {",
        f"    {TOP}(",
        "        images, scores, frames, clear,",
        registers,
        "    );",
        "}",
        "",
        "int main(int argc, char **argv) {",
        '    hls::stream<beat_t> images("images");',
        '    hls::stream<beat_t> scores("scores");',
        f"    unsigned long long registers[{len(counters)}] = {{}};",
        "    if (fpgaflow::asked_to_serve(argc, argv)) {",
        f"        fpgaflow::BeatServer<{beats}> server(argv);",
        "        while (unsigned frames = server.take(images)) {",
        "            run(images, scores, frames, server.clear(), registers);",
        f"            server.give(images, scores, frames, registers, {len(counters)});",
        "        }",
        "        return 0;",
        "    }",
        f"    fpgaflow::BeatBench<{types}> bench(argc, argv);",
        "    unsigned clear = 1;",
        "    while (unsigned frames = bench.send(images)) {",
        "        run(images, scores, frames, clear, registers);",
        "        bench.receive(images, scores, frames);",
        "        clear = 0;",
        "    }",
        f"    bench.write_registers(registers, {len(counters)});",
        ACCESSES,
        "    return bench.finish();",
        "}",
    )


def _with_accesses(source: str, layers: int) -> str:
    """Put in that the accesses are written, where they are counted."""
    lines = ("#ifdef FPGAFLOW_COUNT", f"    bench.write_accesses({layers});", "#endif")
    return source.replace(ACCESSES, "\n".join(lines))


def _instances(design: Design, model: Any) -> list[tuple[str, str]]:
    """Return configuration and instantiation of each function that the top calls, once each."""
    types = _argument_types(model)
    found: dict[str, tuple[str, str]] = {}
    for stage in design.stages:
        layer = model.graph[stage.name]
        call = layer.get_attr("function_cpp")
        if call:
            text = _instance(call, types)
            # The static member that only hls4ml's encoded convolutions use is defined with the top.
            config = (layer.get_attr("config_cpp") or "").split("\nconst ap_uint<")[0]
            found.setdefault(_canonical(text, model), (config, text))
    for tap in design.taps:
        variable = model.graph[tap.stream].get_output_variable()
        text = f"void fpgaflow::probe(hls::stream<{variable.type.name}> &);"
        found.setdefault(_canonical(text, model), ("", text))
    return list(found.values())


def _argument_types(model: Any) -> dict[str, str]:
    types: dict[str, str] = {}
    for layer in model.get_layers():
        for variable in layer.get_variables():
            types[variable.name] = f"hls::stream<{variable.type.name}> &"
        for weight in layer.get_weights():
            types[weight.name] = f"{weight.type.name} *"
    return types


def _instance(call: str, types: dict[str, str]) -> str:
    """Turn a call into the declaration of the template instance that it calls."""
    matched = re.fullmatch(r"(\S+<.*>)\((.*)\);", call)
    assert matched is not None, call
    arguments = ", ".join(types[name.strip()] for name in matched[2].split(","))
    return f"void {matched[1]}({arguments});"


def _canonical(text: str, model: Any) -> str:
    """Spell out the types of streams: two names of one type make the same instance twice."""
    spelled: dict[str, str] = {}
    for layer in model.get_layers():
        for variable in layer.get_variables():
            definition = variable.type.definition_cpp()
            spelled[variable.type.name] = definition.removesuffix(f" {variable.type.name};\n")
    return re.sub(r"\w+", lambda word: spelled.get(word[0], word[0]), text)
