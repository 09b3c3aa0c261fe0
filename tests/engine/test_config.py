from __future__ import annotations

import pytest

from fpgaflow.engine.config import EngineConfig
from fpgaflow.errors import InputRefused


def test_sizes_that_follow_from_the_lanes() -> None:
    config = EngineConfig()
    assert config.row_bytes == 48
    assert config.instruction_rows == 2
    assert config.bank_bytes == 49152
    assert config.most_group_rows == 3057
    assert config.macs_per_step == 384
    assert config.dsps == 192


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"lanes_k": 5}, "engine: lanes_k is 5\n  accepted: 4, 8, 12"),
        ({"lanes_o": 3}, "engine: lanes_o is 3\n  accepted: 2, 4, 8"),
        ({"lanes_p": 32}, "engine: lanes_p is 32\n  accepted: 2, 4, 8, 16"),
        (
            {"lanes_k": 4, "lanes_o": 8},
            "engine: 8 output lanes for 4 input lanes\n"
            "  accepted: at most as many output lanes as input lanes",
        ),
        ({"act_lines": 63}, "engine: act_lines is 63\n  accepted: 64 to 4096"),
        ({"w_rows": 4097}, "engine: w_rows is 4097\n  accepted: 64 to 4096"),
    ],
)
def test_what_the_rtl_cannot_be_is_refused(changed: dict[str, int], message: str) -> None:
    with pytest.raises(InputRefused) as caught:
        EngineConfig(**changed)
    assert str(caught.value) == message
