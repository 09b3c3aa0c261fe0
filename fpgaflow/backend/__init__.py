"""Makes hardware projects of fixed-point graphs, and simulates them."""
