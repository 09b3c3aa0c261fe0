"""One hls4ml layer class for all our kernels, with its two templates.

hls4ml's `register_source` is left alone: it keeps files for every project of the process, other
people's too, and takes no folder. The writer copies our headers itself.
"""

from __future__ import annotations

from functools import cache
from typing import Any

KERNEL_CLASS = "FpgaflowKernel"


@cache
def register_kernel_layer() -> None:
    """Register the layer and its templates with hls4ml's Vitis backend, once per process."""
    from hls4ml.backends import get_backend
    from hls4ml.backends.template import FunctionCallTemplate, LayerConfigTemplate
    from hls4ml.model.layers import Layer, register_layer

    layer = type(KERNEL_CLASS, (Layer,), {"initialize": _initialize})

    def init_config(self: Any) -> None:
        LayerConfigTemplate.__init__(self, layer)

    def init_call(self: Any) -> None:
        FunctionCallTemplate.__init__(self, layer)

    config = type(
        "KernelConfig", (LayerConfigTemplate,), {"__init__": init_config, "format": _config}
    )
    call = type(
        "KernelCall",
        (FunctionCallTemplate,),
        {"__init__": init_call, "format": _call, "transform": _transform},
    )
    register_layer(KERNEL_CLASS, layer)
    backend = get_backend("Vitis")
    backend.register_template(config)
    backend.register_template(call)


def _initialize(self: Any) -> None:
    """Declare the output and the arrays, as hls4ml asks of a layer."""
    from hls4ml.model.types import NamedType

    self.add_output_variable(self.get_attr("out_shape"))
    if self.get_attr("weight_data") is not None:
        self.add_weights_variable(name="weight", var_name="w{index}")
    if self.get_attr("bias_data") is not None:
        self.add_weights_variable(name="bias", var_name="b{index}")
    if self.get_attr("has_accumulator"):
        precision, name = self.model.config.get_precision(self, "accum")
        self.set_attr("accum_t", NamedType(name, precision))


def _config(self: Any, node: Any) -> str:
    """Write the kernel's configuration as a C++ struct."""
    del self
    lines = [f"struct config{node.index} {{"]
    for name, value in node.get_attr("constants"):
        kind = "bool" if isinstance(value, bool) else "long long" if value < 0 else "unsigned"
        text = str(value).lower()
        if name in ("low", "high"):
            kind = "long long"
        lines.append(f"    static const {kind} {name} = {text};")
    for attribute in ("accum_t", "weight_t", "bias_t"):
        named = node.get_attr(attribute)
        if named is not None:
            lines.append(f"    typedef {named.name} {attribute};")
    return "\n".join([*lines, "};\n"])


def _call(self: Any, node: Any) -> str:
    """Write the call of the kernel."""
    del self
    inputs = [node.get_input_variable(name) for name in node.inputs]
    output = node.get_output_variable()
    types = [variable.type.name for variable in inputs] + [output.type.name, f"config{node.index}"]
    arguments = [variable.name for variable in inputs] + [output.name]
    arguments += [weight.name for weight in node.get_weights()]
    return f"fpgaflow::{node.get_attr('kernel')}<{', '.join(types)}>({', '.join(arguments)});"


def _transform(self: Any, model: Any, node: Any) -> bool:
    """Format the call, and name the header that this kernel needs."""
    del model
    node.set_attr("include_header", [f"fpgaflow/{node.get_attr('header')}"])
    node.set_attr("function_cpp", self.format(node))
    return False
