"""The boards that fpgaflow ships, and the checks of a board file."""

from __future__ import annotations

from pathlib import Path

import pytest

from fpgaflow.errors import InputRefused
from fpgaflow.hardware.boards import BoardResources, list_boards, load_board, load_board_file
from fpgaflow.resources import share_dir

NAMES = (
    "aup-zu3",
    "kv260",
    "pynq-z1",
    "pynq-z2",
    "rfsoc4x2",
    "ultra96-v2",
    "zc706",
    "zcu102",
    "zcu104",
)


def test_the_list() -> None:
    assert list_boards() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_board_is_consistent(name: str) -> None:
    board = load_board(name)
    assert board.name == name
    zynq_7000 = board.family == "zynq-7000"
    assert board.hp_port_bits == (64 if zynq_7000 else 128)
    assert board.part.startswith("xc7z" if zynq_7000 else ("xczu", "xck26"))
    assert zynq_7000 <= board.pynq_version.startswith("3.1")
    assert board.clock_mhz < board.ps_clock_mhz
    # Every device of both families has twice as many flip-flops as look-up tables.
    assert board.resources.ff == 2 * board.resources.lut


def test_pynq_z2() -> None:
    board = load_board("pynq-z2")
    assert board.title == "PYNQ-Z2"
    assert board.part == "xc7z020clg400-1"
    assert board.board_part == "tul.com.tw:pynq-z2:part0:1.0"
    assert board.resources == BoardResources(lut=53200, ff=106400, bram36=140, uram=0, dsp=220)
    assert (board.clock_mhz, board.ps_clock_mhz, board.ddr_gb_per_s) == (100.0, 650.0, 2.1)
    assert board.sources.resources == ("Xilinx DS190, Zynq-7000 SoC Data Sheet: Overview, Z-7020")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("pynqz2", "; nearest: pynq-z2, pynq-z1"),
        ("PYNQ_Z1", "; nearest: pynq-z1, pynq-z2"),
        ("zcu106", "; nearest: zcu104, zcu102, zc706"),
        ("", ""),
        ("../boards/pynq-z2", "; nearest: pynq-z2, pynq-z1"),
    ],
)
def test_unknown_board(name: str, nearest: str) -> None:
    with pytest.raises(InputRefused) as caught:
        load_board(name)
    assert str(caught.value) == (
        f'no board is called "{name}"{nearest}\n'
        f"  accepted: {', '.join(NAMES)}\n"
        "  what to do: name one of these, or give the path of a board.toml of your own"
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_fits_its_board(name: str) -> None:
    board = load_board(name)
    engine, room = board.engine, board.resources
    assert engine is not None
    banks = engine.lanes_p * 4 * -(-engine.act_lines // 512) / 2
    weights = engine.lanes_k * engine.lanes_o / 4 * -(-engine.w_rows // 512) / 2
    assert banks + weights <= room.bram36 - 3
    assert engine.dsps <= room.dsp
    found = (
        f"{engine.dsps} DSP = {engine.lanes_k}*{engine.lanes_o}*{engine.lanes_p}/2 of {room.dsp}; "
        f"{banks + weights:g} BRAM36 = "
    )
    assert found in board.sources.engine


def test_a_board_without_an_engine(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = board_text()
    engine = text.index("[engine]")
    path.write_text(text[:engine] + text[text.index("[sources]") : text.index("engine = ")])
    assert load_board_file(path).engine is None


def board_text() -> str:
    return (share_dir("boards") / "pynq-z2" / "board.toml").read_text()


def test_a_board_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(board_text().replace('name = "pynq-z2"', 'name = "mine"'))
    assert load_board(str(path)).name == "mine"
    assert load_board(str(path)) == load_board_file(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "clock_mhz = 100.0",
            "clock = 100.0",
            "unknown key clock\n"
            "  accepted: name, title, family, part, board_part, resources, clock_mhz, "
            "ps_clock_mhz, hp_port_bits, ddr_gb_per_s, pynq_version, sources, engine",
        ),
        (
            "clock_mhz = 100.0\n",
            "\n",
            "the key clock_mhz is missing\n"
            "  what to do: compare with the file of a board that fpgaflow ships",
        ),
        (
            "dsp = 220",
            "dsp48 = 220",
            "unknown key resources.dsp48\n"
            "  accepted: resources.lut, resources.ff, resources.bram36, resources.uram, "
            "resources.dsp",
        ),
        (
            "uram = 0\n",
            "\n",
            "the key resources.uram is missing\n"
            "  what to do: compare with the file of a board that fpgaflow ships",
        ),
        (
            "lanes_o = 4",
            "lanes_o = 3",
            "engine: lanes_o is 3\n  accepted: 2, 4, 8",
        ),
        (
            "w_rows = 3072\n",
            "",
            "the key engine.w_rows is missing\n"
            "  what to do: compare with the file of a board that fpgaflow ships",
        ),
        (
            'engine = "chosen',
            'motor = "chosen',
            "unknown key sources.motor\n"
            "  accepted: sources.part, sources.board_part, sources.resources, sources.clock_mhz, "
            "sources.ps_clock_mhz, sources.hp_port_bits, sources.ddr_gb_per_s, "
            "sources.pynq_version, sources.engine",
        ),
        ("lut = 53200", "lut = -1", "resources.lut is -1\n  accepted: a whole number, 0 or more"),
        (
            "lut = 53200",
            'lut = "53200"',
            'resources.lut is "53200"\n  accepted: a whole number, 0 or more',
        ),
        (
            "lut = 53200",
            "lut = true",
            "resources.lut is true\n  accepted: a whole number, 0 or more",
        ),
        ("mhz = 650.0", "mhz = 0", "ps_clock_mhz is 0\n  accepted: a number above 0"),
        ("mhz = 650.0", "mhz = nan", "ps_clock_mhz is nan\n  accepted: a number above 0"),
        ("mhz = 650.0", "mhz = true", "ps_clock_mhz is true\n  accepted: a number above 0"),
        (
            '"zynq-7000"',
            '"zynq"',
            'family is "zynq"\n  accepted: "zynq-7000" or "zynqmp"',
        ),
        ("bits = 64", "bits = 48", "hp_port_bits is 48\n  accepted: 32 or 64 or 128"),
        ("bits = 64", "bits = true", "hp_port_bits is true\n  accepted: 32 or 64 or 128"),
        ('"PYNQ-Z2"', '" "', 'title is " "\n  accepted: a text that is not empty'),
        ('"PYNQ-Z2"', "{}", "title is a table\n  accepted: a text that is not empty"),
    ],
)
def test_a_wrong_board_file(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in board_text()
    path = tmp_path / "board.toml"
    path.write_text(board_text().replace(old, new, 1))
    with pytest.raises(InputRefused) as caught:
        load_board_file(path)
    assert str(caught.value) == f"{path}: {message}"


def test_a_table_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "board.toml"
    path.write_text("resources = 3\n" + board_text().split("[resources]")[0] + "[sources]\n")
    with pytest.raises(InputRefused) as caught:
        load_board_file(path)
    assert str(caught.value) == f"{path}: resources is 3\n  accepted: a table"
