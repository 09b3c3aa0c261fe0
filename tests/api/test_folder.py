"""Build folders appear whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from fpgaflow.api.folder import check_output, new_folder
from fpgaflow.errors import InputRefused, VerificationFailed


def fill(folder: Path, text: str = "new") -> None:
    for name in ("report.json", "graph.json"):
        (folder / name).write_text(text)


def fail_inside(output: Path, error: BaseException, *, force: bool = False) -> None:
    with new_folder(output, force=force) as work:
        fill(work)
        raise error


def test_a_new_folder_appears_when_the_block_ends(tmp_path: Path) -> None:
    output = tmp_path / "build"
    with new_folder(output, force=False) as work:
        fill(work)
        assert not output.exists()
        assert work.parent == tmp_path
    assert [path.name for path in tmp_path.iterdir()] == ["build"]
    assert (output / "report.json").read_text() == "new"


def test_missing_parents_are_made(tmp_path: Path) -> None:
    with new_folder(tmp_path / "a" / "b", force=False) as work:
        fill(work)
    assert (tmp_path / "a" / "b" / "report.json").is_file()


def test_a_folder_is_as_open_as_any_other(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with new_folder(tmp_path / "build", force=False) as work:
            fill(work)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "build").stat().st_mode) == 0o750


@pytest.mark.parametrize("error", [VerificationFailed("no"), KeyboardInterrupt(), SystemExit(3)])
def test_nothing_is_left_when_the_block_fails(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        fail_inside(tmp_path / "a" / "b", error)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_replacement_leaves_the_earlier_build(tmp_path: Path) -> None:
    output = tmp_path / "build"
    output.mkdir()
    fill(output, "old")
    with pytest.raises(KeyboardInterrupt):
        fail_inside(output, KeyboardInterrupt(), force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["build"]
    assert (output / "report.json").read_text() == "old"


def test_force_replaces_an_earlier_build_whole(tmp_path: Path) -> None:
    output = tmp_path / "build"
    output.mkdir()
    fill(output, "old")
    (output / "extra").write_text("old")
    with new_folder(output, force=True) as work:
        fill(work)
    assert sorted(path.name for path in output.iterdir()) == ["graph.json", "report.json"]
    assert (output / "report.json").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["build"]


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    with new_folder(tmp_path / "build", force=False) as work:
        fill(work)
    assert (tmp_path / "build" / "report.json").is_file()


def test_a_build_that_appeared_meanwhile_is_kept(tmp_path: Path) -> None:
    output = tmp_path / "build"
    with pytest.raises(InputRefused):  # noqa: PT012, SIM117 - refused when the block ends
        with new_folder(output, force=False) as work:
            fill(work)
            output.mkdir()
            fill(output, "theirs")
    assert (output / "report.json").read_text() == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["build"]


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    output = tmp_path / "build"
    with pytest.raises(InputRefused) as caught:
        fail_inside(output, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert str(caught.value) == (
        f"the output folder {output} cannot be written: No space left on device\n"
        "  what to do: free some space, or name another folder with -o"
    )
    assert list(tmp_path.iterdir()) == []


def test_other_operating_system_errors_are_not_disguised(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        fail_inside(tmp_path / "build", FileNotFoundError(errno.ENOENT, "gone"))
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_refused(tmp_path: Path) -> None:
    fill(tmp_path)
    with pytest.raises(InputRefused) as caught:
        check_output(tmp_path, force=False)
    assert str(caught.value) == (
        f"the output folder {tmp_path} exists already\n"
        "  accepted: a folder that does not exist yet\n"
        "  what to do: name another one with -o, or replace it whole with --force"
    )


def test_force_does_not_remove_what_fpgaflow_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(InputRefused) as caught:
        check_output(tmp_path, force=True)
    assert str(caught.value) == (
        f"the output folder {tmp_path} exists and is no build of fpgaflow's, "
        "so --force does not replace it\n"
        "  accepted: a new folder, an empty one, or an earlier build\n"
        "  what to do: name another one with -o, or remove it yourself"
    )


@pytest.mark.parametrize("kind", ["a file", "a symbolic link"])
def test_files_and_links_are_refused(tmp_path: Path, kind: str) -> None:
    output = tmp_path / "build"
    if kind == "a file":
        output.write_text("")
    else:
        output.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputRefused) as caught:
        check_output(output, force=True)
    assert str(caught.value) == (
        f"the output {output} is {kind}\n"
        "  accepted: a folder that does not exist yet\n"
        "  what to do: name another one with -o"
    )


def test_a_place_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    output = tmp_path / "file" / "build"
    with pytest.raises(InputRefused) as caught:
        check_output(output, force=False)
    assert str(caught.value) == (
        f"the output folder {output} cannot be made: {tmp_path / 'file'} is not a writable folder\n"
        "  what to do: name another one with -o"
    )
