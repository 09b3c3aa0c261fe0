"""The layers that the C-simulation counts for, and the arrays whose reading it counts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fpgaflow.backend.spatial import stages as s
from fpgaflow.hardware.registers import RegisterMap

HEADER = "csim/counted.h"


def layer_numbers(registers: RegisterMap) -> Mapping[str, int]:
    """Return each counted layer's number in the simulation, from 1 on, in the graph's order."""
    layers = dict.fromkeys(one.layer for one in registers.counters if one.layer is not None)
    return MappingProxyType({name: number for number, name in enumerate(layers, start=1)})


def access_names(registers: RegisterMap, layer: str) -> tuple[str | None, ...]:
    """Return the registers of a layer's weight reads, reads and writes; None for one it lacks."""
    names = [one.name for one in registers.of_layer(layer)]
    kinds = ("_weight_reads", "_feature_map_reads", "_feature_map_writes")
    return tuple(next((name for name in names if name.endswith(kind)), None) for kind in kinds)


def counted_header(design: s.Design, model: Any) -> str:
    """Return the header that lets weights and biases count how often they are read.

    Included between the types and the configurations, it puts counting types in the place of the
    plain ones; synthesis does not see it.
    """
    lines = [
        "// Reading one of these is reading a weight: the simulation counts it.",
        "#ifndef COUNTED_H_",
        "#define COUNTED_H_",
        "",
        '#include "../firmware/fpgaflow/counted_weight.h"',
        '#include "../firmware/fpgaflow/counting_shift_register.h"',
        '#include "../firmware/fpgaflow/counting_stream.h"',
        "",
    ]
    for stage in design.stages:
        for array in _arrays(stage):
            name = model.graph[stage.name].get_attr(f"{array}_t").name
            # hls4ml's layers convert a bias; all else copies the number that it reads.
            own = isinstance(stage, s.KernelStage) or array == "weight"
            kind = "CountedWeight" if own else "CountedBias"
            lines += [
                f"typedef fpgaflow::{kind}<{name}> counted_{name};",
                f"#define {name} counted_{name}",
            ]
    return "\n".join([*lines, "", "#endif", ""])


def _arrays(stage: s.Stage) -> tuple[str, ...]:
    if isinstance(stage, s.KernelStage):
        return stage.counted
    if isinstance(stage, (s.ConvStage, s.DenseStage)):
        return ("weight",) if stage.bias is None else ("weight", "bias")
    return ()
