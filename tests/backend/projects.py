"""What the projects of the backend's tests are made for."""

from __future__ import annotations

from fpgaflow.backend.spatial.hls4ml_model import Target

TARGET = Target(project="network", part="xc7z020clg400-1", clock_mhz=100.0)
