"""Graph-to-graph passes on the real-valued graph, one per file."""
