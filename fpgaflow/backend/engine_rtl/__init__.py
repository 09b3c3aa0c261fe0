"""The engine's RTL (rtl/) in Verilator: programs run on it, with real cycles and checked buses."""
