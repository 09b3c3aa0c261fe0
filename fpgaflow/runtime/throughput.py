"""The figures of a throughput test, under the names that FINN's driver gave them."""

from __future__ import annotations

from fpgaflow.runtime.runner import Runner, Times


def describe_throughput(
    runner: Runner, times: Times, images: int, clock_mhz: float
) -> dict[str, float]:
    """Return the figures of a run.

    Args:
        runner: that took the images.
        times: what the run took.
        images: how many it took.
        clock_mhz: of the logic.
    """
    seconds = times.total
    incoming = images * runner.bytes_in
    outgoing = images * runner.bytes_out
    return {
        "runtime[ms]": 1e3 * seconds,
        "throughput[images/s]": images / seconds,
        "DRAM_in_bandwidth[MB/s]": incoming / seconds / 1e6,
        "DRAM_out_bandwidth[MB/s]": outgoing / seconds / 1e6,
        "fclk[mhz]": clock_mhz,
        "batch_size": runner.batch_size,
        "pack_input[ms]": 1e3 * times.pack,
        "copy_input_data_to_device[ms]": 1e3 * times.to_device,
        "copy_output_data_from_device[ms]": 1e3 * times.from_device,
        "unpack_output[ms]": 1e3 * times.unpack,
    }
