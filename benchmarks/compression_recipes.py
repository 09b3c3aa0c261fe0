"""What is run, command by command: every option that is not a default.

The epochs are what two cores do in an afternoon, not the papers'. A trial of one epoch, on a
rate that falls to 0 in it, is the least that says something about a network.
"""

# ruff: noqa: RUF005 - options that belong together stand on one line

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_PIXELS = ("--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225")
_ONE_COSINE = ("--restart", "0", "--patience", "0")
_CIFAR = ("--data", "c10jpeg-train.npz", "--validation", "c10jpeg-val.npz")
_CIFAR_20K = ("--data", "c10jpeg-train20k.npz", "--validation", "c10jpeg-val.npz")
_CIFAR_10K = ("--data", "c10jpeg-train10k.npz", "--validation", "c10jpeg-val.npz")
_MNIST = ("--data", "mnist-train12k.npz", "--validation", "mnist-val.npz")
_PICTURES = ("--augment", "crop-flip", "--amp", "bf16", "--seed", "0")
_TUNE = (*_ONE_COSINE, *_PICTURES)
_TUNE_ONCE = ("--patience", "0", *_PICTURES)  # where there is no --restart: one cosine anyway
# One search of one trial, in the part of the paper's interval where the threshold was expected.
_NARROW = (
    *("--iterations", "1"),
    *("--upper-threshold", "0.9", "--lower-threshold", "0.7"),
    *("--tolerance", "0.11"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One `fpgaflow` command.

    Attributes:
        name: of its output, NAME.safetensors.
        arguments: all but the output; names of files are those in the working folder.
    """

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Commands in order.

    Attributes:
        title: for people.
        steps: the commands; each may read what those before it wrote.
        images: the data sets whose names begin with this, for the accuracies afterwards.
        start: the name of the network that the others are held against.
        checkpoint: a file that the first step begins with, from the folder of checkpoints.
    """

    title: str
    steps: tuple[Step, ...]
    images: str
    start: str
    checkpoint: str | None = None


def _control(kind: str) -> Step:
    # As many epochs as all trainings of the compression have together: 6 + 3 + 12.
    return Step(
        name=f"r20-{kind}",
        arguments=("control", "r20-base.safetensors", "--like", "r20.safetensors")
        + ("--kind", kind, *_CIFAR, *_TUNE_ONCE, "--epochs", "21"),
    )


def _ablation(name: str, *flags: str) -> Step:
    return Step(
        name=name,
        arguments=("fuse", "r20-pruned.safetensors", *_CIFAR_10K, *_TUNE_ONCE)
        + ("--max-drop", "100", "--long-every", "2", "--short-epochs", "1", "--long-epochs", "1")
        + flags,
    )


RECIPES: Mapping[str, Recipe] = {
    "resnet20": Recipe(
        title="ResNet-20 on CIFAR-10-JPEG: pruned and fused, beside three controls",
        images="c10jpeg",
        start="r20-base",
        checkpoint="resnet20-cifar10jpeg.pt",
        steps=(
            Step(
                name="r20-base",
                arguments=("train", "--init", "resnet20-cifar10jpeg.pt", *_CIFAR, *_PIXELS)
                + ("--epochs", "12", "--learning-rate", "0.05", "--nesterov", "--batch", "128")
                + _TUNE,
            ),
            Step(
                name="r20",
                arguments=("compress", "r20-base.safetensors", *_CIFAR, *_TUNE)
                + (*_NARROW, "--target-drop", "1.5", "--epochs", "6", "--learning-rate", "0.02")
                + ("--min-channels", "2", "--max-drop", "3", "--long-every", "3")
                + ("--max-blocks", "3", "--short-epochs", "1", "--long-epochs", "12"),
            ),
            *(_control(kind) for kind in ("scratch", "random", "l1")),
        ),
    ),
    "longer": Recipe(
        title="ResNet-20 with more epochs, and then taught by the network before compression",
        images="c10jpeg",
        start="r20-base",
        steps=(
            Step(
                name="r20-longer",
                arguments=("compress", "r20-base.safetensors", *_CIFAR, *_TUNE)
                + (*_NARROW, "--target-drop", "2", "--epochs", "6", "--learning-rate", "0.04")
                + ("--min-channels", "2", "--max-drop", "3", "--long-every", "3")
                + ("--max-blocks", "3", "--short-epochs", "1", "--long-epochs", "24"),
            ),
            Step(
                name="r20-longer-scratch",
                arguments=("control", "r20-base.safetensors", "--like", "r20-longer.safetensors")
                + ("--kind", "scratch", *_CIFAR, *_TUNE_ONCE, "--epochs", "33"),
            ),
            Step(
                name="r20-taught",
                arguments=("train", "--init", "r20-longer.safetensors")
                + ("--teacher", "r20-base.safetensors", *_CIFAR, "--epochs", "12")
                + ("--learning-rate", "0.02", *_TUNE),
            ),
        ),
    ),
    "fusion": Recipe(
        title="Layer fusion of the pruned ResNet-20, with and without its parts",
        images="c10jpeg",
        start="r20-pruned",
        steps=(
            _ablation("fuse-all"),
            _ablation("fuse-no-distillation", "--no-distillation"),
            _ablation("fuse-no-short", "--no-short"),
            _ablation("fuse-neither", "--no-distillation", "--no-short"),
        ),
    ),
    "leannet": Recipe(
        title="VGG-16 on MNIST, slimmed as in LeanNet",
        images="mnist",
        start="vgg-base",
        steps=(
            Step(
                name="vgg-base",
                arguments=("train", "--arch", "vgg16_bn", *_MNIST, *_ONE_COSINE)
                + ("--epochs", "4", "--learning-rate", "0.01", "--batch", "32")
                + ("--augment", "crop", "--amp", "bf16", "--seed", "0"),
            ),
            Step(
                name="vgg",
                arguments=("slim", "vgg-base.safetensors", *_MNIST, *_ONE_COSINE)
                + ("--epochs", "4", "--tune-epochs", "24", "--stage-ratios", "0.8")
                + ("--learning-rate", "0.01", "--batch", "32")
                + ("--augment", "crop", "--amp", "bf16", "--seed", "0"),
            ),
        ),
    ),
    "resnet56": Recipe(
        title="ResNet-56 on 20,000 images of CIFAR-10-JPEG",
        images="c10jpeg",
        start="resnet56-cifar10jpeg",
        checkpoint="resnet56-cifar10jpeg.pt",
        steps=(
            Step(
                name="r56",
                arguments=("compress", "resnet56-cifar10jpeg.pt", *_CIFAR_20K, *_TUNE, *_PIXELS)
                + (*_NARROW, "--target-drop", "5", "--epochs", "2", "--min-channels", "2")
                + ("--max-drop", "3", "--long-every", "4", "--max-blocks", "4")
                + ("--short-epochs", "1", "--long-epochs", "2"),
            ),
        ),
    ),
}
