"""Smaller networks: training, pruning, layer fusion and slimming, on PyTorch modules."""
