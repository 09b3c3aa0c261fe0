"""What the bench found wrong, said so that one knows what to look at."""

from __future__ import annotations

from fpgaflow.errors import VerificationFailed
from fpgaflow.hardware.beats import BeatFormat

_RULE = "AXI4-Stream: once TVALID is set, a beat stays as it is until TREADY takes it"


def explain_fault(
    name: str, where: tuple[str, ...], images_in: BeatFormat, scores: BeatFormat, images: int
) -> VerificationFailed:
    """Return the error of a fault that the bench wrote down.

    Args:
        name: of the fault.
        where: what the bench says of it: cycles, beats, addresses.
        images_in: how pixels go in.
        scores: how scores come out.
        images: how many the run has.
    """
    beats_in = images * images_in.beats_per_image
    beats_out = images * scores.beats_per_image
    return _stream(name, where, scores, beats_out) or _design(name, where, beats_in, beats_out)


def _stream(
    name: str, where: tuple[str, ...], scores: BeatFormat, beats_out: int
) -> VerificationFailed | None:
    """Return the error where the stream of scores breaks a rule."""
    if name == "changed":
        signal, cycle, beat = where
        return _failed(
            f"scores_{signal} changed while {_beat(beat, scores)} waited for TREADY, in cycle "
            f"{cycle}",
            accepted=_RULE,
        )
    rules = {
        "fell": ("scores_TVALID fell before {beat} was taken, in cycle {cycle}", _RULE),
        "extra": (
            f"a beat too many came out in cycle {{cycle}}, after all {beats_out}",
            f"{scores.beats_per_image} beats of scores for an image",
        ),
        "keep": (
            "scores_TKEEP is not all ones in {beat}, in cycle {cycle}",
            "whole beats alone: every byte counts",
        ),
        "early": (
            "scores_TLAST is set in {beat}, in cycle {cycle}, before the last one of the run",
            f"TLAST in beat {beats_out - 1} alone, the last of the run's last image",
        ),
        "unended": (
            "scores_TLAST is not set in {beat}, in cycle {cycle}, the last one of the run",
            f"TLAST in beat {beats_out - 1}, without which the DMA waits for ever",
        ),
    }
    if name not in rules:
        return None
    found, accepted = rules[name]
    cycle, beat = where
    return _failed(found.format(beat=_beat(beat, scores), cycle=cycle), accepted=accepted)


def _design(name: str, where: tuple[str, ...], beats_in: int, beats_out: int) -> VerificationFailed:
    """Return the error where the design or its registers do not do their part."""
    if name == "hang":
        taken, given, cycles = where
        return _failed(
            f"the design hangs: {taken} of {beats_in} beats went in and {given} of {beats_out} "
            f"came out, then none moved for {cycles} cycles",
            remedy="where the design is slow, not stuck: --timeout-cycles; else a FIFO may be too "
            "shallow",
        )
    if name == "untaken":
        return _failed(
            f"all {beats_out} beats came out, but only {where[0]} of {beats_in} went in",
            accepted="a run that takes every beat of its images",
        )
    if name == "undone":
        return _failed(
            f"all {beats_out} beats came out, but AP_DONE was not set within {where[0]} cycles",
            accepted="a run that ends, with bit 1 of the register CTRL",
        )
    if name == "deaf":
        return _failed(f"the registers do not answer a {where[0]} at {int(where[1]):#05x}")
    if name == "refused":
        return _failed(
            f"the registers answer address {int(where[0]):#05x} with response {where[1]}",
            accepted="OKAY, 0",
        )
    assert name == "finish", f"the bench knows a fault {name} that is not known here"
    return _failed(f"the RTL ended the simulation by itself ($finish), in cycle {where[0]}")


def _beat(beat: str, scores: BeatFormat) -> str:
    image, place = divmod(int(beat), scores.beats_per_image)
    return f"beat {beat} (image {image}, its beat {place})"


def _failed(found: str, *, accepted: str = "", remedy: str = "") -> VerificationFailed:
    return VerificationFailed(
        f"RTL simulation: {found}",
        accepted=accepted,
        remedy=remedy or "see which module drives it; `fpgaflow simulate` checks the C++ alone",
    )
