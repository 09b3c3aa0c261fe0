"""The class that a notebook on the board uses: load a bundle, classify images, read counters."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fpgaflow.errors import DeviceFailed, InputRefused, VerificationFailed
from fpgaflow.interpret.images import check_images
from fpgaflow.runtime.boards import open_platform
from fpgaflow.runtime.bundle import Bundle, read_bundle
from fpgaflow.runtime.comparison import Comparison, compare_counters
from fpgaflow.runtime.manifest import Manifest
from fpgaflow.runtime.platform import Platform
from fpgaflow.runtime.runner import Runner, Times
from fpgaflow.runtime.runner_choice import check_same_overlay, make_runner
from fpgaflow.runtime.streams import Integers
from fpgaflow.runtime.throughput import describe_throughput

if TYPE_CHECKING:
    from fpgaflow.interpret.fastest import Scores
    from fpgaflow.runtime.emulation.base import BaseBoard


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """A self-test that passed.

    Attributes:
        images: golden images whose scores all came as they should.
        counters: the counters, all as predicted.
    """

    images: int
    counters: Comparison

    def __str__(self) -> str:
        """Say what was found."""
        return f"{self.images} images: every score and every counter is as it should be"


class Accelerator:
    """A network on a board, or on its emulation.

        with Accelerator("resnet20.fpgaflow.zip") as accelerator:
            classes = accelerator.classify(images)
            print(accelerator.counters["off_chip_input"])
            print(accelerator.compare())

    Use it from one thread, and close it, or let `with` close it, before another one is loaded.
    """

    def __init__(
        self,
        bundle: str | Path | Bundle,
        *,
        emulate: bool | BaseBoard | None = None,
        batch_size: int | None = None,
        timeout_s: float | None = None,
    ) -> None:
        """Verify a bundle and load its design.

        Args:
            bundle: a file that `fpgaflow bundle` made, or one that `read_bundle` returned.
            emulate: True for the emulated board, False for the real one, None for the real one
                unless the environment variable FPGAFLOW_EMULATE is set; or an emulated board.
            batch_size: images in one transfer, or in one run of an engine; by default as many as
                a megabyte holds.
            timeout_s: the longest wait for one transfer, or for one image of an engine; by default
                five seconds and ten times what is modelled.

        Raises:
            InputRefused: the bundle is damaged, or is not for this board.
            ToolMissing: pynq is not installed, or too old or new for the board.
            DeviceFailed: the board, or its description, is not what the bundle needs.
        """
        self._bundle = bundle if isinstance(bundle, Bundle) else read_bundle(bundle)
        self._timeout_s = timeout_s
        self._scores: Scores | None = None
        self._images = 0
        self._last_times = Times()
        self._platform: Platform | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="fpgaflow-")
        try:
            self._bundle.unpack(Path(self._folder.name))
            self._platform = open_platform(self._bundle, Path(self._folder.name), emulate)
            self._runner: Runner = make_runner(self._platform, self._bundle, batch_size)
        except BaseException:
            if self._platform is not None:
                self._platform.close()
            self._folder.cleanup()
            raise

    @property
    def bundle(self) -> Bundle:
        """The bundle that was loaded."""
        return self._bundle

    @property
    def manifest(self) -> Manifest:
        """What the bundle says of the design."""
        return self._bundle.manifest

    @property
    def board(self) -> str:
        """What it runs on, for people."""
        return self._opened().name

    @property
    def class_names(self) -> tuple[str, ...]:
        """One for each score; empty where they are not known."""
        return self.manifest.class_names

    @property
    def clock_mhz(self) -> float:
        """The clock that the logic runs at now; `manifest.clock_mhz` was asked for."""
        return self._opened().clock_mhz

    @property
    def batch_size(self) -> int:
        """Images in one transfer, or in one run of an engine."""
        return self._runner.batch_size

    @batch_size.setter
    def batch_size(self, images: int) -> None:
        self._runner = make_runner(self._opened(), self._bundle, images)

    def predict(self, images: NDArray[np.uint8], *, check: bool = False) -> Integers:
        """Compute the scores of images on the board; counters start from zero.

        Where there are no images nothing runs, and the counters stay those of the call before.

        Args:
            images: raw pixels, uint8 [n, *input shape], any n.
            check: compute them with `reference` too, and compare every integer.

        Returns:
            The integers of the fixed-point network's output, int64 [n, *output shape].

        Raises:
            InputRefused: images of another type or shape.
            DeviceFailed: an error of the DMA or of the engine, a short packet, or no answer in
                time. The board has been reset; the next call works unless the cause is lasting.
            VerificationFailed: with `check`, an integer differs.
        """
        platform = self._opened()
        check_images(self._bundle.graph, images)
        # A view on memory that pynq allocated must not reach the DMA: it may lie outside it.
        given = np.asarray(images)
        if not len(given):
            return np.empty((0, *self.manifest.scores.shape), np.int64)
        times = Times()
        self._images = 0
        scores = self._runner.run(given, self._timeout_s, times)
        self._images, self._last_times = len(given), times
        if check:
            _compare(platform.name, scores, self.reference(given))
        return scores

    def classify(self, images: NDArray[np.uint8]) -> Integers:
        """Return the class with the highest score, the first of equal ones, int64 [n]."""
        scores = self.predict(images)
        return scores.reshape(len(scores), -1).argmax(1).astype(np.int64)

    def reference(self, images: NDArray[np.uint8]) -> Integers:
        """Compute the same scores on the processor: with PyTorch where installed, or with NumPy.

        Args:
            images: raw pixels, uint8 [n, *input shape].

        Returns:
            int64 [n, *output shape]: what `predict` must return, to the last integer.
        """
        if self._scores is None:
            # A board that only predicts needs no interpreter.
            from fpgaflow.interpret.fastest import prepare_scores

            self._scores = prepare_scores(self._bundle.graph)
        return self._scores(np.asarray(images))

    @property
    def counters(self) -> Mapping[str, int]:
        """What the hardware counted in the last `predict`, by the registers' names.

        The emulated board has no clock: its counters of cycles stay zero.
        """
        self._opened()
        return MappingProxyType(self._runner.counters())

    def compare(self) -> Comparison:
        """Hold the counters of the last `predict` against their prediction."""
        counters, runs = self.counters, self._runner.runs
        return compare_counters(self.manifest, self._images, counters, runs)

    def self_test(self) -> SelfTest:
        """Run the bundle's golden images, and compare every score and every counter.

        They go through from the last to the first and then in order: where the DMA reads what an
        earlier call left in memory, the scores are those of other images.

        Raises:
            VerificationFailed: a score or a counter is not what it should be.
        """
        platform = self._opened()
        images, expected = self._bundle.golden_images, self._bundle.golden_scores
        _compare(platform.name, self.predict(images[::-1])[::-1], expected)
        found = self.predict(images)
        _compare(platform.name, found, expected)
        counters = self.compare()
        for row in counters.rows:
            if not row.equal:
                raise VerificationFailed(
                    f"{platform.name}: the counter {row.name} shows {row.counted:,} {row.unit} "
                    f"after {counters.images} images",
                    accepted=f"{row.predicted:,}, as predicted",
                    remedy="if the scores are right, the bundle and the bitstream differ",
                )
        return SelfTest(images=len(found), counters=counters)

    def throughput_test(self, images: int | None = None) -> dict[str, float]:
        """Measure how fast random images go through; keys are those of FINN's driver.

        Args:
            images: how many; by default four transfers of `batch_size`.

        Returns:
            runtime[ms], throughput[images/s], DRAM_in_bandwidth[MB/s], DRAM_out_bandwidth[MB/s],
            fclk[mhz], batch_size, and the milliseconds of packing, copying and unpacking. Packing
            and unpacking overlap the computation. On the emulated board these figures tell nothing
            of a real one.
        """
        count = 4 * self.batch_size if images is None else images
        if count < 1:
            raise InputRefused(f"a throughput test with {count} images", accepted="1 or more")
        rng = np.random.default_rng(0)
        pixels = rng.integers(0, 256, (count, *self.manifest.images.shape), dtype=np.uint8)
        self.predict(pixels)
        return describe_throughput(self._runner, self._last_times, count, self.clock_mhz)

    def use(self, bundle: str | Path | Bundle) -> None:
        """Run another network from now on, on the overlay that is loaded.

        An engine runs any network that was compiled for it: its program is copied to memory, and
        the bitstream stays. `batch_size` is the default of the new network.

            with Accelerator("resnet20.fpgaflow.zip") as accelerator:
                accelerator.use("densenet40.fpgaflow.zip")

        Args:
            bundle: of a network for the same engine; it needs no bitstream.

        Raises:
            InputRefused: the bundle is damaged, or is for another board or engine, or the design
                that is loaded is no engine. What was in use stays in use.
            DeviceFailed: the engine on the board is not the one that the bundles are for.
        """
        platform = self._opened()
        new = bundle if isinstance(bundle, Bundle) else read_bundle(bundle)
        check_same_overlay(self.manifest, new.manifest)
        self._runner = make_runner(platform, new, None)
        self._bundle, self._scores, self._images = new, None, 0

    def close(self) -> None:
        """Give the board's memory back; calling it twice does nothing more."""
        if self._platform is not None:
            self._platform.close()
            self._platform = None
            del self._runner
            self._folder.cleanup()

    def __enter__(self) -> Accelerator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._platform is None else f"on {self._platform.name}"
        return f"<Accelerator {self.manifest.name} {state}>"

    def _opened(self) -> Platform:
        if self._platform is None:
            raise DeviceFailed(
                f"the accelerator {self.manifest.name} is closed", remedy="load the bundle again"
            )
        return self._platform


def _compare(name: str, found: Integers, expected: Integers) -> None:
    """Refuse scores that are not those expected, naming the first one."""
    different = np.argwhere(found != expected)
    if len(different):
        first = tuple(int(index) for index in different[0])
        raise VerificationFailed(
            f"{name}: {len(different)} of {found.size} scores are wrong; the first is score "
            f"{list(first[1:])} of image {first[0]}: {int(found[first])}",
            accepted=f"{int(expected[first])}, as the exact interpreter gives it",
            remedy="run self_test(); if it fails again, load the bundle again",
        )
