"""Names of the files in a build folder."""

from __future__ import annotations

REPORT = "report.json"
PAGE = "report.html"
GRAPH_TEXT = "graph.txt"
IMAGES = "images.npz"
HLS = "hls"
SYNTHESIS = "synthesis"
