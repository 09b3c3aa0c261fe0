"""What the reports of both styles say of the network, its quantization and the interpreter."""

from __future__ import annotations

from fpgaflow.api.agreement import Agreement
from fpgaflow.api.network import Network
from fpgaflow.api.stages import Compiled
from fpgaflow.quantize import Settings
from fpgaflow.report.build import describe_model
from fpgaflow.report.build_parts import round_figure
from fpgaflow.report.schema import InterpreterSpeed, ModelInfo, Quantization


def model_of(network: Network) -> ModelInfo:
    """Return the lines on the network as it was given."""
    return describe_model(
        network.graph,
        name=network.graph.name,
        architecture=network.architecture,
        sha256=network.sha256,
    )


def interpreter_speed(agreement: Agreement | None) -> InterpreterSpeed | None:
    """Return how fast the interpreter ran, where it did."""
    if agreement is None:
        return None
    return InterpreterSpeed(images_per_second=round_figure(agreement.images_per_second))


def quantization_of(compiled: Compiled, settings: Settings) -> Quantization:
    """Return what quantization did to the network's answers."""
    agreement = compiled.agreement
    return Quantization(
        weight_bits=settings.weight_bits,
        activation_bits=settings.activation_bits,
        calibration=compiled.images.description,
        images=0 if agreement is None else agreement.images,
        top1_agreement=None if agreement is None else agreement.top1_agreement,
        top1_float=None if agreement is None else agreement.top1_float,
        top1_fixed=None if agreement is None else agreement.top1_fixed,
    )
