"""Names of the files in a build folder."""

from __future__ import annotations

REPORT = "report.json"
PAGE = "report.html"
GRAPH_TEXT = "graph.txt"
IMAGES = "images.npz"
HLS = "hls"
SYNTHESIS = "synthesis"
# Of the engine's style.
PROGRAM = "engine.bin"
PROGRAM_TEXT = "engine.txt"
FRAMES = "frames.json"
