"""The engine's contract (docs/engine.md): its programs and registers, and what they mean."""
