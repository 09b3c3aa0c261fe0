"""Training: what it changes, what it leaves alone, and how it ends when it goes wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from fpgaflow.compress.checkpoints import BEST
from fpgaflow.compress.evaluate import accuracy, confusion
from fpgaflow.compress.training import fit
from fpgaflow.compress.training_history import EpochRow, History, Unwatched
from fpgaflow.data import ImageSet, make_image_set
from fpgaflow.errors import InputRefused, ToolFailed, ToolMissing
from tests.compress.training_cases import (
    NORMALISE,
    QUICK,
    TRAIN,
    VALIDATION,
    small_network,
    striped_images,
)

LONGER = replace(QUICK, epochs=16, restart_epochs=None, augment="none", learning_rate=0.1)


def state(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def test_it_learns_and_ends_with_the_best_weights() -> None:
    module = small_network()
    history = fit(module, TRAIN, VALIDATION, LONGER, normalise=NORMALISE)
    assert history.best_accuracy > 0.8
    assert history.best_accuracy == max(row.accuracy for row in history.rows)
    assert accuracy(module, VALIDATION, NORMALISE, device="cpu") == history.best_accuracy
    assert not any(layer.training for layer in module.modules())
    assert all(parameter.requires_grad for parameter in module.parameters())


def test_the_same_seed_gives_the_same_bits_and_disturbs_nobody() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    modules = [small_network(), small_network()]
    for module in modules:
        module.insert(3, nn.Dropout(0.2))  # pyright: ignore[reportCallIssue]
        fit(module, TRAIN, VALIDATION, QUICK, normalise=NORMALISE)
        torch.rand(1)
        torch.manual_seed(1)
    assert all(torch.equal(v, state(modules[1])[n]) for n, v in state(modules[0]).items())
    assert torch.equal(torch.rand(3), expected)


def test_it_is_plain_sgd() -> None:
    """One batch an epoch, no augmentation: the weights are those of three lines of PyTorch."""
    settings = replace(
        QUICK, epochs=1, restart_epochs=None, augment="none", batch=len(TRAIN), nesterov=True
    )
    module, peer = small_network(), small_network()
    fit(module, TRAIN, VALIDATION, settings, normalise=NORMALISE)
    optimizer = torch.optim.SGD(
        peer.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4, nesterov=True
    )
    pixels = torch.from_numpy(TRAIN.images.transpose(0, 3, 1, 2) / np.float32(255))
    assert TRAIN.labels is not None
    scores = peer((pixels - 0.4) / 0.3)
    nn.functional.cross_entropy(scores, torch.from_numpy(TRAIN.labels)).backward()
    optimizer.step()
    for name, value in peer.state_dict().items():
        # The images come in another order, so float sums differ in their last bits.
        torch.testing.assert_close(module.state_dict()[name], value, rtol=1e-4, atol=1e-6)


def test_only_the_named_submodules_change() -> None:
    module = small_network()
    before = state(module)
    fit(module, TRAIN, VALIDATION, QUICK, normalise=NORMALISE, trainable=["3", "4"])
    after = state(module)
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"3", "4"}


def test_it_stops_after_patience_epochs_without_a_new_best() -> None:
    settings = replace(QUICK, epochs=50, patience=2, learning_rate=1e-9)
    history = fit(small_network(), TRAIN, VALIDATION, settings, normalise=NORMALISE)
    assert len(history.rows) == history.best_epoch + 2 < 50


def test_a_new_best_is_better_not_equal() -> None:
    history = History()
    for epoch, found in enumerate((0.5, 0.7, 0.7, 0.6), start=1):
        history = history.with_row(
            EpochRow(epoch=epoch, loss=1, accuracy=found, learning_rate=1, seconds=1)
        )
    assert (history.best_epoch, history.best_accuracy, history.epochs_since_best) == (2, 0.7, 2)


@pytest.mark.parametrize("amp", ["bf16", "fp16"])
def test_mixed_precision_learns_in_float32_weights(amp: str, tmp_path: Path) -> None:
    settings = replace(LONGER, amp=amp)
    module = small_network()
    history = fit(module, TRAIN, VALIDATION, settings, normalise=NORMALISE, folder=tmp_path)
    assert history.best_accuracy > 0.8
    assert {value.dtype for value in module.parameters()} == {torch.float32}


def test_fp16_goes_on_with_its_loss_scale(tmp_path: Path) -> None:
    class Stops(Unwatched):
        def end_epoch(self, history: History) -> None:
            if len(history.rows) == 2:
                raise KeyboardInterrupt

    settings = replace(QUICK, amp="fp16")
    one, other = small_network(), small_network()
    with pytest.raises(KeyboardInterrupt):
        fit(one, TRAIN, VALIDATION, settings, folder=tmp_path, progress=Stops())
    one = small_network()
    fit(one, TRAIN, VALIDATION, settings, folder=tmp_path)
    fit(other, TRAIN, VALIDATION, settings)
    assert all(torch.equal(v, state(other)[n]) for n, v in state(one).items())


def test_a_loss_that_is_not_finite_names_epoch_and_batch_and_keeps_the_best(
    tmp_path: Path,
) -> None:
    module = small_network()

    class Breaks(Unwatched):
        def end_epoch(self, history: History) -> None:
            self.best = state(module)
            with torch.no_grad():
                module.get_parameter("8.bias").fill_(float("nan"))

    watcher = Breaks()
    with pytest.raises(ToolFailed) as caught:
        fit(
            module, TRAIN, VALIDATION, QUICK,
            normalise=NORMALISE, folder=tmp_path, progress=watcher,
        )  # fmt: skip
    share = f"{caught.value.found.split('(')[1].split(')')[0]}"
    assert str(caught.value) == (
        "training failed in epoch 2: the loss of batch 1 of 5 is nan; the best weights so far are "
        f"of epoch 1 ({share}), in {tmp_path / BEST}\n"
        "  what to do: use a smaller learning rate, or check the mean and standard deviation"
    )
    assert all(torch.equal(value, watcher.best[name]) for name, value in state(module).items())


def test_a_rate_that_is_far_too_large_ends_in_a_message() -> None:
    settings = replace(QUICK, learning_rate=1e30)
    with pytest.raises(ToolFailed, match=r"training failed in epoch 1: .*no epoch was finished"):
        fit(small_network(), TRAIN, VALIDATION, settings, normalise=NORMALISE)


def unlabelled() -> ImageSet:
    return make_image_set(TRAIN.images, name="bare")


def wide() -> ImageSet:
    return make_image_set(np.zeros((4, 8, 9, 1), np.uint8), np.zeros(4, int), name="wide")


def coloured() -> ImageSet:
    return make_image_set(np.zeros((4, 8, 8, 3), np.uint8), np.zeros(4, int), name="coloured")


def of_many_classes() -> ImageSet:
    return make_image_set(TRAIN.images, np.arange(len(TRAIN)), name="many")


@pytest.mark.parametrize(
    ("train", "validation", "found"),
    [
        (unlabelled(), VALIDATION, "bare has no labels"),
        (TRAIN, wide(), "wide: the images are 8x9x1 (height, width, channels)"),
        (striped_images(1, 1), VALIDATION, "stripes 1: there is one image to train on"),
        (
            of_many_classes(),
            VALIDATION,
            "many: the label of image 4 is 4, the first of 68 out of range",
        ),
    ],
)
def test_images_that_cannot_be_trained_on(
    train: ImageSet, validation: ImageSet, found: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        fit(small_network(), train, validation, QUICK)
    assert caught.value.found == found


def test_images_that_the_network_cannot_take() -> None:
    with pytest.raises(InputRefused) as caught:
        fit(small_network(), coloured(), coloured(), QUICK)
    start = "the network cannot take the images of coloured, 8x8x3 (height, width, channels): "
    assert caught.value.found.startswith(start)


@pytest.mark.parametrize(
    ("normalise", "found"),
    [
        (((0.1, 0.2), (1.0,)), "the mean of the input normalisation is"),
        (((0.0,), (0.0,)), "the standard deviation of the input normalisation is [0.0]"),
    ],
)
def test_a_normalisation_that_does_not_fit(
    normalise: tuple[tuple[float, ...], tuple[float, ...]], found: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        fit(small_network(), TRAIN, VALIDATION, QUICK, normalise=normalise)
    assert caught.value.found.startswith(found)


def test_a_submodule_that_is_not_there() -> None:
    with pytest.raises(InputRefused) as caught:
        fit(small_network(), TRAIN, VALIDATION, QUICK, trainable=["layer9"])
    assert str(caught.value) == (
        "there is no submodule 'layer9' to train\n  accepted: paths such as 0, 1, 2"
    )


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_that_is_not_there() -> None:
    with pytest.raises(ToolMissing) as caught:
        fit(small_network(), TRAIN, VALIDATION, replace(QUICK, device="cuda"))
    assert str(caught.value) == (
        f"the device cuda was asked for, and PyTorch {torch.__version__} sees no GPU here\n"
        "  accepted: cpu\n"
        "  what to do: use --device cpu, or install NVIDIA's driver and PyTorch's CUDA build"
    )


def test_a_device_that_nobody_knows() -> None:
    with pytest.raises(InputRefused, match="the device 'tpu' is not known"):
        fit(small_network(), TRAIN, VALIDATION, replace(QUICK, device="tpu"))


def test_counting_is_the_same_for_any_batch_and_changes_nothing() -> None:
    module = small_network().train()
    before = state(module)
    counts = [confusion(module, VALIDATION, NORMALISE, batch=n, device="cpu") for n in (1, 7, 99)]
    assert all(torch.equal(counts[0], other) for other in counts)
    assert counts[0].shape == (4, 4)
    assert VALIDATION.labels is not None
    assert counts[0].sum(1).tolist() == np.bincount(VALIDATION.labels, minlength=4).tolist()
    assert module.training
    assert all(torch.equal(value, before[name]) for name, value in state(module).items())
