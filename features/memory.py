"""Giving memory back that only opening a model needed: the C library keeps it otherwise, two times a model's size."""

import ctypes
import sys


def give_back_memory() -> None:
    """Ask glibc to return freed memory to the system (`malloc_trim`); elsewhere there is nothing to ask."""
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
