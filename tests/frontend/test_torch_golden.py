from __future__ import annotations

import pytest
from torch import nn

from fpgaflow.ir.text import to_text
from tests.frontend.torch_equivalence import assert_same
from tests.frontend.torch_networks import Dense, Residual
from tests.golden_files import check_golden


@pytest.mark.parametrize(
    ("network", "shape"), [(Residual(), (3, 8, 8)), (Dense(), (3, 6, 6))], ids=["residual", "dense"]
)
def test_golden_text(network: nn.Module, shape: tuple[int, ...]) -> None:
    name = type(network).__name__.lower()
    check_golden(f"frontend/torch_{name}.txt", to_text(assert_same(network, shape, name)))
