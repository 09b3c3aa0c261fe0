"""The hardware description agrees with the block design and the registers."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

import pytest

from fpgaflow.hardware.block_design import ACCELERATOR, DMA, BlockDesign, block_design
from fpgaflow.hardware.boards import load_board
from fpgaflow.hardware.hwh import clock_divisors, make_hwh
from fpgaflow.hardware.registers import CountedLayer, make_register_map
from tests.golden_files import check_golden

REGISTERS = make_register_map(
    [CountedLayer(name="conv", weights=True), CountedLayer(name="pool", weights=False)]
)
BOARDS = ("pynq-z2", "zcu104")


def parse(board: str) -> tuple[BlockDesign, Xml.Element]:
    design = block_design(load_board(board), "tiny")
    return design, Xml.fromstring(make_hwh(design, REGISTERS))


@pytest.mark.parametrize("board", BOARDS)
def test_the_whole_file(board: str) -> None:
    design = block_design(load_board(board), "tiny")
    check_golden(f"hardware/{board}.hwh", make_hwh(design, REGISTERS))


@pytest.mark.parametrize("board", BOARDS)
def test_every_cell_link_wire_and_address_of_the_design_is_there(board: str) -> None:
    design, root = parse(board)
    modules = {module.attrib["INSTANCE"]: module for module in root.iter("MODULE")}
    assert [(name, one.attrib["VLNV"]) for name, one in modules.items()] == [
        (cell.name, cell.vlnv) for cell in design.cells
    ]
    for link in design.links:
        buses = []
        for end, kind in ((link.master, "MASTER"), (link.slave, "SLAVE")):
            cell, interface = end.split("/")
            bus = modules[cell].find(f".//BUSINTERFACE[@NAME='{interface}'][@TYPE='{kind}']")
            assert bus is not None, end
            buses.append((bus.attrib["BUSNAME"], bus.attrib["VLNV"]))
        assert buses[0] == buses[1]
        assert ("axis" in buses[0][1]) == ("images" in link.slave or "scores" in link.master)
    for net in (design.clock, *design.resets):
        for sink in net.sinks:
            cell, pin = sink.split("/")
            port = modules[cell].find(f".//PORT[@NAME='{pin}']")
            assert port is not None, sink
            (connection,) = port.iter("CONNECTION")
            assert f"{connection.attrib['INSTANCE']}/{connection.attrib['PORT']}" == net.source
    found = {
        (one.attrib["INSTANCE"], int(one.attrib["BASEVALUE"], 16), int(one.attrib["HIGHVALUE"], 16))
        for one in root.iter("MEMRANGE")
    }
    assert found == {(one.cell, one.base, one.base + one.bytes - 1) for one in design.windows}


@pytest.mark.parametrize("board", BOARDS)
def test_the_accelerator_has_every_register_under_its_bus(board: str) -> None:
    _, root = parse(board)
    module = root.find(f".//MODULE[@INSTANCE='{ACCELERATOR}']")
    assert module is not None
    block = module.find(".//ADDRESSBLOCK")
    assert block is not None
    assert block.attrib["INTERFACE"] == "s_axi_control"
    found = {
        one.attrib["NAME"]: int(one.find("PROPERTY[@NAME='ADDRESS_OFFSET']").attrib["VALUE"])  # type: ignore[union-attr]
        for one in block.iter("REGISTER")
    }
    words = dict(word for one in REGISTERS.registers for word in one.words)
    assert found == {"CTRL": 0, "GIER": 4, "IP_IER": 8, "IP_ISR": 12, **words}


def test_the_dma_is_simple_and_has_long_transfers() -> None:
    _, root = parse("pynq-z2")
    module = root.find(f".//MODULE[@INSTANCE='{DMA}']")
    assert module is not None
    found = {one.attrib["NAME"]: one.attrib["VALUE"] for one in module.iter("PARAMETER")}
    assert found["c_include_sg"] == "0"
    assert found["c_sg_length_width"] == "26"
    assert found["c_m_axi_s2mm_data_width"] == "64"


@pytest.mark.parametrize(
    ("asked", "divisors"), [(100.0, (5, 2)), (125.0, (4, 2)), (250.0, (2, 2)), (1000.0, (1, 1))]
)
def test_divisors_of_a_zynq_clock(asked: float, divisors: tuple[int, int]) -> None:
    assert clock_divisors(asked, "zynq-7000") == divisors


def test_a_clock_that_cannot_be_had_is_the_nearest_one() -> None:
    first, second = clock_divisors(200.0, "zynqmp")
    assert 1500 / (first * second) == pytest.approx(187.5)
