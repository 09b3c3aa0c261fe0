"""`compile` with wishes for the folding."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaflow.errors import InputRefused
from tests.api.test_compile import compile_tiny


def test_the_smallest_design_for_a_target_at_another_clock(tmp_path: Path) -> None:
    fastest = compile_tiny(tmp_path / "fastest").report
    options = {"target_fps": 5000.0, "clock_mhz": 50.0, "max_utilization": 0.5}
    report = compile_tiny(tmp_path / "enough", **options).report
    assert report.board.clock_mhz == 50.0
    assert report.performance.images_per_second >= 5000
    assert report.performance.cycles_per_image > fastest.performance.cycles_per_image
    assert report.folding is not None
    assert (report.folding.target_fps, report.folding.max_utilization) == (5000.0, 0.5)
    assert sum(row.multipliers for row in report.layers) < sum(
        row.multipliers for row in fastest.layers
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"clock_mhz": 0.0},
            "--clock-mhz: 0 MHz for pynq-z2\n  accepted: above 0 MHz, and at most 250 MHz: the "
            "design shares its clock with the AXI ports of the zynq-7000 processor",
        ),
        (
            {"max_utilization": 2.0},
            "--max-utilization is 2\n  accepted: above 0, and 1 at the most",
        ),
        ({"target_fps": -1.0}, "--target-fps is -1\n  accepted: images a second, above 0"),
    ],
)
def test_wishes_are_checked_before_the_model_is_read(
    tmp_path: Path, options: dict[str, float], message: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        compile_tiny(tmp_path, **options)
    assert str(refused.value) == message
    assert list(tmp_path.iterdir()) == []
