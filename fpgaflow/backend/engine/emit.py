"""A layer with addresses becomes `ARRAY` instructions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from fpgaflow.backend.engine.bands import lane_shift
from fpgaflow.backend.engine.homes import View
from fpgaflow.backend.engine.network import Layer, Value
from fpgaflow.backend.engine.refusals import does_not_fit
from fpgaflow.backend.engine.steps import Step
from fpgaflow.backend.engine.tasks import Buffer, Move
from fpgaflow.backend.engine.weights import bias_rows, dense_rows, diagonal_rows
from fpgaflow.engine.config import EngineConfig
from fpgaflow.engine.isa import Array, Load, Store, encode
from fpgaflow.engine.program import Operation
from fpgaflow.errors import InputRefused


class Strip(NamedTuple):
    """Rows of the output that one instruction computes.

    Attributes:
        lane: the last lane that writes; those before it write too.
        first: row of the band.
        rows: of each band.
        last_rows: of the last lane's.
        shift: from a lane to its bank, `lane_shift`.
        alone: whether only the last lane's rows are right; the others' come later.
    """

    lane: int
    first: int
    rows: int
    last_rows: int
    shift: int
    alone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Emitter:
    """What all layers share.

    Attributes:
        config: the engine.
        values: by name.
        views: where each value lies in its buffer.
        buffers: by their root's name.
    """

    config: EngineConfig
    values: Mapping[str, Value]
    views: Mapping[str, View]
    buffers: Mapping[str, Buffer]

    def operations(self, step: Step) -> Iterator[Operation]:
        """Return the instructions of a step, weights included.

        Raises:
            DoesNotFit: a size beyond the instruction's fields or the program memory.
        """
        work = step.work
        if isinstance(work, Move):
            yield self._move(work, step.addresses[work.root])
            return
        if work.diagonal:
            weights, contiguous = diagonal_rows(work.weights, self.config), False
        else:
            contiguous = self._contiguous(work)
            weights = dense_rows(work.weights, self.config, contiguous=contiguous)
        biases = bias_rows(work.biases, self.config)
        for array in self._arrays(work, step.addresses, len(weights), contiguous):
            self._check(work, array)
            yield Operation(instruction=array, biases=biases, weights=weights, layer=work.node.name)

    def _contiguous(self, layer: Layer) -> bool:
        value = self.values[layer.inputs[0]]
        return self.views[value.name].pitch == value.shape[2]

    def _move(self, move: Move, address: int) -> Operation:
        buffer = self.buffers[move.root]
        kind = Store if move.to_memory else Load
        instruction = kind(
            region=move.region,
            banks=buffer.banks,
            address=address,
            bank_bytes=buffer.bank_bytes,
            offset=move.offset,
        )
        return Operation(instruction=instruction, layer=move.node.name)

    def _arrays(
        self, layer: Layer, addresses: Mapping[str, int], groups: int, contiguous: bool
    ) -> Iterator[Array]:
        output = self.values[layer.output]
        view = self.views[output.name]
        base = addresses[view.root] + view.channel
        for strip in self._strips(layer):
            array = self._array(layer, addresses, groups, contiguous, strip)
            for plane in range(output.planes):
                start = base + plane * self.buffers[view.root].plane_bytes
                last_plane = plane == output.planes - 1
                yield replace(
                    array,
                    high_byte=not last_plane,
                    # A wide output takes all steps twice; they count once.
                    unweighted=array.unweighted or not last_plane,
                    out_address=start + strip.first * array.out_row_pitch,
                )

    def _strips(self, layer: Layer) -> Iterator[Strip]:
        """All lanes at once where they can; else lane after lane, the last first.

        Each instruction writes in all lanes up to its last, so that a lane's own comes after.
        """
        value, output = self.values[layer.inputs[0]], self.values[layer.output]
        stride = layer.stride.height
        shift = lane_shift(value.band_rows, output.band_rows, stride, output.shape[0])
        last = output.banks - 1
        if shift is not None:
            yield Strip(last, 0, output.rows, output.last_rows, shift, alone=False)
            return
        for lane in range(last, -1, -1):
            rows = output.last_rows if lane == last else output.band_rows
            if stride <= value.band_rows:
                yield Strip(lane, 0, rows, rows, 0, alone=True)
                continue
            for row in range(rows):
                yield Strip(lane, row, 1, 1, 0, alone=True)

    def _array(
        self,
        layer: Layer,
        addresses: Mapping[str, int],
        groups: int,
        contiguous: bool,
        strip: Strip,
    ) -> Array:
        value, output = self.values[layer.inputs[0]], self.values[layer.output]
        view, out = self.views[value.name], self.views[output.name]
        band, pitch = value.band_rows, view.pitch
        row_pitch = value.shape[1] * pitch
        first = strip.first + strip.lane * output.band_rows * strip.alone
        y = first * layer.stride.height - layer.top
        starts = self._starts(layer, addresses)
        lanes_o = self.config.lanes_o
        run, taps, tap_bytes = self._run(layer, contiguous, pitch)
        tiles = -(-run // self.config.lanes_k)
        channel = min(self.views[name].channel for name in layer.inputs)
        return Array(
            maximum=layer.maximum,
            shift_phases=layer.shift_phases,
            unweighted=not layer.counted or (strip.alone and strip.lane < output.banks - 1),
            signed_phases=self._signed(layer),
            phases=len(layer.reads),
            groups=groups,
            last_channels=(output.shape[2] - 1) % lanes_o + 1,
            shift=layer.shift,
            low=layer.low,
            high=layer.high,
            kernel_rows=layer.weights.shape[1],
            taps=taps,
            tiles=tiles,
            last_lanes=run - (tiles - 1) * self.config.lanes_k,
            lane_shift=strip.shift,
            lane=y // band - strip.lane * strip.alone,
            stride_rows=layer.stride.height if strip.rows > 1 else 1,
            row_address=starts[0] + y % band * row_pitch,
            row_pitch=row_pitch,
            row_step=layer.stride.height * row_pitch if strip.rows > 1 else 0,
            band_bytes=band * row_pitch if value.banks > 1 else value.rows * row_pitch,
            band_rows=band,
            row=y % band,
            last_lane=value.banks - 1,
            last_rows=value.last_rows,
            column=channel - layer.left * pitch - layer.before,
            column_step=layer.stride.width * pitch if output.shape[1] > 1 else 0,
            tap_step=tap_bytes if taps > 1 else 0,
            phase_step=(starts[1] - starts[0]) % (1 << 16) if len(starts) > 1 else 0,
            group_step=lanes_o if layer.diagonal else 0,
            rows_out=strip.rows,
            columns_out=output.shape[1],
            out_address=0,
            out_row_pitch=output.shape[1] * out.pitch,
            out_pixel_pitch=out.pitch,
            out_last_lane=strip.lane,
            out_last_rows=strip.last_rows,
        )

    def _starts(self, layer: Layer, addresses: Mapping[str, int]) -> list[int]:
        """Return, for each phase, the address of its map's first row, columns left aside."""
        views = [self.views[name] for name in layer.inputs]
        least = min(view.channel for view in views)
        starts: list[int] = []
        for number, plane in layer.reads:
            view = views[number]
            at = addresses[view.root] + plane * self.buffers[view.root].plane_bytes
            starts.append(at + view.channel - least)
        return starts

    def _run(self, layer: Layer, contiguous: bool, pitch: int) -> tuple[int, int, int]:
        """Return a run's bytes, the taps of a kernel row and the bytes between them."""
        if layer.diagonal:
            step = pitch if layer.tap_bytes is None else layer.tap_bytes
            return self.config.lanes_o, layer.weights.shape[2], step
        columns, inputs = layer.weights.shape[2:4]
        return (columns * inputs, 1, pitch) if contiguous else (inputs, columns, pitch)

    def _signed(self, layer: Layer) -> int:
        signs = (
            self.values[layer.inputs[number]].element.signed and plane == 0
            for number, plane in layer.reads
        )
        return sum(sign << phase for phase, sign in enumerate(signs))

    def _check(self, layer: Layer, array: Array) -> None:
        rows = array.group_rows
        if rows > self.config.most_group_rows:
            raise does_not_fit(
                layer.node,
                f"{rows} rows of the program for {self.config.lanes_o} output channels",
                f"at most {self.config.most_group_rows} rows in the program memory (w_rows)",
            )
        try:
            encode(array)
        except InputRefused as error:
            raise does_not_fit(
                layer.node, "a size beyond an instruction's fields", error.found
            ) from error
