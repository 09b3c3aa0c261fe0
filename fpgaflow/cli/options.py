"""Options that several commands share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fpgaflow.backend.csim import CsimLimits

DATA = (
    "DATA is FILE.npz (images, and labels where known), FILE.npy, a folder of images, frames:DIR "
    "(clips for lipnet: DIR/CLASS/CLIP/FRAME), cifar10:DIR, mnist:DIR, imagenet:DIR, digits or "
    "digits-clips; the last five may end in :train or :test. imagenet:DIR holds train/CLASS/FILE "
    "and val/CLASS/FILE of any size, which become 224x224; with imagenet-64:DIR they become 64x64."
)


def numbers(text: str) -> tuple[float, ...]:
    """Return comma-separated numbers."""
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if not values or not all(math.isfinite(value) for value in values):
        raise click.BadParameter(f"{text!r} is not a list of numbers such as 0.485,0.456,0.406")
    return values


def shape(text: str) -> tuple[int, ...]:
    """Return (channels, height, width), with frames in front, or (n,)."""
    parts = text.split(",")
    if len(parts) not in (1, 3, 4) or not all(part.strip().isdecimal() for part in parts):
        raise click.BadParameter(f"{text!r} is not CHANNELS,HEIGHT,WIDTH such as 3,32,32")
    return tuple(int(part) for part in parts)


json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON to standard output, nothing else."
)
arch_option = click.option(
    "--arch",
    metavar="NAME|MODULE:FUNCTION",
    help="For weights that are not recognised: an architecture of the zoo, or your own function "
    "that returns the module (its code runs).",
)
input_shape_option = click.option(
    "--input-shape",
    type=shape,
    metavar="C,H,W",
    help="Channels, height and width of one image (of a clip, frames in front: T,C,H,W), where the "
    "model does not tell.",
)
mean_option = click.option(
    "--mean",
    type=numbers,
    metavar="R,G,B",
    help="Mean of the input normalisation of the training, on pixels from 0 to 1; one number, or "
    "one for each channel.  [default: what fpgaflow wrote into the model file, else 0]",
)
std_option = click.option(
    "--std",
    type=numbers,
    metavar="R,G,B",
    help="Standard deviation of it, likewise.  [default: likewise, else 1]",
)
time_limit_option = click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Of compiling one C++ file, and of simulating one image.  [default: 1800 and 600]",
)
memory_limit_option = click.option(
    "--memory-limit",
    type=click.IntRange(min=1),
    default=8192,
    show_default=True,
    metavar="MB",
    help="Of each process of the C-simulation.",
)
calibration_images_option = click.option(
    "--calibration-images",
    type=int,
    default=256,
    show_default=True,
    metavar="N",
    help="Calibrate with the first N of them.",
)
confidence_option = click.option(
    "--confidence",
    type=click.Choice(["low", "likely", "high"]),
    default="likely",
    show_default=True,
    help="Which end of the modelled bands has to fit the board.",
)
measured_designs_option = click.option(
    "--measured-designs",
    metavar="FILE|none",
    help="What `fpgaflow calibrate` collected: it moves the bands.  [default: its default file]",
)
limit_option = click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Take the first N images at most."
)
images_instead_option = click.option(
    "--data", metavar="DATA", help="Take the images from here instead."
)
work_option = click.option(
    "--work", metavar="DIR", help="Keep the compiled simulation here, and use it the next time."
)
board_file_option = click.option(
    "--board", metavar="FILE.toml", help="The board's file, where it is one of your own."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Show warnings and errors alone.")


def csim_limits(time_limit: float | None, memory_limit: int) -> CsimLimits:
    """Return the limits that both options ask for."""
    from fpgaflow.backend.csim import CsimLimits

    if time_limit is None:
        return CsimLimits(memory_mb=memory_limit)
    return CsimLimits(compile_s=time_limit, image_s=time_limit, memory_mb=memory_limit)
