"""Run as a program by torchrun: trains into a folder, all processes together."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import torch

from fpgaflow.compress.checkpoints import save_tensors
from fpgaflow.compress.distributed import joined
from fpgaflow.compress.training import fit
from tests.compress.training_cases import NORMALISE, QUICK, TRAIN, VALIDATION, InDouble

# A last batch of 4, and odd parts of the others.
SETTINGS = replace(QUICK, batch=17, batch_norm_l2=1e-3)
INTERRUPTED = 2
RESULT = "result.safetensors"

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with joined(torch.device("cpu")) as team:
        module = InDouble(seed=3 + team.rank)  # the first process's weights are everybody's
        history = fit(
            module,
            TRAIN,
            VALIDATION,
            SETTINGS,
            normalise=NORMALISE,
            folder=folder,
            teacher=InDouble(seed=9),
        )
        if team.leads:
            (folder / RESULT).write_bytes(save_tensors(module.state_dict()))
            (folder / "size").write_text(str(team.size))
