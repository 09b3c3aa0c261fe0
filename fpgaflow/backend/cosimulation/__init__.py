"""RTL that Vitis HLS wrote, run in Verilator: the same integers, and real cycles."""
