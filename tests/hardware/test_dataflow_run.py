"""The word-exact simulation of a dataflow network, on networks counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fpgaflow.hardware.dataflow import Dataflow, Process
from fpgaflow.hardware.dataflow_graph import make_dataflow
from fpgaflow.hardware.dataflow_run import simulate
from fpgaflow.hardware.dataflow_schedule import least_depth, shallow_depths
from fpgaflow.hardware.folding import choose_folding
from tests.hardware.small_graphs import tiny_residual


def process(
    name: str,
    inputs: tuple[int, ...],
    outputs: tuple[int, ...],
    *,
    cycles: list[int],
    reads: str = "",
    writes: str = "",
) -> Process:
    """Return a stage; `reads` and `writes` have a 1 for each firing that does, all by default."""
    every = "1" * len(cycles)
    return Process(
        name=name,
        inputs=inputs,
        outputs=outputs,
        cycles=np.array(cycles, np.int64),
        reads=np.array([flag == "1" for flag in reads or every]),
        writes=np.array([flag == "1" for flag in writes or every]),
    )


def chain() -> Dataflow:
    """Three words an image; the middle stage takes four cycles for each."""
    return Dataflow(
        processes=(
            process("first", (), (0,), cycles=[1, 1, 1], reads="000"),
            process("slow", (0,), (1,), cycles=[4, 4, 4]),
            process("last", (1,), (), cycles=[1, 1, 1], writes="000"),
        ),
        width_bits=(8, 8),
    )


def detour() -> Dataflow:
    """Four words go two ways; the long way gives its first word when it has read three."""
    return Dataflow(
        processes=(
            process("split", (), (0, 1), cycles=[1] * 4, reads="0000"),
            process("window", (0,), (2,), cycles=[1] * 6, reads="111100", writes="001111"),
            process("join", (1, 2), (), cycles=[1] * 4, writes="0000"),
        ),
        width_bits=(8, 8, 8),
    )


def test_a_chain_by_hand() -> None:
    run = simulate(chain(), frames=2)
    # Words can be read at 1, 2, 3; the slow stage begins at 1, 5, 9, then 13, 17, 21.
    assert run.first_output == 5
    assert run.finished == (14, 26)
    assert run.interval == chain().interval == 12
    # At 5 the sixth place is taken and only the first one is free again: word 1 is being read.
    assert run.occupancy == (5, 2)
    assert run.hang is None


def test_two_places_are_enough_for_a_chain() -> None:
    assert shallow_depths(chain()) == (2, 2)
    run = simulate(chain(), (2, 2), frames=4)
    assert run.finished == (14, 26, 38, 50)
    assert run.occupancy == (2, 2)


def test_one_place_makes_a_chain_slower() -> None:
    # The slow stage reads at 1; the place is free at 2, the next word there at 3.
    assert simulate(chain(), (1, 2), frames=2).interval == 12
    fast = replace(chain().processes[1], cycles=np.ones(3, np.int64))
    network = replace(chain(), processes=(chain().processes[0], fast, chain().processes[2]))
    assert simulate(network, (2, 2), frames=3).interval == 3
    assert simulate(network, (1, 2), frames=3).interval == 6


def test_the_short_way_holds_what_the_long_way_needs_first() -> None:
    assert [least_depth(detour(), stream) for stream in range(3)] == [1, 3, 1]
    # The first words of both ways meet at 3; the short way's fourth is taken at 3 too.
    assert shallow_depths(detour()) == (2, 4, 2)
    assert simulate(detour(), (2, 4, 2)).hang is None
    assert simulate(detour(), (2, 3, 2)).hang is None


def test_a_depth_too_small_hangs_and_names_the_circle() -> None:
    run = simulate(detour(), (2, 2, 2))
    assert str(run.hang) == (
        "the design hangs: split waits for room in the FIFO to join (depth 2); "
        "join waits for a word of window; window waits for a word of split"
    )
    assert (run.first_output, run.finished) == (1, ())


def test_a_pipeline_that_does_not_flush_holds_words_back() -> None:
    first, slow, last = chain().processes
    network = replace(chain(), processes=(first, replace(slow, held=1), last))
    run = simulate(network, frames=2)
    # Word 0 can be read when word 1 is through, and the image's last two at its end.
    assert run.first_output == 9
    assert run.finished == (15, 27)
    # Words 1 and 2 come to be read at once, and word 0 of the next image is on its way.
    assert shallow_depths(network) == (2, 3)
    # Its window's words come later, so the short way has to hold more of them.
    split, window, join = detour().processes
    network = replace(detour(), processes=(split, replace(window, held=1), join))
    assert [least_depth(network, stream) for stream in range(3)] == [1, 4, 2]
    assert simulate(network, (2, 3, 2)).hang is not None
    assert simulate(network, (2, 4, 2)).hang is None


def test_a_residual_block_that_hangs() -> None:
    graph = tiny_residual()
    dataflow = make_dataflow(graph, choose_folding(graph, 1))
    short = 4
    assert dataflow.stream_name(short) == "the copying of stem -> joined"
    # The first window ends at pixel 14 of the padded map. That leaves the padding stage when four
    # more are begun, two of them from the image: eight words. The copying stage holds four more.
    assert least_depth(dataflow, short) == 8 + 4
    depths = list(shallow_depths(dataflow))
    depths[short] = 11
    assert str(simulate(dataflow, depths).hang) == (
        "the design hangs: the copying of stem waits for room in the FIFO to joined (depth 11); "
        "joined waits for a word of branch; branch waits for a word of the padding of branch; "
        "the padding of branch waits for a word of the copying of stem"
    )


def test_a_loop_that_rewinds_keeps_an_images_end_until_the_next_one_comes() -> None:
    first, slow, last = chain().processes
    network = replace(chain(), processes=(first, replace(slow, held=1, rewinds=True), last))
    run = simulate(network, frames=2, rewinds=True)
    # The first image's third word leaves when the second image's first is through.
    assert run.finished == (18, 27)
    assert simulate(network, frames=2).finished == (15, 27)


def test_depths_that_hold_only_where_every_image_is_flushed() -> None:
    split, window, join = detour().processes
    flushing = replace(detour(), processes=(split, replace(window, held=4), join))
    rewinding = flushing.all_rewinding()
    assert [process.rewinds for process in rewinding.processes] == [False, True, False]
    # The first word comes to be read at the image's end, four words later, or one turn behind it.
    # That turn reads the next image's first word, so its fellow is in the short way before.
    assert [least_depth(flushing, stream) for stream in range(3)] == [1, 4, 4]
    assert [least_depth(rewinding, stream) for stream in range(3)] == [1, 5, 4]
    assert simulate(rewinding, (2, 4, 4)).hang is None
    assert str(simulate(rewinding, (2, 4, 4), rewinds=True).hang) == (
        "the design hangs: split waits for room in the FIFO to join (depth 4); "
        "join waits for a word of window; window waits for a word of split"
    )
    depths = shallow_depths(flushing)
    assert depths == shallow_depths(rewinding)
    for network in (flushing, rewinding):
        run = simulate(network, depths, frames=4, rewinds=True)
        assert run.finished[1] - run.finished[0] == detour().interval == 6
