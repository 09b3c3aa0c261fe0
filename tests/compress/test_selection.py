"""Which channels stay."""

from __future__ import annotations

import pytest
import torch

from fpgaflow.compress.selection import (
    Limits,
    keep_best,
    keep_by_global_part,
    keep_by_part,
    keep_not_sparse,
    removed,
)
from fpgaflow.errors import InputRefused

FREE = Limits()
ZEROS = {"a": torch.tensor([0.9, 0.2, 0.8, 0.5]), "b": torch.tensor([0.1, 0.2])}


def test_channels_sparser_than_the_threshold_go() -> None:
    assert keep_not_sparse(ZEROS, 0.5, FREE) == {"a": (1, 3)}
    assert keep_not_sparse(ZEROS, 0.95, FREE) == {}


def test_the_last_channels_stay() -> None:
    assert keep_not_sparse(ZEROS, 0.0, FREE) == {"a": (1,), "b": (0,)}
    assert keep_not_sparse(ZEROS, 0.0, Limits(min_channels=3)) == {"a": (1, 2, 3)}


def test_counts_are_rounded_up_to_a_multiple() -> None:
    zeros = {"a": torch.linspace(0, 1, 11)}
    assert keep_not_sparse(zeros, 0.42, Limits(round_channels=4))["a"] == tuple(range(8))
    assert keep_not_sparse(zeros, 0.85, Limits(round_channels=4)) == {}  # 12 would be more than 11


def test_of_equal_scores_the_first_stay() -> None:
    assert keep_best(torch.zeros(5), 2, FREE) == (0, 1)


SCORES = {"a": torch.tensor([5.0, 1.0, 4.0, 2.0]), "b": torch.tensor([0.5, 3.0, 0.1, 0.2])}


def test_a_part_of_all_channels() -> None:
    assert keep_by_global_part(SCORES, 0.5, FREE) == {"a": (0, 2, 3), "b": (1,)}
    assert keep_by_global_part(SCORES, 0.4, FREE) == {"b": (1,)}  # 3.2 channels: 3
    assert keep_by_global_part(SCORES, 0.0, FREE) == {}
    assert keep_by_global_part({}, 0.5, FREE) == {}


def test_a_part_of_all_channels_leaves_every_group_some() -> None:
    assert keep_by_global_part(SCORES, 0.9, Limits(min_channels=2)) == {"a": (0, 2), "b": (0, 1)}


def test_a_part_of_each_group() -> None:
    assert keep_by_part(SCORES, {"a": 0.25, "b": 0.5}, FREE) == {"a": (0, 2, 3), "b": (0, 1)}


def test_a_part_is_not_hurt_by_rounding() -> None:
    kept = keep_by_part({"a": torch.arange(100.0)}, {"a": 0.29}, FREE)
    assert len(kept["a"]) == 71


def test_removed_channels_are_counted() -> None:
    assert removed({"a": (0, 2, 3), "b": (1,)}, {"a": 4, "b": 4, "c": 9}) == 4


@pytest.mark.parametrize("part", [1.0, -0.1, float("nan")])
def test_a_part_that_is_none_is_refused(part: float) -> None:
    with pytest.raises(InputRefused) as caught:
        keep_by_part(SCORES, {"a": part, "b": 0.5}, FREE)
    assert str(caught.value) == (
        f"the part of channels to remove is {part:g}\n  accepted: from 0 to below 1"
    )


def test_limits_below_one_are_refused() -> None:
    with pytest.raises(InputRefused) as caught:
        Limits(round_channels=0)
    assert str(caught.value) == "--round-channels is 0\n  accepted: 1 or more"
