"""A board that is not there: exact, timeless, and able to fail on demand."""
