"""What one image, or one clip, costs a network, counted as the compression papers count.

Two papers are followed. "The dynamic-pruning paper" is Li, Li, Meng, Electronics 2023, 12(5), 1208:
its FLOPs. "The lip-reading paper" is "Lip Recognition Based on Channel-Level Structured Pruning",
Appl. Sci. 2022, 12, 10468: its memory and Mem R+W.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import nn

from fpgaflow.compress.costs_trace import Operation, trace_operations
from fpgaflow.zoo import count_parameters

MIB = 1 << 20
THIN = 6
"""A convolution with fewer output channels is called thin."""

_FLOAT_BYTES = 4
_BATCH_NORM_FLOPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The costs of one image or clip.

    Attributes:
        parameters: trained numbers.
        batch_norm_parameters: those of them that belong to batch norms.
        macs: multiply-accumulates of convolutions, linear layers and the matrix products of LSTMs
            (every step, both directions), biases not counted.
        batch_norm_elements: values that batch norms give out.
        pool_outputs: values that max and average poolings with a window give out.
        global_pool_inputs: values that global average poolings add up.
        depth: convolutions, linear layers and layers of LSTMs, those on shortcuts too.
        thin_layers: convolutions with fewer than 6 output channels.
        memory_bytes: outputs of every convolution, batch norm, activation, pooling, linear layer
            and LSTM layer in float32, as the lip-reading paper counts memory; of an LSTM the
            sequence that it gives, without its gates and cells.
        read_write_bytes: inputs and outputs of all these and the parameters, read once, of
            convolutions, linear layers and LSTMs, in float32: the lip-reading paper's Mem R+W.
    """

    parameters: int
    batch_norm_parameters: int
    macs: int
    batch_norm_elements: int
    pool_outputs: int
    global_pool_inputs: int
    depth: int
    thin_layers: int
    memory_bytes: int
    read_write_bytes: int

    @property
    def paper_flops(self) -> int:
        """The dynamic-pruning paper's FLOPs: MACs, 4 for each batch-norm element, pooling outputs.

        Global average pooling is left out, as in the paper's DenseNet-40; its residual networks
        include it with one for each input, which is 0.004 M there and changes the second decimal of
        ResNet-110 alone (257.08 M here, 257.09 M in the paper).
        """
        return self.macs + _BATCH_NORM_FLOPS * self.batch_norm_elements + self.pool_outputs

    @property
    def memory_mb(self) -> float:
        """The lip-reading paper's memory, MB of 2^20 bytes."""
        return self.memory_bytes / MIB

    @property
    def read_write_mb(self) -> float:
        """The lip-reading paper's Mem R+W, MB of 2^20 bytes."""
        return self.read_write_bytes / MIB


def costs(module: nn.Module, input_shape: tuple[int, ...]) -> Costs:
    """Count what one image or clip costs.

    The network runs on PyTorch's meta device, in evaluation mode: shapes only, no arithmetic.
    Functions count as layers do; a layer that is called twice counts twice, its parameters are
    stored once and read twice.

    Args:
        module: the network; it is copied, not changed.
        input_shape: of one image, (channels, height, width), or of one clip, frames in front.
    """
    probe = copy.deepcopy(module).to("meta").eval()
    operations = trace_operations(probe, torch.empty((1, *input_shape), device="meta"))
    of = {kind: [one for one in operations if one.kind == kind] for kind in _KINDS}
    working = of["convolution"] + of["linear"] + of["lstm"]
    return Costs(
        parameters=count_parameters(module),
        batch_norm_parameters=sum(
            count_parameters(layer)
            for layer in module.modules()
            if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d))
        ),
        macs=sum(one.macs for one in working),
        batch_norm_elements=_outputs(of["batch norm"]),
        pool_outputs=_outputs(of["pooling"]),
        global_pool_inputs=sum(one.inputs for one in of["global pooling"]),
        depth=len(working),
        thin_layers=sum(one.channels < THIN for one in of["convolution"]),
        memory_bytes=_FLOAT_BYTES * _outputs(_layers(operations)),
        read_write_bytes=_FLOAT_BYTES
        * sum(one.inputs + one.outputs + one.parameters for one in _layers(operations)),
    )


_KINDS = ("convolution", "linear", "lstm", "batch norm", "pooling", "global pooling")


def _layers(operations: list[Operation]) -> list[Operation]:
    """Leave global pooling out, which the lip-reading paper's network does as a plain function."""
    return [one for one in operations if one.kind != "global pooling"]


def _outputs(operations: list[Operation]) -> int:
    return sum(one.outputs for one in operations)
