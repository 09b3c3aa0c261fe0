"""Hands the stages to hls4ml: a layer list with every type, strategy and reuse factor explicit."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from math import prod
from typing import Any

from fpgaflow.backend.spatial import stages as s
from fpgaflow.backend.spatial.hls4ml_kernel import KERNEL_CLASS, register_kernel_layer
from fpgaflow.errors import InputRefused
from fpgaflow.hardware.folding import legal_reuse_factors
from fpgaflow.ir.fixed import FixedType
from fpgaflow.ir.types import Parameter

Layer = dict[str, Any]
"""One entry of hls4ml's layer list; its keys are hls4ml's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the project is for.

    Attributes:
        project: name of the top function and of the files.
        part: the device, as Vitis HLS names it.
        clock_mhz: the clock.
        beat_bits: width of the board's streams.
    """

    project: str
    part: str
    clock_mhz: float
    beat_bits: int = 64

    def __post_init__(self) -> None:
        """Refuse a name that C++ cannot take."""
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", self.project):
            raise InputRefused(
                f"the project's name {self.project!r}",
                accepted="a letter, then up to 63 letters, digits and underscores",
            )


def build_model(design: s.Design, target: Target) -> Any:
    """Return hls4ml's ModelGraph of a fanned-out design, checked to have our types."""
    # hls4ml takes long to import, and registering happens once for the whole process.
    from hls4ml.model.graph import ModelGraph

    register_kernel_layer()
    said = io.StringIO()
    with contextlib.redirect_stdout(said), _quick_reuse_factors():
        model = ModelGraph.from_layer_list(
            _config(design, target),
            [_layer(stage) for stage in design.stages],
            inputs=[stage.name for stage in design.stages if isinstance(stage, s.InputStage)],
            outputs=list(design.outputs),
        )
    assert model.outputs == list(design.outputs), "hls4ml changed the outputs"
    _check_types(design, model)
    # hls4ml prints a warning whenever it replaces a setting by another.
    assert "WARNING: Invalid" not in said.getvalue(), said.getvalue()
    return model


@contextlib.contextmanager
def _quick_reuse_factors() -> Generator[None]:
    """Let hls4ml look legal reuse factors up in our list.

    It tries every number up to n_in * n_out in each layer, 18 seconds for VGG-16; the lists are
    equal, which a test asserts.
    """
    from hls4ml.backends import get_backend

    def look_up(n_in: int, n_out: int) -> list[int]:
        return list(legal_reuse_factors(n_in, n_out))

    backend = get_backend("Vitis")
    backend.get_valid_reuse_factors = look_up
    try:
        yield
    finally:
        del backend.get_valid_reuse_factors


def _config(design: s.Design, target: Target) -> dict[str, Any]:
    return {
        "Backend": "Vitis",
        "ProjectName": target.project,
        "OutputDir": ".",
        "Part": target.part,
        "ClockPeriod": 1000 / target.clock_mhz,
        "ClockUncertainty": "27%",
        "IOType": "io_stream",
        "HLSConfig": {
            # Nothing may fall back on these; _check_types sees to it.
            "Model": {"Precision": "fixed<63,63>", "ReuseFactor": 1, "Strategy": "latency"},
            "LayerName": {stage.name: _layer_config(stage) for stage in design.stages},
        },
        "WriterConfig": {
            "Namespace": None,
            "WriteWeightsTxt": True,
            "WriteTar": False,
            "TBOutputStream": "both",
        },
    }


def _layer_config(stage: s.Stage) -> dict[str, Any]:
    precision = {"result": precision_text(stage.element)}
    for name, element in stage_types(stage).items():
        precision[name] = precision_text(element)
    config: dict[str, Any] = {"Precision": precision}
    if isinstance(stage, (s.ConvStage, s.DenseStage)):
        config["ReuseFactor"] = stage.folding.reuse_factor
        config["Strategy"] = stage.folding.strategy
    return config


def precision_text(element: FixedType) -> str:
    """Return hls4ml's spelling of a format."""
    sign = "" if element.signed else "u"
    rounding = element.rounding.value.removeprefix("AP_")
    overflow = element.overflow.value.removeprefix("AP_")
    return f"{sign}fixed<{element.width},{element.integer},{rounding},{overflow},0>"


def stage_types(stage: s.Stage) -> dict[str, FixedType]:
    """Return the formats of a stage's weights, biases and accumulator."""
    if not isinstance(stage, (s.ConvStage, s.DenseStage, s.KernelStage)):
        return {}
    types: dict[str, FixedType] = {}
    for name, parameter in (("weight", stage.weight), ("bias", stage.bias)):
        if parameter is not None and parameter.element is not None:
            types[name] = parameter.element
    if stage.accumulator is not None:
        types["accum"] = stage.accumulator
    return types


def _layer(stage: s.Stage) -> Layer:
    layer: Layer = {
        "name": stage.name,
        "inputs": list(stage.inputs),
        "outputs": list(stage.outputs),
        "data_format": "channels_last",
    }
    layer.update(_attributes(stage))
    return layer


def _pad(stage: s.PadStage) -> Layer:
    return {
        "class_name": "ZeroPadding2D",
        "in_height": stage.in_shape[0],
        "in_width": stage.in_shape[1],
        "out_height": stage.shape[0],
        "out_width": stage.shape[1],
        "n_chan": stage.shape[2],
        "pad_top": stage.padding.top,
        "pad_bottom": stage.padding.bottom,
        "pad_left": stage.padding.left,
        "pad_right": stage.padding.right,
    }


def _conv(stage: s.ConvStage) -> Layer:
    kernel_height, kernel_width, channels, filters = stage.weight.values.shape
    return {
        "class_name": "Conv2D",
        "in_height": stage.in_shape[0],
        "in_width": stage.in_shape[1],
        "out_height": stage.shape[0],
        "out_width": stage.shape[1],
        "n_chan": channels,
        "n_filt": filters,
        "filt_height": kernel_height,
        "filt_width": kernel_width,
        "stride_height": stage.stride.height,
        "stride_width": stage.stride.width,
        "pad_top": 0,
        "pad_bottom": 0,
        "pad_left": 0,
        "pad_right": 0,
        "padding": "valid",
        "weight_data": stage.weight.real,
        "bias_data": _real(stage.bias),
    }


def _dense(stage: s.DenseStage) -> Layer:
    inputs, outputs = stage.weight.values.shape
    return {
        "class_name": "Dense",
        "n_in": inputs,
        "n_out": outputs,
        "weight_data": stage.weight.real,
        "bias_data": _real(stage.bias),
    }


def _kernel(stage: s.KernelStage) -> Layer:
    return {
        "class_name": KERNEL_CLASS,
        "kernel": stage.kernel,
        "header": stage.header,
        "out_shape": list(stage.shape),
        "constants": stage.constants,
        "weight_data": _real(stage.weight),
        "bias_data": _real(stage.bias),
        "has_accumulator": stage.accumulator is not None,
    }


def _real(parameter: Parameter | None) -> Any:
    return None if parameter is None else parameter.real


def _input(stage: s.InputStage) -> Layer:
    return {"class_name": "InputLayer", "input_shape": list(stage.shape)}


def _flatten(stage: s.FlattenStage) -> Layer:
    return {"class_name": "Reshape", "target_shape": list(stage.shape)}


def _add(stage: s.AddStage) -> Layer:
    del stage
    return {"class_name": "Merge", "op": "add"}


def _concat(stage: s.ConcatStage) -> Layer:
    return {"class_name": "Concatenate", "op": f"concatenate{len(stage.shape)}d", "axis": -1}


def _clone(stage: s.CloneStage) -> Layer:
    return {"class_name": "Clone", "size": prod(stage.shape)}


# Each takes the stage class of its key, which a type for the whole table cannot say.
_ATTRIBUTES: dict[type[s.Stage], Callable[[Any], Layer]] = {
    s.InputStage: _input,
    s.PadStage: _pad,
    s.ConvStage: _conv,
    s.DenseStage: _dense,
    s.FlattenStage: _flatten,
    s.AddStage: _add,
    s.ConcatStage: _concat,
    s.CloneStage: _clone,
    s.KernelStage: _kernel,
}


def _attributes(stage: s.Stage) -> Layer:
    return _ATTRIBUTES[type(stage)](stage)


def _check_types(design: s.Design, model: Any) -> None:
    """Compare every type in hls4ml's graph with ours: its optimizers may change none."""
    assert [stage.name for stage in design.stages] == list(model.graph), "hls4ml changed the layers"
    for stage in design.stages:
        layer = model.graph[stage.name]
        for variable in layer.get_variables():
            _check_type(stage, "result", variable.type.precision, stage.element)
        for name, element in stage_types(stage).items():
            _check_type(stage, name, layer.get_attr(f"{name}_t").precision, element)
        if isinstance(stage, (s.ConvStage, s.DenseStage)):
            found = (layer.get_attr("reuse_factor"), layer.get_attr("strategy"))
            assert found == (stage.folding.reuse_factor, stage.folding.strategy), (stage, found)


def _check_type(stage: s.Stage, what: str, found: Any, element: FixedType) -> None:
    spelled = (
        found.width,
        found.integer,
        found.signed,
        f"AP_{found.rounding_mode}",
        f"AP_{found.saturation_mode}",
    )
    ours = (
        element.width,
        element.integer,
        element.signed,
        element.rounding.value,
        element.overflow.value,
    )
    assert spelled == ours, f"hls4ml changed the {what} type of {stage.name}: {spelled}, not {ours}"
