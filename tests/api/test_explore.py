"""Explorations in this process: figures, going on, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import fpgaflow
from fpgaflow.api import explore as explore_api
from fpgaflow.api import explore_crew, explore_run, explore_tasks
from fpgaflow.api.explore_blob import Blob
from fpgaflow.api.explore_tasks import Order, Outcome, Quantize, perform
from fpgaflow.errors import InputRefused
from fpgaflow.report.explore_json import read_exploration
from fpgaflow.report.explore_page import explore_html
from tests.api.explorations import Watched, contents, explore, save_files, save_network
from tests.api.tiny import left_behind, tiny_images

_drawn_once = cache(explore_html)


@pytest.fixture
def folder(explored: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, where each page is drawn once: that is most of a small exploration's time."""
    monkeypatch.setattr(explore_api, "explore_html", _drawn_once)
    return explored


@pytest.fixture
def performed(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """What is done from now on."""
    orders: list[Order] = []

    def watched(order: Order, blobs: Sequence[Blob]) -> Outcome:
        orders.append(order)
        return perform(order, blobs)

    monkeypatch.setattr(explore_crew, "perform", watched)
    return orders


def test_every_point_of_the_grid_is_there(folder: Path) -> None:
    found = read_exploration(folder / "out" / "explore.json")
    assert [(p.bits, p.board, p.clock_mhz) for p in found.points] == [
        (bits, board, clock)
        for bits in ("3", "4:6")
        for board in ("pynq-z2", "zcu104")
        for clock in (100.0, 150.0)
    ]
    assert found.score == "accuracy"
    text = "images.npz: the first 16 images; figures from those after them"
    assert found.images == f"{folder}/{text}"
    assert {p.model for p in found.front} == {"tiny"}
    assert {p.clock_mhz for p in found.front} == {150.0}
    assert left_behind(folder / "out") == [".work", "explore.csv", "explore.html", "explore.json"]


def test_figures_are_those_of_compile(folder: Path) -> None:
    found = read_exploration(folder / "out" / "explore.json")
    point = next(p for p in found.points if p.bits == "4:6" and p.clock_mhz == 100.0)
    report = fpgaflow.compile(
        folder / "tiny.onnx",
        "pynq-z2",
        output=folder / "build",
        calibration=folder / "images.npz",
        calibration_images=16,
        weight_bits=4,
        activation_bits=6,
        simulate=0,
    ).report
    assert point.accuracy is not None
    assert point.design is not None
    q = report.quantization
    assert (q.images, q.top1_agreement, q.top1_float, q.top1_fixed) == (
        point.accuracy.images,
        point.accuracy.top1_agreement,
        point.accuracy.top1_float,
        point.accuracy.top1_fixed,
    )
    assert point.design.fits is report.fit.fits
    assert point.design.resources == report.fit.resources
    assert point.design.images_per_second == report.performance.images_per_second
    traffic = report.memory.compressed
    assert point.design.on_chip_accesses == traffic.on_chip.total.accesses
    assert point.design.off_chip_bytes == traffic.off_chip.total.bytes


def test_nothing_is_done_twice(folder: Path, performed: list[Order]) -> None:
    before = contents(folder / "out")
    explore(folder, "out")
    assert performed == []
    assert contents(folder / "out") == before


def test_a_larger_grid_needs_only_what_is_new(folder: Path, performed: list[Order]) -> None:
    explore(folder, "out", clocks_mhz=(100.0, 150.0, 125.0))
    assert [type(order) for order in performed] == [explore_tasks.Plan] * 4
    explore(folder, "out")


def test_what_has_changed_is_done_anew(tmp_path: Path, performed: list[Order]) -> None:
    save_files(tmp_path)
    options: dict[str, object] = {"bits": (4,), "boards": ("pynq-z2",), "clocks_mhz": (100.0,)}
    explore(tmp_path, "out", **options)
    performed.clear()
    np.savez(tmp_path / "images.npz", images=tiny_images(40, seed=2))
    explore(tmp_path, "out", **options)
    assert isinstance(performed[0], Quantize)
    performed.clear()
    save_network(tmp_path / "tiny.onnx", scale=2.0)
    explore(tmp_path, "out", **options)
    assert isinstance(performed[0], Quantize)


def test_other_code_does_everything_anew(
    folder: Path, performed: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(folder / "out")
    monkeypatch.setattr(explore_run, "code_digest", lambda: "another")
    explore(folder, "out")
    assert len(performed) == 10
    assert contents(folder / "out") == before


def test_damaged_results_are_done_anew(folder: Path, performed: list[Order]) -> None:
    before = contents(folder / "out")
    work = folder / "out" / ".work"
    for path in work.glob("plan-*"):
        path.write_text(path.read_text()[:-20])
    for path in work.glob("data-*"):
        path.write_bytes(b"other bytes")
    explore(folder, "out")
    assert {type(order) for order in performed} == {Quantize, explore_tasks.Plan}
    assert contents(folder / "out") == before


def test_an_ended_process_goes_on(folder: Path, tmp_path: Path, performed: list[Order]) -> None:
    for name in ("tiny.onnx", "images.npz"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    script = (
        "import os, pathlib, signal\n"
        "from fpgaflow.api import explore_run\n"
        "from tests.api.explorations import Watched, explore\n"
        "explore_run.code_digest = lambda: 'this'\n"
        "end = lambda done: done == 3 and os.kill(os.getpid(), signal.SIGKILL)\n"
        f"explore(pathlib.Path({str(tmp_path)!r}), 'out', progress=Watched(end))\n"
    )
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", script], cwd=root, check=False)
    assert ended.returncode == -9
    assert left_behind(tmp_path / "out") == [".work"]
    (tmp_path / "out" / ".work" / ".plan-half-written.1").write_text("{")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explore_run, "code_digest", lambda: "this")
        explore(tmp_path, "out")
    # Of ten tasks one quantization and three plans were finished.
    assert len(performed) == 6
    assert not list((tmp_path / "out" / ".work").glob(".*"))
    for name, data in contents(tmp_path / "out").items():
        expected = (folder / "out" / name).read_bytes()
        assert data.replace(str(tmp_path).encode(), str(folder).encode()) == expected


def test_points_that_cannot_be_are_rows(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_quantize, real_plan = explore_tasks.quantize, explore_tasks.plan_design

    def quantize(graph: object, images: object, settings: fpgaflow.LayerBits) -> object:
        if settings.weight_bits == 3:
            raise InputRefused("conv1: the sums fit no int64", accepted="less", remedy="less")
        return real_quantize(graph, images, settings)  # pyright: ignore[reportArgumentType]

    def plan(graph: object, board: fpgaflow.Board, clock_mhz: float, how: object) -> object:
        if board.name == "zcu104":
            raise InputRefused("the fastest clock is 90 MHz")
        design = real_plan(graph, board, clock_mhz, how)  # pyright: ignore[reportArgumentType]
        return replace(design, fits=clock_mhz == 100.0)

    monkeypatch.setattr(explore_tasks, "quantize", quantize)
    monkeypatch.setattr(explore_tasks, "plan_design", plan)
    monkeypatch.setattr(explore_run, "code_digest", lambda: "refusing")
    found = explore(folder, str(tmp_path / "out"))
    assert [p.refused for p in found.points] == [
        *["conv1: the sums fit no int64"] * 4,
        *[None] * 2,
        *["the fastest clock is 90 MHz"] * 2,
    ]
    assert [p.command is None for p in found.points] == [True] * 4 + [False] * 2 + [True] * 2
    assert [(p.board, p.clock_mhz) for p in found.front] == [("pynq-z2", 100.0)]
    assert explore(folder, str(tmp_path / "out")) == found


def test_images_without_labels_give_agreement(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "again.onnx").write_bytes((folder / "tiny.onnx").read_bytes())
    watched = Watched()
    with pytest.warns(UserWarning, match="does not say which network is the better one"):
        found = fpgaflow.explore(
            [folder / "tiny.onnx", tmp_path / "again.onnx"],
            calibration=tiny_images(),
            calibration_images=16,
            bits=[4],
            output=tmp_path / "out",
            workers=1,
            progress=watched,
        )
    assert found.score == "agreement"
    assert [point.model for point in found.front] == ["tiny", "again"]
    # Arrays have no name on a command line.
    assert {point.command for point in found.points} == {None}


def test_a_network_that_guesses_is_told(folder: Path, tmp_path: Path) -> None:
    wrong = (np.load(folder / "images.npz")["labels"] + 1) % 3
    with pytest.warns(
        UserWarning, match=r"tiny: the float network is right on 0\.0% of the images"
    ):
        explore(folder, str(tmp_path / "out"), calibration=(tiny_images(), wrong), bits=[4])


def test_one_at_a_time(folder: Path) -> None:
    def intrude(_done: int) -> None:
        explore(folder, "out")

    with pytest.raises(InputRefused) as caught:
        explore(folder, "out", progress=Watched(intrude))
    assert str(caught.value) == (
        f"another fpgaflow explore is at work in {folder}/out\n"
        "  what to do: wait for it, or name another folder with -o"
    )


def test_a_refusal_leaves_no_trace(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny.onnx").write_bytes((folder / "tiny.onnx").read_bytes())
    with pytest.raises(InputRefused):
        explore(tmp_path, "out/deeper", calibration=np.zeros((40, 5, 5, 1), np.uint8))
    assert left_behind(tmp_path) == ["tiny.onnx"]


def test_a_place_that_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputRefused) as caught:
        explore(folder, str(tmp_path / "file" / "out"))
    assert str(caught.value) == (
        f"the output folder {tmp_path}/file/out cannot be written: Not a directory\n"
        "  what to do: name another one with -o"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": 0}, "--workers: 0\n  accepted: 1 or more"),
        ({"evaluation_images": 0}, "--evaluate: 0 images to measure on\n  accepted: 1 or more"),
        (
            {"workers": 2, "scheduler": "tcp://localhost:8786"},
            "--workers and --scheduler exclude each other\n"
            "  accepted: one of them: a cluster has the workers that it has",
        ),
        (
            {"workers": None, "scheduler": "localhost"},
            '--scheduler: "localhost"\n'
            "  accepted: tcp://HOST:PORT or tls://HOST:PORT, as `dask scheduler` prints it",
        ),
    ],
)
def test_options_that_are_refused(
    folder: Path, tmp_path: Path, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputRefused) as caught:
        explore(folder, str(tmp_path / "out"), **options)
    assert str(caught.value) == message


def test_models_have_names_of_their_own(folder: Path) -> None:
    from fpgaflow.api.explore_models import name_models

    assert name_models(["a/m.pt", "b/c.pt"]) == ("m", "c")
    assert name_models(["a/m.pt", "b/m.th"]) == ("m.pt", "m.th")
    assert name_models(["a/m.pt", "b/m.pt"]) == ("a/m.pt", "b/m.pt")
    for files, message in (
        ([], "no model was given\n  accepted: one model file or more"),
        (["m.pt", "m.pt"], "m.pt is there twice\n  accepted: each model file once"),
    ):
        with pytest.raises(InputRefused) as caught:
            name_models(files)
        assert str(caught.value) == message
