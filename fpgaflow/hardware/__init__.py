"""Boards, and what a network needs of one."""
