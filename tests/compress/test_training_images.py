"""Batches: every image once, the same random choices everywhere, and what augmentation does."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fpgaflow.compress.training_images import (
    Batch,
    crop_margin,
    draw_batches,
    epoch_seed,
    images_digest,
    put_images,
    take_batch,
)
from fpgaflow.data import make_image_set
from tests.compress.training_cases import TRAIN, striped_images

CPU = torch.device("cpu")
PLAIN = ((0.0,), (1.0,))
MARGIN = (1, 2)


def batches(count: int, size: int, seed: int = 5) -> list[Batch]:
    return list(draw_batches(count, size, seed, augment="crop-flip", margin=MARGIN))


@pytest.mark.parametrize(("count", "size", "sizes"), [(10, 4, [4, 4, 2]), (9, 4, [4, 4])])
def test_every_image_comes_once_but_a_last_one_alone(
    count: int, size: int, sizes: list[int]
) -> None:
    drawn = batches(count, size)
    assert [len(batch.chosen) for batch in drawn] == sizes
    seen = torch.cat([batch.chosen for batch in drawn]).tolist()
    assert len(set(seen)) == len(seen) == sum(sizes)
    assert set(seen) <= set(range(count))


def test_the_seed_alone_decides() -> None:
    one, same, other = batches(40, 9), batches(40, 9), batches(40, 9, seed=6)
    assert all(torch.equal(a.chosen, b.chosen) for a, b in zip(one, same, strict=True))
    assert not torch.equal(one[0].chosen, other[0].chosen)
    seeds = {epoch_seed(seed, epoch) for seed in range(20) for epoch in range(20)}
    assert len(seeds) == 400
    assert epoch_seed(0, 1) == epoch_seed(0, 1) < 1 << 63


def test_moves_and_flips_cover_their_range() -> None:
    drawn = batches(2000, 2000)[0]
    assert drawn.moves is not None
    assert drawn.flips is not None
    assert set(drawn.moves[:, 0].tolist()) == {0, 1, 2}
    assert set(drawn.moves[:, 1].tolist()) == {0, 1, 2, 3, 4}
    assert 0.4 < drawn.flips.float().mean() < 0.6


def test_augmented_images_are_windows_of_the_image_with_a_black_margin() -> None:
    rng = np.random.default_rng(0)
    images = make_image_set(
        rng.integers(0, 256, (6, 8, 16, 3), dtype=np.uint8), np.arange(6), name="six"
    )
    held = put_images(images, PLAIN, CPU)
    (batch,) = batches(6, 6)
    inputs, labels = take_batch(held, batch, slice(0, 6), MARGIN)
    assert batch.moves is not None
    assert batch.flips is not None
    padded = np.pad(images.images, ((0, 0), (1, 1), (2, 2), (0, 0)))
    for place, image in enumerate(batch.chosen.tolist()):
        down, right = batch.moves[place].tolist()
        window = padded[image, down : down + 8, right : right + 16]
        if batch.flips[place]:
            window = window[:, ::-1]
        expected = torch.from_numpy(window.transpose(2, 0, 1).astype(np.float32) / 255)
        torch.testing.assert_close(inputs[place], expected, rtol=1e-6, atol=0)
        assert labels[place] == image
    part, _ = take_batch(held, batch, slice(2, 5), MARGIN)
    assert torch.equal(part, inputs[2:5])


def test_all_frames_of_a_clip_move_alike() -> None:
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (6, 4, 8, 16, 3), dtype=np.uint8)
    clips = make_image_set(frames, np.arange(6), name="six")
    held = put_images(clips, PLAIN, CPU)
    (batch,) = batches(6, 6)
    inputs, labels = take_batch(held, batch, slice(1, 6), MARGIN)
    assert inputs.shape == (5, 4, 3, 8, 16)
    for frame in range(4):
        images = make_image_set(frames[:, frame], np.arange(6), name="six")
        alone = put_images(images, PLAIN, CPU)
        expected, same = take_batch(alone, batch, slice(1, 6), MARGIN)
        assert torch.equal(inputs[:, frame], expected)
        assert torch.equal(labels, same)


def test_a_batch_of_frames_is_fewer_clips() -> None:
    clips = make_image_set(np.zeros((9, 4, 2, 2, 1), np.uint8), np.zeros(9, int), name="nine")
    held = put_images(clips, PLAIN, CPU)
    assert [held.at_once(batch) for batch in (1, 4, 11, 12)] == [1, 1, 2, 3]
    images = make_image_set(np.zeros((9, 2, 2, 1), np.uint8), np.zeros(9, int), name="nine")
    assert put_images(images, PLAIN, CPU).at_once(11) == 11


def test_normalisation_is_of_each_channel() -> None:
    images = make_image_set(
        np.full((1, 2, 2, 3), (0, 51, 255), np.uint8), np.zeros(1, int), name="one"
    )
    held = put_images(images, ((0.5, 0.1, 0.0), (0.5, 0.2, 0.25)), CPU)
    out = held.normalised(held.pixels)
    assert out.shape == (1, 3, 2, 2)
    torch.testing.assert_close(out[0, :, 0, 0], torch.tensor([-1.0, 0.5, 4.0]))


@pytest.mark.parametrize(
    ("size", "margin"), [((32, 32), (4, 4)), ((28, 28), (3, 3)), ((8, 8), (1, 1)), ((6, 9), (0, 1))]
)
def test_the_margin_is_an_eighth(size: tuple[int, int], margin: tuple[int, int]) -> None:
    assert crop_margin(*size) == margin


def test_digests_tell_images_apart() -> None:
    assert images_digest(TRAIN) == images_digest(striped_images(72, 1))
    assert images_digest(TRAIN) != images_digest(striped_images(72, 2))
