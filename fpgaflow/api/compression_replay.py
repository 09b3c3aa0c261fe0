"""Applies a plan to the original network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fpgaflow.api.compression import weights_of
from fpgaflow.api.training import check_model_output
from fpgaflow.compress.checkpoints import write_aside
from fpgaflow.compress.model_file import ModelNote, model_file
from fpgaflow.compress.plan import Plan, read_plan
from fpgaflow.compress.replay import replay
from fpgaflow.errors import InputRefused
from fpgaflow.frontend.checkpoint import load_model
from fpgaflow.zoo import count_macs, count_parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A network with a plan applied.

    Attributes:
        output: its file.
        steps: how many the plan had.
        macs: multiply-accumulates for one image.
        parameters: trained numbers.
    """

    output: Path
    steps: int
    macs: int
    parameters: int

    def text(self) -> str:
        """Return a line for people."""
        return (
            f"{self.output}: {self.steps} steps replayed, {self.macs} MACs, "
            f"{self.parameters} parameters; weights are the original's, not fine-tuned"
        )


def replay_file(
    model: Path, plan: Path, output: Path, *, arch: str | None = None, force: bool = False
) -> Replayed:
    """Remove from a model file what a plan removed from it.

    Args:
        model: the file that the plan was made from.
        plan: NAME.plan.json.
        output: the new model file.
        arch: where the weights are not recognised.
        force: replace the output.

    Raises:
        InputRefused: a file cannot be used, or the model is not the one that the plan was made
            from.
        ToolFailed: the disk is full.
    """
    check_model_output(output, force=force)
    held = read_plan(plan)
    loaded = load_model(model, arch=arch)
    if loaded.sha256 != held.source.sha256:
        raise InputRefused(
            f"{model} has SHA-256 {loaded.sha256}, and {plan} was made from another file",
            accepted=f"{held.source.file}, SHA-256 {held.source.sha256}",
        )
    shape = held.source.input_shape
    network = replay(weights_of(loaded, model), shape, held.steps)
    mean, std = (_numbers(held, plan, name) for name in ("mean", "std"))
    note = ModelNote(input_shape=shape, mean=mean, std=std)
    write_aside(output, model_file(network, note))
    return Replayed(
        output=output,
        steps=len(held.steps),
        macs=count_macs(network, shape),
        parameters=count_parameters(network),
    )


def _numbers(held: Plan, path: Path, name: str) -> tuple[float, ...]:
    text = held.settings.get(name)
    try:
        return tuple(float(part) for part in str(text).split(","))
    except ValueError as error:
        raise InputRefused(
            f"{path}: the setting {name} is {text!r}", accepted="numbers with commas between"
        ) from error
