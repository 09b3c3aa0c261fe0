"""Emulated boards whose engine is its RTL, from a simulator that was compiled before.

It needs NumPy and the simulator, neither Verilator nor a compiler: what pynq's own environments
have, too.
"""

from __future__ import annotations

import weakref
from pathlib import Path

from fpgaflow.api.engine_device import RtlDevice
from fpgaflow.backend.engine_rtl.compile import RtlModel
from fpgaflow.backend.engine_rtl.process import RtlEngine
from fpgaflow.errors import InputRefused, ToolMissing
from fpgaflow.hardware.engine_design import address_bits
from fpgaflow.runtime.bundle import Bundle
from fpgaflow.runtime.emulation.choice import use_engines
from fpgaflow.runtime.emulation.engine_board import engine_config


def use_rtl(program: str | Path) -> None:
    """Let a simulator of the RTL stand behind the registers of every engine's board made here.

    It holds in this process, for each board that is made from now on: by `Accelerator` with
    `emulate=True`, by FPGAFLOW_EMULATE, and by pynq where that names a bundle.

        use_rtl("engine-pynq-z2")
        with Accelerator("digits.fpgaflow.zip", emulate=True, timeout_s=60) as accelerator:
            print(accelerator.self_test())

    Args:
        program: the executable that `compile_engine` made for the board's engine.

    Raises:
        ToolMissing: it is not there.
    """
    # The process starts in the executable's own folder.
    path = Path(program).resolve()
    if not path.is_file():
        raise ToolMissing(
            f"{program} is not there",
            accepted="a simulator of the engine's RTL",
            remedy="compile it where Verilator is: "
            "fpgaflow.backend.engine_rtl.compile.compile_engine",
        )
    use_engines(lambda bundle: start_engine(bundle, path))


def start_engine(bundle: Bundle, program: Path) -> RtlDevice:
    """Start a simulator for a bundle's board; it ends with whoever holds what is returned.

    Args:
        bundle: of an engine.
        program: the executable that `compile_engine` made for the board's engine.

    Raises:
        InputRefused: the bundle is no engine's.
        ToolFailed: the program does not start.
    """
    manifest = bundle.manifest
    if manifest.engine is None:
        raise InputRefused(f"{bundle.path} has no engine", accepted="a bundle of an engine")
    model = RtlModel(
        config=engine_config(manifest),
        address_bits=address_bits(manifest.board.family),
        program=program.resolve(),
    )
    rtl = RtlEngine(model)
    device = RtlDevice(rtl)
    weakref.finalize(device, rtl.close)
    return device
