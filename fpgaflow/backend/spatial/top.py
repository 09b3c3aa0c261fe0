"""Writes the accelerator's top function, from the register description."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fpgaflow.backend.spatial.wrapper import FIRST_TAP, Wrapper
from fpgaflow.hardware.beats import IMAGES, SCORES
from fpgaflow.hardware.block_design import TOP
from fpgaflow.hardware.registers import BUNDLE

_TOKENS = 16
"""Images that a process may be ahead of the one that adds the counts up."""


def write_top(project: Path, wrapper: Wrapper, model: Any) -> None:
    """Write header and source of the top function into `project`/firmware."""
    firmware = project / "firmware"
    name = model.config.get_project_name()
    (firmware / f"{TOP}.h").write_text(_header(wrapper, name))
    (firmware / f"{TOP}.cpp").write_text(_source(wrapper, model))


def _header(wrapper: Wrapper, name: str) -> str:
    return _lines(
        f"#ifndef {TOP.upper()}_H_",
        f"#define {TOP.upper()}_H_",
        "",
        f'#include "{name}.h"',
        "",
        '#include "fpgaflow/axis.h"',
        "",
        "// A beat of the streams of images and of scores.",
        f"typedef fpgaflow::Beat<{wrapper.images.beat_bits}>::type beat_t;",
        "",
        "// The accelerator.",
        *_prototype(wrapper, ";"),
        "",
        "#endif",
    )


def _prototype(wrapper: Wrapper, end: str) -> list[str]:
    arguments = [f"hls::stream<beat_t> &{IMAGES}", f"hls::stream<beat_t> &{SCORES}"]
    arguments += [_argument(one.name, one.direction) for one in wrapper.registers.registers]
    return [f"void {TOP}(", ",\n".join(f"    {one}" for one in arguments), f"){end}"]


def _argument(name: str, direction: str) -> str:
    # Volatile, because a counter is written at the end of each image and each time counts.
    return f"unsigned {name}" if direction == "input" else f"volatile unsigned long long *{name}"


def _source(wrapper: Wrapper, model: Any) -> str:
    return _lines(
        f'#include "{TOP}.h"',
        "",
        '#include "fpgaflow/counters.h"',
        '#include "fpgaflow/pack.h"',
        '#include "fpgaflow/unpack.h"',
        "",
        *_terms(wrapper),
        "",
        *_images(wrapper, model),
        "",
        *_counters(wrapper),
        "",
        *_top(wrapper),
    )


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def _terms(wrapper: Wrapper) -> list[str]:
    place = {one.name: index for index, one in enumerate(wrapper.registers.counters)}
    points = (
        "beats_taken",
        "cycles_without_beat",
        "packets_unpacked",
        "packets_packed",
        "cycles_without_room",
        "beats_given",
        "images_done",
        "cycles_waited",
    )

    def point(number: int) -> str:
        if number < FIRST_TAP:
            return f"fpgaflow::{points[number]}"
        return f"fpgaflow::first_tap + {number - FIRST_TAP}"

    return [
        f"const unsigned n_counters = {len(place)};",
        f"const unsigned n_events = fpgaflow::first_tap + {len(wrapper.taps)};",
        f"const unsigned n_terms = {len(wrapper.terms)};",
        "",
        "// Which counter, what happens, how much of the counter it is worth.",
        "static const fpgaflow::Term terms[n_terms] = {",
        *(
            f"    {{{place[one.counter]}, {point(one.point)}, {one.factor}}}, // {one.counter}"
            for one in wrapper.terms
        ),
        "};",
    ]


def _taps(wrapper: Wrapper) -> str:
    return f", hls::stream<fpgaflow::count_t> passed[{len(wrapper.taps)}]" if wrapper.taps else ""


def _images(wrapper: Wrapper, model: Any) -> list[str]:
    (image,) = model.get_input_variables()
    (score,) = model.get_output_variables()
    images, scores = wrapper.images, wrapper.scores
    bits = images.beat_bits
    network = ", ".join([image.name, score.name, *(["passed"] if wrapper.taps else [])])
    return [
        "// The images of a run; each process begins the next one when it is done with one.",
        "static void compute(",
        "    hls::stream<beat_t> &images, hls::stream<beat_t> &scores, unsigned frames,",
        f"    hls::stream<fpgaflow::count_t> seen[fpgaflow::n_ports]{_taps(wrapper)}",
        ") {",
        "ComputeImages:",
        "    for (unsigned frame = 0; frame < frames; frame++) {",
        "        #pragma HLS DATAFLOW",
        f'        hls::stream<ap_uint<{bits}>> image_words("image_words");',
        f"        {image.definition_cpp()};",
        f"        {score.definition_cpp()};",
        f'        hls::stream<ap_uint<{bits}>> score_words("score_words");',
        f"        fpgaflow::take_beats<{images.beats_per_image}, {bits}>("
        "images, image_words, seen[fpgaflow::beats_taken], seen[fpgaflow::cycles_without_beat]);",
        f"        fpgaflow::unpack_pixels<{wrapper.image_packets}, {bits}>("
        f"image_words, {image.name}, seen[fpgaflow::packets_unpacked]);",
        f"        {model.config.get_project_name()}({network});",
        f"        fpgaflow::pack_scores<{wrapper.score_packets}, {scores.number_bits}, {bits}>("
        f"{score.name}, score_words, seen[fpgaflow::packets_packed]);",
        f"        fpgaflow::give_beats<{scores.beats_per_image}, {bits}>("
        "score_words, scores, frame, frames, seen[fpgaflow::cycles_without_room], "
        "seen[fpgaflow::beats_given]);",
        "    }",
        "}",
    ]


def _counters(wrapper: Wrapper) -> list[str]:
    registers = wrapper.registers.counters
    arguments = ",\n".join(f"    {_argument(one.name, one.direction)}" for one in registers)
    taps = f"        fpgaflow::collect_taps<{len(wrapper.taps)}, n_events>(passed, events);"
    return [
        "// The counters: latched when an image's last score has left.",
        "static void count(",
        f"    hls::stream<fpgaflow::count_t> seen[fpgaflow::n_ports]{_taps(wrapper)},",
        "    unsigned frames,",
        "    unsigned clear,",
        arguments,
        ") {",
        "    static fpgaflow::total_t totals[n_counters];",
        "    if (clear & 1)",
        "        fpgaflow::clear_counters<n_counters>(totals);",
        "CountImages:",
        "    for (unsigned frame = 0; frame < frames; frame++) {",
        "        fpgaflow::count_t events[n_events];",
        "        fpgaflow::collect_ports<n_events>(seen, events);",
        *([taps] if wrapper.taps else []),
        "        fpgaflow::add_events<n_counters, n_terms, n_events>(terms, events, totals);",
        *(f"        *{one.name} = totals[{place}];" for place, one in enumerate(registers)),
        "    }",
        "}",
    ]


def _top(wrapper: Wrapper) -> list[str]:
    registers = wrapper.registers
    taps = len(wrapper.taps)
    passed = ", passed" if taps else ""
    counters = ", ".join(one.name for one in registers.counters)
    control = [one.name for one in registers.registers] + ["return"]
    lines = [
        *_prototype(wrapper, " {"),
        f"    #pragma HLS INTERFACE axis port={IMAGES}",
        f"    #pragma HLS INTERFACE axis port={SCORES}",
        *(f"    #pragma HLS INTERFACE s_axilite port={one} bundle={BUNDLE}" for one in control),
        "    #pragma HLS DATAFLOW",
        "    hls::stream<fpgaflow::count_t> seen[fpgaflow::n_ports];",
        f"    #pragma HLS STREAM variable=seen depth={_TOKENS}",
    ]
    if taps:
        lines += [
            f"    hls::stream<fpgaflow::count_t> passed[{taps}];",
            f"    #pragma HLS STREAM variable=passed depth={_TOKENS}",
        ]
    return [
        *lines,
        f"    compute({IMAGES}, {SCORES}, frames, seen{passed});",
        f"    count(seen{passed}, frames, clear, {counters});",
        "}",
    ]
