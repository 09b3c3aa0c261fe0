"""The fitted numbers of the resource model, and how they were got.

What a structure takes is counted where its shape says so (`resource_structures`). Seven numbers
are not: how many look-up tables and flip-flops synthesis leaves of each bit that is selected,
accumulated or multiplied by a constant. They are fitted, by non-negative least squares of the
relative error, to what Vivado reported stage by stage for hls4ml designs with known layers
(`benchmarks/resource_model.py`, `docs/results/resource-model.md`):

- Keb-L/hls4ml-data on GitHub: five convolutional networks with line buffers, io_stream, Vivado
  2019.2, hierarchical utilization of xcvu9p; 20 stages that multiply;
- nicologhielmetti/hls4ml-pynq on GitHub: a jet classifier, io_stream, placed and routed on an
  xc7z020 with Vivado 2019.2; 4 stages;
- six whole designs whose stages Vivado did not list: four more of Keb-L's, two of the SVHN network
  in hls4ml's tutorial.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficients:
    """Look-up tables and flip-flops for each bit of a structure, after synthesis by Vivado.

    Attributes:
        lut_operand: tables for each bit that a multiplier's operand is chosen from.
        lut_accumulator: tables for each bit of the accumulators of a folded stage.
        lut_collect: tables for each bit of a vector that comes in over several words.
        ff_accumulator: flip-flops for each bit of the accumulators, the results among them.
        ff_collect: flip-flops for each bit of a vector that comes in over several words.
        lut_digit: tables for each bit of the adders that multiplication by constants is made of.
        ff_digit: flip-flops for each of these bits.
    """

    lut_operand: float = 0.55
    lut_accumulator: float = 2.55
    lut_collect: float = 0.99
    ff_accumulator: float = 3.53
    ff_collect: float = 2.38
    lut_digit: float = 0.375
    ff_digit: float = 0.126


FITTED = Coefficients()
"""Those of all designs together."""
