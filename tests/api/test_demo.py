"""The demonstration's network."""

from __future__ import annotations

import numpy as np
import torch

from fpgaflow.api.demo import BOARD, MEAN, NETWORK, STD, train
from fpgaflow.api.progress import Unwatched
from fpgaflow.data import load_images
from fpgaflow.frontend.torch_export import import_module
from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.fit import check_fit
from fpgaflow.hardware.folding import choose_folding
from fpgaflow.passes.canonical import canonicalize
from fpgaflow.quantize import Settings, quantize
from fpgaflow.zoo.resnet import ResNet


def test_mean_and_std_are_those_of_the_digits() -> None:
    pixels = load_images("digits:train").images / 255
    assert round(float(pixels.mean()), 3) == MEAN
    assert round(float(pixels.std()), 3) == STD


def test_training_gives_the_same_weights_every_time_and_leaves_the_generator_alone() -> None:
    digits = load_images("digits:train", limit=128)
    torch.manual_seed(11)
    before = torch.random.get_rng_state()
    first = train(digits, Unwatched(), epochs=1).state_dict()
    assert torch.equal(torch.random.get_rng_state(), before)
    second = train(digits, Unwatched(), epochs=1).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not np.isnan(first["linear.weight"].numpy()).any()


def test_the_network_fits_its_board() -> None:
    graph = canonicalize(import_module(ResNet(NETWORK).eval(), (1, 8, 8), name="digits"))
    fixed = quantize(graph, load_images("digits", limit=8).images, Settings())
    board = load_board(BOARD)
    assert check_fit(fixed, choose_folding(fixed, board.resources.dsp), board).fits
