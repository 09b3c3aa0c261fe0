"""The compiler of the engine: a fixed-point graph becomes a program (docs/engine.md)."""
