"""What compression did to each layer: channels before and after, and how often they are zero."""

from __future__ import annotations

from dataclasses import dataclass

from fpgaflow.compress.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Zeros:
    """How often a layer's channels are zero in the network as given, from 0 to 1.

    Attributes:
        mean: over the channels.
        least: of the channel that is zero least often.
        most: of the channel that is zero most often.
        above: how many channels lie above the threshold.
    """

    mean: float
    least: float
    most: float
    above: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressedLayer:
    """One convolution.

    Attributes:
        name: its module path.
        before: output channels in the network as given.
        after: in the result; 0 where its block was removed.
        zeros: where they were counted, which is where channels may be pruned.
    """

    name: str
    before: int
    after: int
    zeros: Zeros | None


def list_layers(record: Record) -> tuple[CompressedLayer, ...]:
    """Return the convolutions in the network's order."""
    threshold = first_threshold(record)
    zeros = {row.group: _zeros(row.zeros, threshold) for row in record.sparsity if row.zeros}
    return tuple(
        CompressedLayer(
            name=row.layer, before=row.before, after=row.after, zeros=zeros.get(row.layer)
        )
        for row in record.widths
    )


def first_threshold(record: Record) -> float | None:
    """Return the threshold that the network as given was pruned at; None where it was not.

    It is that of the first iteration's last trial that reached the target; where none did, that of
    its last trial. Later iterations count zeros anew, in the network that is left by then.
    """
    first = [trial for trial in record.trials if trial.iteration == 1]
    reached = [trial for trial in first if trial.reached]
    return (reached or first)[-1].threshold if first else None


def _zeros(values: tuple[float, ...], threshold: float | None) -> Zeros:
    above = 0 if threshold is None else sum(value > threshold for value in values)
    return Zeros(mean=sum(values) / len(values), least=min(values), most=max(values), above=above)
