"""Take the network away from this very process, native code included: the first use of it ends the process.

A seccomp filter of the Linux kernel traps every `socket()` that isn't a Unix socket. Any look-up of a name and any
connection starts with one, whether Python or a library in C++ asks for it. Threads and child processes inherit it.
"""

import ctypes
import faulthandler
import platform
import signal
import socket
import struct
import sys

# Of each machine: its name in the kernel's audit.h, and the number of its system call `socket`.
MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
SUPPORTED = sys.platform == "linux" and platform.machine() in MACHINES

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _TRAP = 0x7FFF0000, 0x00030000
# Where the kernel puts what a filter may look at: the call's number, the machine, the first argument.
_CALL, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def take_the_network_away() -> None:
    """Have the first socket of this process that isn't a Unix socket end it with SIGSYS, after a Python traceback."""
    faulthandler.register(signal.SIGSYS, chain=True)
    machine, call = MACHINES[platform.machine()]
    # Each step: operation, how many steps to skip if equal, how many if not, value.
    steps = [
        (_LOAD, 0, 0, _MACHINE),
        (_JUMP_IF_EQUAL, 0, 5, machine),
        (_LOAD, 0, 0, _CALL),
        (_JUMP_IF_EQUAL, 0, 3, call),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_IF_EQUAL, 1, 0, socket.AF_UNIX),
        (_RETURN, 0, 0, _TRAP),
        (_RETURN, 0, 0, _ALLOW),
    ]
    program = _Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    system = ctypes.CDLL(None, use_errno=True)
    system.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    for arguments in ((_NO_NEW_PRIVILEGES, 1, 0, 0, 0), (_SET_SECCOMP, _FILTER, ctypes.addressof(program), 0, 0)):
        if system.prctl(*arguments):
            raise OSError(ctypes.get_errno(), "the network can't be taken away here")
