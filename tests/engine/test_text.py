from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from fpgaflow.engine.isa import Region
from fpgaflow.engine.program import Program
from fpgaflow.engine.text import to_text, weights_by_digest
from fpgaflow.engine.text_parse import from_text
from fpgaflow.errors import InputRefused
from tests.golden_files import check_golden

from .random_programs import programs
from .test_machine import BACK, COPY, MOVE, operation, program


def small() -> Program:
    pooled = replace(COPY, maximum=True, groups=2, last_channels=1, kernel_rows=2, group_step=2)
    spilled = replace(MOVE, region=Region.SPILL, offset=16)
    return program(MOVE, operation(COPY, bias=-5), spilled, operation(pooled), BACK, spill_bytes=32)


def refused(text: str) -> str:
    with pytest.raises(InputRefused) as caught:
        from_text(text)
    return str(caught.value)


def text(*lines: str) -> str:
    head = to_text(program()).splitlines()[:2]
    return "\n".join([*head, *lines])


@settings(max_examples=30, deadline=None)
@given(programs())
def test_a_program_comes_back_from_its_text(made: Program) -> None:
    found = from_text(to_text(made, full=True))
    assert found.to_bytes() == made.to_bytes()
    assert to_text(found, full=True) == to_text(made, full=True)
    digests = to_text(made)
    assert from_text(digests, weights=weights_by_digest(made)).to_bytes() == made.to_bytes()


def test_the_text_reads_as_expected() -> None:
    check_golden("engine/small.txt", to_text(small()))
    check_golden("engine/small-full.txt", to_text(small(), full=True))


def test_spaces_comments_and_empty_lines_do_not_matter() -> None:
    lines = to_text(small(), full=True).splitlines()
    spaced = "\n\n# a comment\n".join(line.replace(" ", "   ") for line in lines)
    assert from_text(spaced).to_bytes() == small().to_bytes()


MOVED = "load region=frame banks=2 address=0 bank_bytes=8 offset=0"
LINES = [
    ("", "engine text, line 2: the text ends\n  accepted: `end` in its last line"),
    ("jump", "engine text, line 3: `jump`\n  accepted: array, load, store, end"),
    (
        f"{MOVED} speed=9",
        "engine text, line 3: `speed=9` in `load`\n"
        "  accepted: each once: region, banks, address, bank_bytes, offset",
    ),
    (
        f"{MOVED} banks=2",
        "engine text, line 3: `banks=2` in `load`\n"
        "  accepted: each once: region, banks, address, bank_bytes, offset",
    ),
    (
        MOVED.replace("=8", "=many"),
        "engine text, line 3: `bank_bytes=many`\n"
        "  accepted: a whole number, or a region: frame, spill",
    ),
    (
        MOVED.replace("frame", "here"),
        "engine text, line 3: `region=here`\n  accepted: a whole number, or a region: frame, spill",
    ),
    (
        MOVED.replace("=2", ""),
        "engine text, line 3: `banks`\n  accepted: `banks=` and a number",
    ),
    (
        "array maximum=1",
        "engine text, line 3: `maximum=1`\n  accepted: `maximum`",
    ),
    (
        "load region=frame banks=2 address=0",
        "engine text, line 3: `load` without bank_bytes, offset\n  accepted: every field once",
    ),
    (
        MOVED.replace("=2", "=256"),
        "engine text, line 3: a field that does not fit its bits\n"
        "  accepted: fields within their bits (docs/engine.md)",
    ),
    (
        f"{MOVED}\nbiases 1 2",
        "engine text, line 4: `biases` after `load`\n  accepted: array, load, store, end",
    ),
]


@pytest.mark.parametrize(("line", "message"), LINES)
def test_a_line_that_is_wrong_is_named(line: str, message: str) -> None:
    assert refused(text(line)) == message


def test_a_text_without_its_head_is_refused() -> None:
    assert refused("end\n") == (
        "engine text: its first lines are not those of a program\n"
        "  accepted: `engine` with the lanes and memories, then `frame` with its bytes"
    )


EXPECTED = "accepted: 1 times 1 `biases` and 1 `weights`, or `rows` with a digest"
READ = (
    "accepted: `biases` with 2 numbers of 32 bits, or `weights` with 8 bytes in hexadecimal digits"
)
WEIGHTS = "weights 0100000000010000"
ROWS = [
    ("biases 0 0", f"line 3: other lines follow than its groups need\n  {EXPECTED}"),
    (f"{WEIGHTS}\nbiases 0 0", f"line 3: other lines follow than its groups need\n  {EXPECTED}"),
    (f"biases 0\n{WEIGHTS}", f"line 4: `biases` that cannot be read\n  {READ}"),
    (f"biases 0 4294967296\n{WEIGHTS}", f"line 4: `biases` that cannot be read\n  {READ}"),
    ("biases 0 0\nweights 01", f"line 5: `weights` that cannot be read\n  {READ}"),
    ("biases 0 0\nweights xy", f"line 5: `weights` that cannot be read\n  {READ}"),
    (
        "rows sha256:0",
        "line 4: weights that were not handed over\n  accepted: a text with full weights",
    ),
]


@pytest.mark.parametrize(("lines", "message"), ROWS)
def test_weights_that_are_wrong_are_named(lines: str, message: str) -> None:
    array = to_text(program(operation(COPY))).splitlines()[2]
    assert refused(text(array, *lines.split("\n"), "end")) == f"engine text, {message}"


def test_weights_of_another_instruction_are_refused() -> None:
    made = program(operation(COPY))
    written = to_text(made)
    name = next(iter(weights_by_digest(made)))
    with pytest.raises(InputRefused) as caught:
        from_text(written, weights={name: bytes(8)})
    assert str(caught.value) == (
        f"engine text, line 3: weights of another instruction\n  {EXPECTED}"
    )
