"""Puts clones where a stream has several readers: a stream can be read only once."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import replace

from fpgaflow.backend.spatial.stages import CloneStage, Design, Stage

MAX_COPIES = 7
"""hls4ml has clone functions for two to seven copies."""


def fan_out(design: Design) -> Design:
    """Return the design with a tree of clones behind each stream that is read more than once."""
    readers: dict[str, int] = defaultdict(int)
    for name in (name for stage in design.stages for name in stage.inputs):
        readers[name] += 1
    for name in design.outputs:
        readers[name] += 1
    stages: list[Stage] = []
    copies: dict[str, deque[str]] = {}
    for stage in design.stages:
        inputs = tuple(copies[name].popleft() for name in stage.inputs)
        stages.append(replace(stage, inputs=inputs))
        for name in stage.outputs:
            leaves, clones = _clone_tree(stage, name, readers[name])
            stages.extend(clones)
            copies[name] = deque(leaves)
    outputs = tuple(copies[name].popleft() for name in design.outputs)
    return replace(design, stages=tuple(stages), outputs=outputs)


def _clone_tree(stage: Stage, stream: str, readers: int) -> tuple[list[str], list[CloneStage]]:
    """Return `readers` streams that carry `stream`, and the clones that write them.

    The first leaves are the shallowest, so they are split first and the tree stays flat.
    """
    leaves = deque([stream])
    clones: list[CloneStage] = []
    while len(leaves) < readers:
        parent = leaves.popleft()
        count = min(MAX_COPIES, readers - len(leaves))
        name = f"{stream}_clone{len(clones)}"
        outputs = tuple(f"{name}_{i}" for i in range(count))
        clones.append(
            CloneStage(
                name=name,
                inputs=(parent,),
                outputs=outputs,
                shape=stage.shape,
                element=stage.element,
                layer=stage.layer,
            )
        )
        leaves.extend(outputs)
    return list(leaves), clones
