"""Which runner a bundle's design takes, and which designs share an overlay.

Each runner is imported when it is needed: a design with a DMA needs nothing of the engine.
"""

from __future__ import annotations

from fpgaflow.errors import InputRefused
from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.manifest import EngineEntry, Manifest
from fpgaflow.runtime.platform import Platform
from fpgaflow.runtime.runner import Runner

_BUFFER_BYTES = 1 << 20
_LARGEST_BATCH = 1024
_LARGEST_REGION = (1 << 32) - 8


def make_runner(platform: Platform, bundle: Bundle, batch_size: int | None) -> Runner:
    """Prepare to run a bundle's network.

    Args:
        platform: with the design loaded.
        bundle: verified.
        batch_size: images in one transfer or run; None for as many as a megabyte holds.

    Raises:
        InputRefused: the batch is too large.
        DeviceFailed: the design that is loaded is not the bundle's.
    """
    manifest = bundle.manifest
    if manifest.engine is not None:
        from fpgaflow.runtime.engine_runs import EngineRunner

        widest = max(manifest.engine.input_bytes, manifest.engine.output_bytes, 8)
        images = _batch(batch_size, widest, _LARGEST_REGION, "the engine's buffers hold")
        return EngineRunner(platform, bundle, images)
    from fpgaflow.runtime.runs import Runner as StreamRunner
    from fpgaflow.runtime.runs import largest_transfer

    widest = max(manifest.images.bytes_per_image, manifest.scores.bytes_per_image)
    limit = largest_transfer(manifest)
    images = _batch(batch_size, widest, limit, "the DMA's largest transfer holds")
    return StreamRunner(platform, manifest, images)


def check_same_overlay(loaded: Manifest, wanted: Manifest) -> None:
    """Refuse a network that needs another bitstream than the one that is loaded.

    Raises:
        InputRefused: see above.
    """
    remedy = "load it in an Accelerator of its own"
    for one in (loaded, wanted):
        if one.engine is None:
            raise InputRefused(
                f"{one.name} is a design of its own, no program for an engine",
                accepted="a bundle of fpgaflow compile --style engine",
                remedy=remedy,
            )
    if loaded.board.name != wanted.board.name:
        raise InputRefused(
            f"{wanted.name} is for the {wanted.board.title}",
            accepted=f"a bundle for the {loaded.board.title}, whose overlay is loaded",
            remedy=remedy,
        )
    found, accepted = _overlay(wanted), _overlay(loaded)
    if found != accepted:
        raise InputRefused(
            f"{wanted.name} is for {found}", accepted=f"{accepted}, which is loaded", remedy=remedy
        )


def _overlay(manifest: Manifest) -> str:
    engine = manifest.engine
    assert isinstance(engine, EngineEntry)
    return (
        f"an engine with {engine.lanes_k} x {engine.lanes_o} x {engine.lanes_p} lanes, "
        f"{engine.act_lines} lines and {engine.w_rows} rows at 0x{manifest.accelerator.base:08x}"
    )


def _batch(wanted: int | None, widest: int, limit_bytes: int, whose: str) -> int:
    limit = limit_bytes // widest
    if limit < 1:
        raise InputRefused(f"one image takes {widest} bytes", accepted=f"{limit_bytes} at most")
    if wanted is None:
        return min(max(_BUFFER_BYTES // widest, 1), _LARGEST_BATCH, limit)
    if not 1 <= wanted <= limit:
        raise InputRefused(f"a batch_size of {wanted}", accepted=f"1 to {limit}, which {whose}")
    return wanted
