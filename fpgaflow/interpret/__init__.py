"""The exact meaning of the fixed-point graph, in NumPy and in PyTorch; import the engine wanted."""
