"""The tests; the tree mirrors fpgaflow/."""
