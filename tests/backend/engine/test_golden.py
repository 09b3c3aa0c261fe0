"""The program of a small residual network, instruction by instruction."""

from __future__ import annotations

from fpgaflow.backend.engine.compiler import compile_for_engine
from fpgaflow.engine.text import to_text
from tests.backend.engine.machines import FULL
from tests.backend.networks import residual
from tests.golden_files import check_golden


def test_the_residual_networks_program() -> None:
    check_golden(
        "backend/engine/residual.txt", to_text(compile_for_engine(residual(), FULL).program)
    )
