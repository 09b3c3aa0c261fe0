"""Pickles are read as data: nothing in them is imported or called."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fpgaflow.data.pickle_data import PickledArray, read_pickle
from fpgaflow.errors import InputRefused
from tests.data.helpers import cifar_batch, python2_batch, python3_batch, refusal, write_files

ACCEPTED = "\n  accepted: a pickle of plain data and NumPy arrays"


class Runs:
    """Unpickled, this would create a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_that_runs_code_is_refused(tmp_path: Path) -> None:
    victim = tmp_path / "made"
    write_files(tmp_path, {"test_batch": pickle.dumps({b"data": Runs(victim)}, protocol=2)})
    assert refusal(f"cifar10:{tmp_path}:test") == (
        f"{tmp_path / 'test_batch'} is a pickle that asks for posix.mkdir, which is refused"
        + ACCEPTED
    )
    assert not victim.exists()


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        (pickle.dumps(Path("x"), protocol=4), f"{type(Path()).__module__}.PosixPath"),
        (b"\x80\x02cbuiltins\neval\n(X\x01\x00\x00\x001tR.", "builtins.eval"),
        (b"\x80\x02(X\x01\x00\x00\x001ios\nsystem\n.", "the operation INST"),
        (b"\x80\x02cos\nsystem\n)\x81.", "the operation NEWOBJ"),
        (b"\x80\x02}}b.", "an object's state"),
        (b"\x80\x02Pabc\n.", "the operation PERSID"),
    ],
)
def test_anything_but_data_is_refused(data: bytes, asked: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_pickle(data, "x")
    assert str(caught.value) == f"x is a pickle that asks for {asked}, which is refused{ACCEPTED}"


def test_plain_data_comes_out_as_it_went_in() -> None:
    value = {"a": [1, -2, 300, 70000, True, None, (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)]}
    for protocol in (2, 3, 4):
        assert read_pickle(pickle.dumps(value, protocol=protocol), "x") == value


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays(order: str) -> None:
    array = np.asarray(np.arange(24, dtype=np.uint8).reshape(4, 6), order=order)  # type: ignore[call-overload]
    found = read_pickle(pickle.dumps(array, protocol=2), "x")
    assert isinstance(found, PickledArray)
    assert np.array_equal(found.as_uint8("x"), array)


@pytest.mark.parametrize("array", [np.zeros(3, np.int8), np.zeros(3), np.array([None])])
def test_other_arrays_are_refused(array: np.ndarray) -> None:
    found = read_pickle(pickle.dumps(array, protocol=2), "x")
    assert isinstance(found, PickledArray)
    with pytest.raises(InputRefused) as caught:
        found.as_uint8("x")
    assert str(caught.value) == "x: an array is damaged or not uint8" + ACCEPTED


def test_no_pickle() -> None:
    with pytest.raises(InputRefused) as caught:
        read_pickle(b"hello", "x")
    assert str(caught.value) == (
        f"x is damaged or no pickle{ACCEPTED}\n  what to do: download it again"
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1], "holds no dictionary"),
        ({b"data": 1}, "lacks data or labels"),
        (
            {b"data": np.zeros((2, 3072), np.uint8), b"labels": [1]},
            ": data has the shape [2, 3072], and there are 1 labels",
        ),
        (
            {b"data": np.zeros((1, 3072), np.uint8), b"labels": ["cat"]},
            ": a label is no whole number from 0 to 9",
        ),
    ],
)
def test_wrong_content(tmp_path: Path, value: object, message: str) -> None:
    write_files(tmp_path, {"test_batch": pickle.dumps(value, protocol=2)})
    place = str(tmp_path / "test_batch")
    found = refusal(f"cifar10:{tmp_path}:test")
    assert found == (
        f"{place}{'' if message.startswith(':') else ' '}{message}\n"
        "  accepted: a dictionary with data (uint8 [n, 3072]) and labels (n whole numbers)"
    )


@settings(max_examples=300, deadline=None)
@given(
    base=st.sampled_from(
        [
            write(np.zeros((1, 4), np.uint8), [7])
            for write in (python2_batch, python3_batch, lambda r, n: python3_batch(r, n, 4))
        ]
    ),
    edits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=5),
    cut=st.integers(0, 30),
)
def test_damaged_pickles_are_refused_or_read(
    base: bytes, edits: list[tuple[float, int]], cut: int
) -> None:
    data = bytearray(base)
    for place, value in edits:
        data[int(place * len(data))] = value
    try:
        found = read_pickle(bytes(data[: len(data) - cut]), "x")
        for item in found.values() if isinstance(found, dict) else []:
            if isinstance(item, PickledArray):
                item.as_uint8("x")
    except InputRefused:
        pass


def test_the_hand_written_python2_layout_is_a_real_pickle() -> None:
    rows, labels = cifar_batch(2, 0)
    value = pickle.loads(python2_batch(rows, labels), encoding="bytes")
    assert np.array_equal(value[b"data"], rows)
    assert value[b"labels"] == labels
