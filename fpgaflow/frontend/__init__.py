"""The doors into the graph: PyTorch modules, ONNX models and checkpoints."""
