"""Damaged and hostile files: never another error than a refusal, never code run, never 2 GB.

The default suite bounds the number of files; `-m extended` tries many more.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fpgaflow.errors import FpgaflowError
from fpgaflow.frontend.checkpoint import load_model
from tests.frontend import model_files as files
from tests.frontend.test_checkpoint_refusals import CASES

ROOT = Path(__file__).parents[2]
FEW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
MANY = settings(FEW, max_examples=2000)


@cache
def seeds() -> dict[str, bytes]:
    """Small valid files of every accepted format."""
    state = {f"layer1.0.{name}": value for name, value in files.small().state_dict().items()}
    return {
        "zip": files.torch_zip(state),
        "legacy": files.torch_legacy(state),
        "safetensors": files.safetensors_file(state),
        "onnx": files.onnx_file(),
        "pt2": files.pt2(),
    }


@pytest.fixture
def quiet_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A current directory in which nothing may appear but the model file."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert {path.name for path in tmp_path.iterdir()} <= {"model.pt"}


def load_any(folder: Path, data: bytes) -> None:
    """Load, accepting success and fpgaflow's own errors and nothing else."""
    files.write(folder, data)
    with contextlib.suppress(FpgaflowError):
        load_model("model.pt")


@st.composite
def damaged(draw: st.DrawFn, kind: str) -> bytes:
    """A valid file with damage; in an archive sometimes in a record, with a checksum that holds."""
    if kind in ("zip", "pt2") and draw(st.booleans()):
        records = files.records_of(seeds()[kind])
        name = draw(st.sampled_from([name for name, data in records.items() if data]))
        records[name] = draw(damage(records[name]))
        return files.zip_of(records)
    return draw(damage(seeds()[kind]))


@st.composite
def damage(draw: st.DrawFn, intact: bytes) -> bytes:
    """The bytes cut off, with bits flipped, or with a stretch of them replaced or doubled."""
    data = bytearray(intact)
    for _ in range(draw(st.integers(1, 4))):
        # Structure is at the start and at the end of these formats, numbers are in between.
        edge = min(len(data) - 1, 900)
        position = draw(
            st.one_of(
                st.integers(0, edge),
                st.integers(0, len(data) - 1),
                st.integers(0, edge).map(int.__neg__),
            )
        )
        change = draw(st.sampled_from(("flip", "replace", "cut", "double", "length")))
        if change == "flip":
            data[position] ^= 1 << draw(st.integers(0, 7))
        elif change == "replace":
            data[position : position + 8] = draw(st.binary(min_size=0, max_size=12))
        elif change == "cut":
            del data[position:]
        elif change == "double":
            data[position:position] = data[position : position + 64]
        else:
            number = draw(st.sampled_from((0, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 40, (1 << 64) - 1)))
            data[position : position + 8] = struct.pack("<Q", number)
        if not data:
            break
    return bytes(data)


KINDS = ("zip", "legacy", "safetensors", "onnx", "pt2")


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files(kind: str, quiet_folder: Path) -> None:
    @FEW
    @given(data=damaged(kind))
    def check(data: bytes) -> None:
        load_any(quiet_folder, data)

    check()


@pytest.mark.extended
@pytest.mark.parametrize("kind", KINDS)
def test_many_damaged_files(kind: str, quiet_folder: Path) -> None:
    @MANY
    @given(data=damaged(kind))
    def check(data: bytes) -> None:
        load_any(quiet_folder, data)

    check()


# Pieces of pickles: what torch.save writes, and what attacks are made of.
_OPCODES = (
    b"}",
    b"]",
    b")",
    b"(",
    b"t",
    b"\x85",
    b"\x86",
    b"\x87",
    b"N",
    b"\x88",
    b"0",
    b"2",
    b"R",
    b"b",
    b"\x81",
    b"s",
    b"u",
    b"a",
    b"e",
    b"Q",
    b"q\x00",
    b"h\x00",
    b"\x94",
    b"\x93",
    b"X\x01\x00\x00\x00w",
    b"X\x07\x00\x00\x00storage",
    b"X\x01\x00\x00\x000",
    b"X\x03\x00\x00\x00cpu",
    b"\x8c\x02os",
    b"\x8c\x06system",
    b"\x8c\x0ctouch canary",
    b"K\x02",
    b"J\xff\xff\xff\xff",
    b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"ctorch\nFloatStorage\n",
    b"ctorch\nSize\n",
    b"ctorch._utils\n_rebuild_tensor_v2\n",
    b"ctorch._utils\n_rebuild_parameter\n",
    b"ccollections\nOrderedDict\n",
    b"ccollections\nCounter\n",
    b"ctorch\nTensor\n",
    b"cbuiltins\nbytearray\n",
    b"c_codecs\nencode\n",
    b"cos\nsystem\n",
    b"cbuiltins\neval\n",
    b"(S'touch canary'\nios\nsystem\n",
    b"\x80\x04",
)


@st.composite
def pickles(draw: st.DrawFn) -> bytes:
    pieces = draw(st.lists(st.sampled_from(_OPCODES), min_size=1, max_size=40))
    start = draw(st.sampled_from((b"\x80\x02", b"\x80\x02}X\x01\x00\x00\x00w", b"", b"\x80\x04")))
    return start + b"".join(pieces) + draw(st.sampled_from((b".", b"s.", b"")))


def check_pickle(folder: Path, pickled: bytes) -> None:
    load_any(folder, files.zip_with_pickle(pickled, {"net/data/0": bytes(8)}))
    numbers = struct.pack("<qff", 2, 1, 2)
    load_any(folder, files.legacy_with_pickle(pickled, ["0"], numbers))
    load_any(folder, pickled)


@settings(FEW, max_examples=300)
@given(pickled=pickles())
def test_random_pickles(quiet_folder: Path, pickled: bytes) -> None:
    check_pickle(quiet_folder, pickled)


@pytest.mark.extended
@settings(FEW, max_examples=5000)
@given(pickled=pickles())
def test_many_random_pickles(quiet_folder: Path, pickled: bytes) -> None:
    check_pickle(quiet_folder, pickled)


@FEW
@given(data=st.binary(max_size=400))
def test_random_bytes(quiet_folder: Path, data: bytes) -> None:
    load_any(quiet_folder, data)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 1 << 62) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("dtype", "shape", "data_offsets", "w")), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@FEW
@given(header=_JSON, numbers=st.binary(max_size=16))
def test_random_safetensors_headers(quiet_folder: Path, header: object, numbers: bytes) -> None:
    load_any(quiet_folder, files.safetensors_raw({"w": header}, numbers))
    load_any(quiet_folder, files.safetensors_raw(header, numbers))


@cache
def _graph() -> bytes:
    return files.records_of(files.pt2())["archive/models/model.json"]


@st.composite
def damaged_graphs(draw: st.DrawFn) -> bytes:
    """A torch.export graph with one value, anywhere in it, replaced by another."""
    program = json.loads(_graph())
    value = program
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = draw(st.sampled_from(keys))
        inner = value[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 5)) == 0:
            break
        value = inner
    value[key] = draw(
        st.sampled_from(
            (None, -1, 1 << 62, "", "x", "a b", [], {}, [None], {"as_int": -5}, {"as_none": True})
        )
    )
    return files.with_records(seeds()["pt2"], {"models/model.json": json.dumps(program).encode()})


@settings(FEW, max_examples=60)
@given(data=damaged_graphs())
def test_damaged_graphs(quiet_folder: Path, data: bytes) -> None:
    load_any(quiet_folder, data)


@pytest.mark.extended
@settings(FEW, max_examples=1500)
@given(data=damaged_graphs())
def test_many_damaged_graphs(quiet_folder: Path, data: bytes) -> None:
    load_any(quiet_folder, data)


def bombs() -> dict[str, bytes]:
    """Small files that would grow beyond all bounds in a reader that believes them."""
    deep = b"\x80\x02" + b"N" + b"\x85" * 200_000 + b"."
    return {
        "deep tuple": files.zip_with_pickle(deep),
        "deep tuple as a key": files.zip_with_pickle(b"\x80\x02}N" + b"\x85" * 200_000 + b"Ns."),
        "bytearray": files.zip_with_pickle(
            b"\x80\x02cbuiltins\nbytearray\n\x8a\x05\x00\x00\x00\x00\x04\x85R."
        ),
        "doubling text": files.zip_with_pickle(
            b"\x80\x02X\x01\x00\x00\x00\\q\x000"
            + b"c_codecs\nencode\nh\x00X\x0e\x00\x00\x00unicode_escape\x86Rq\x000" * 60
            + b"h\x00."
        ),
        "uninitialised tensor": files.zip_with_pickle(
            b"\x80\x02ctorch\nTensor\n\x8a\x05\x00\x00\x00\x00\x04\x85R."
        ),
        "copied counter": files.zip_with_pickle(
            b"\x80\x02](}q\x00("
            + b"".join(b"K" + bytes([i]) + b"N" for i in range(60))
            + b"u0"
            + b"ccollections\nCounter\nq\x010"
            + b"h\x01h\x00\x85R" * 60_000
            + b"e."
        ),
        "legacy storage": files.legacy_with_pickle(
            files.tensor_pickle(numel=1 << 36, legacy=True), ["0"], bytes(16)
        ),
        "deep JSON": files.safetensors_raw(b'{"w": ' + b"[" * 100_000, b""),
        "wide ONNX": files.onnx_wide(299_900),
    }


_CHILD = """
import json, resource, sys
from fpgaflow.errors import FpgaflowError
from fpgaflow.frontend.checkpoint import load_model
outcomes = {}
for name in sys.argv[1:]:
    try:
        load_model(name)
        outcomes[name] = "loaded"
    except FpgaflowError as error:
        outcomes[name] = "refused"
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"outcomes": outcomes, "peak_kib": peak}))
"""


def run_child(folder: Path, contents: dict[str, bytes]) -> dict[str, str]:
    """Load files in a process of its own; check its memory, its output and its folder."""
    names = {name.replace(" ", "_"): data for name, data in contents.items()}
    for name, data in names.items():
        (folder / name).write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _CHILD, *names],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert {path.name for path in folder.iterdir()} == set(names)
    report = json.loads(done.stdout)
    assert report["peak_kib"] < 2_000_000
    return report["outcomes"]


def test_bombs_are_refused_within_two_gigabytes(tmp_path: Path) -> None:
    outcomes = run_child(tmp_path, bombs())
    assert set(outcomes.values()) == {"refused"}


def test_nothing_hostile_runs_or_prints(tmp_path: Path) -> None:
    hostile = {
        case.replace("/", ""): make()
        for case, make in CASES.items()
        if case.startswith(("eval", "os.system", "pt2", "whole", "zip"))
    }
    outcomes = run_child(tmp_path, hostile)
    assert set(outcomes.values()) == {"refused"}


@pytest.mark.extended
@pytest.mark.parametrize("kind", ["zip", "legacy", "safetensors"])
def test_the_largest_half_precision_file_stays_within_two_gigabytes(
    kind: str, tmp_path: Path
) -> None:
    state = {f"w{i}": torch.zeros(13_000_000, dtype=torch.float16) for i in range(10)}
    make = {
        "zip": files.torch_zip,
        "legacy": files.torch_legacy,
        "safetensors": files.safetensors_file,
    }[kind]
    assert run_child(tmp_path, {"model": make(state)}) == {"model": "refused"}
