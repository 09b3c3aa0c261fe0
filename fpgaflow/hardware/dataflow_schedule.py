"""A timetable of a dataflow network that repeats with every image, and the FIFO depths it needs.

In a timetable every firing has a clock cycle, and an image follows the one before after `interval`
cycles, the busy time of the slowest stage. A word that a stage holds back into the next image can
be read when that image's firing ends, an interval later than the same firing of its own image. The
depths are what the FIFOs hold at most. They are enough: stages that fire as early as they can are
never later than a timetable that keeps all their conditions, so the network with these depths
neither hangs nor falls behind the interval, however many images come. No run has to show it.

Whether a stage goes on with the next image at once is the tool's choice, and may differ from image
to image: a flush needs that no start is pending. A flush only lets words be read earlier, so a
timetable in which every stage that holds words back goes on at once keeps the conditions of all
other choices, the flush behind the last image among them. Its depths are the plan. Another
timetable says when each stage works: there only those go on that are likely to. The depths are
those of both, so neither is undercut.

The search for a timetable with small FIFOs: every stage as early as its inputs allow; then, from
the outputs back, as late as its readers allow, so that nothing before the slowest stage rushes;
then as early as possible again, so that nothing behind it dawdles; then stage by stage whatever
between earliest and latest needs the fewest bits. The depths are small, not provably the smallest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fpgaflow.hardware.dataflow import SMALLEST_DEPTH, Dataflow, Numbers, Process

_FAR = 1 << 50
"""More clock cycles than anything takes."""

_SWEEPS = 4
_WORTH_WHILE = 0.01
"""A sweep that saves a smaller part of the bits is the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What a timetable comes down to.

    Attributes:
        depths: of each stream; with them no stage is later than the timetable, and none hangs or
            falls behind the interval whichever stages rewind.
        starts: the clock cycle at which each process begins with an image, counted from the image's
            first word; 0 where it has begun before, with a border of zeros.
        ends: the clock cycle at which the last firing for that image is over, likewise.
    """

    depths: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def plan_schedule(dataflow: Dataflow) -> Schedule:
    """Return depths with which the network keeps its interval and never hangs, and the times.

    The depths hold whichever stages rewind; the times are those where the network's own `rewinds`
    says.
    """
    likely = _plan(dataflow)
    latest = _plan(dataflow.all_rewinding())
    depths = tuple(map(max, likely.depths, latest.depths))
    return replace(likely, depths=depths)


def shallow_depths(dataflow: Dataflow) -> tuple[int, ...]:
    """Return a depth for each stream with which the network keeps its interval and never hangs."""
    return plan_schedule(dataflow).depths


def _plan(dataflow: Dataflow) -> Schedule:
    timetable = _Timetable(dataflow)
    timetable.forward()
    timetable.backward()
    timetable.forward()
    timetable.improve()
    return timetable.schedule()


def least_depth(dataflow: Dataflow, stream: int) -> int:
    """Return the depth below which the network hangs, however deep all other streams are.

    A stage that reads this stream may need, through other stages, later firings of the stage that
    writes it. What those write has to find room first. With all other streams unbounded the
    network hangs if, and only if, the depth is less than this, given enough images for those stages
    that rewind.
    """
    writer, reader = dataflow.writers[stream], dataflow.readers[stream]
    needs: dict[int, Numbers] = {writer: np.arange(dataflow.processes[writer].firings)}
    firings = dataflow.processes[writer].firings
    for number in range(writer + 1, reader + 1):
        process = dataflow.processes[number]
        found = np.full(process.firings, -_FAR)
        for source in process.inputs:
            other = dataflow.writers[source]
            if other not in needs:
                continue
            sender = dataflow.processes[other]
            wanted = needs[other][sender.delivering] + sender.images_later * firings
            wanted += other == writer
            found[process.reading] = np.maximum(found[process.reading], wanted)
        if found.max() > -_FAR:
            # What the image before has needed is needed here too.
            found[0] = max(found[0], found.max() - firings)
            needs[number] = np.maximum.accumulate(found)
    written = np.concatenate([[0], np.cumsum(dataflow.processes[writer].writes)])
    images, rest = np.divmod(needs[reader][dataflow.processes[reader].reading], firings)
    wanted = images * written[-1] + written[rest]
    return int((wanted - np.arange(len(wanted))).max())


class _Timetable:
    """The clock cycle of every firing of one image."""

    def __init__(self, dataflow: Dataflow) -> None:
        self._dataflow = dataflow
        self._interval = dataflow.interval
        self._times = [process.before for process in dataflow.processes]

    def forward(self) -> None:
        """Let every stage but those without inputs fire as early as its inputs allow."""
        for number, process in enumerate(self._dataflow.processes):
            if process.inputs:
                self._times[number] = self._earliest(number)

    def backward(self) -> None:
        """Let every stage but those without outputs fire as late as its readers allow."""
        for number in reversed(range(len(self._times))):
            if self._dataflow.processes[number].outputs:
                self._times[number] = self._latest(number)

    def improve(self) -> None:
        """Move single stages between earliest and latest to where their FIFOs are smallest."""
        order = list(range(len(self._times)))
        for sweep in range(_SWEEPS):
            before = self._all_bits()
            for number in order[::-1] if sweep % 2 == 0 else order:
                self._move(number)
            if self._all_bits() > before * (1 - _WORTH_WHILE):
                break

    def schedule(self) -> Schedule:
        """Return the depths, and when each process works on the image that begins at 0."""
        pairs = list(zip(self._dataflow.processes, self._times, strict=True))
        first = min(int(times[0]) for process, times in pairs if not process.inputs)
        return Schedule(
            depths=self.depths(),
            starts=tuple(max(0, int(times[0]) - first) for _, times in pairs),
            ends=tuple(int(times[-1] + process.cycles[-1]) - first for process, times in pairs),
        )

    def depths(self) -> tuple[int, ...]:
        """Return what each FIFO holds at most."""
        return tuple(self._depth(stream) for stream in range(len(self._dataflow.width_bits)))

    def _earliest(self, number: int) -> Numbers:
        process = self._dataflow.processes[number]
        bound = np.full(process.firings, -_FAR)
        for stream in process.inputs:
            ready = self._ready(stream)
            bound[process.reading] = np.maximum(bound[process.reading], ready)
        times = np.maximum.accumulate(bound - process.before) + process.before
        # The next image's first firing comes after this one's last; that may start it later.
        bound[0] = max(bound[0], times[-1] + process.cycles[-1] - self._interval)
        return np.maximum.accumulate(bound - process.before) + process.before

    def _latest(self, number: int) -> Numbers:
        process = self._dataflow.processes[number]
        bound = np.full(process.firings, _FAR)
        for stream in process.outputs:
            read = self._read(stream) - process.images_later * self._interval
            np.minimum.at(bound, process.delivering, read - process.cycles[process.delivering])
        times = _accumulate_back(bound, process)
        bound[-1] = min(bound[-1], times[0] + self._interval - process.cycles[-1])
        return _accumulate_back(bound, process)

    def _move(self, number: int) -> None:
        process = self._dataflow.processes[number]
        if not process.outputs or self._bits(number) == self._smallest_bits(number):
            return
        latest = self._latest(number)
        if process.inputs:
            earliest = self._earliest(number)
            slack = int((latest - earliest).max())
            # The larger one of two timetables that keep all conditions keeps them too.
            steps = sorted({0, *(slack >> shift for shift in range(1, 10, 2))})
            choices = [np.maximum(earliest, latest - step) for step in steps] + [earliest]
        else:
            choices = [latest]
        kept, fewest = self._times[number], self._bits(number)
        for choice in choices:
            self._times[number] = choice
            bits = self._bits(number)
            if bits < fewest:
                kept, fewest = choice, bits
        self._times[number] = kept

    def _all_bits(self) -> int:
        pairs = zip(self.depths(), self._dataflow.width_bits, strict=True)
        return sum(depth * width for depth, width in pairs)

    def _bits(self, number: int) -> int:
        process = self._dataflow.processes[number]
        widths = self._dataflow.width_bits
        streams = (*process.inputs, *process.outputs)
        return sum(self._depth(stream) * widths[stream] for stream in streams)

    def _smallest_bits(self, number: int) -> int:
        process = self._dataflow.processes[number]
        streams = (*process.inputs, *process.outputs)
        return sum(SMALLEST_DEPTH * self._dataflow.width_bits[stream] for stream in streams)

    def _depth(self, stream: int) -> int:
        """Return the most places taken at once, all images together."""
        writer = self._dataflow.writers[stream]
        taken = self._times[writer][self._dataflow.processes[writer].writing]
        freed = self._read(stream) + 1
        images = (taken - freed[0]) // self._interval
        places = images * len(freed) + np.searchsorted(
            freed, taken - images * self._interval, side="right"
        )
        return max(SMALLEST_DEPTH, int((np.arange(1, len(taken) + 1) - places).max()))

    def _ready(self, stream: int) -> Numbers:
        number = self._dataflow.writers[stream]
        process = self._dataflow.processes[number]
        ends = (self._times[number] + process.cycles)[process.delivering]
        return ends + process.images_later * self._interval

    def _read(self, stream: int) -> Numbers:
        number = self._dataflow.readers[stream]
        return self._times[number][self._dataflow.processes[number].reading]


def _accumulate_back(bound: Numbers, process: Process) -> Numbers:
    return np.minimum.accumulate((bound - process.before)[::-1])[::-1] + process.before
