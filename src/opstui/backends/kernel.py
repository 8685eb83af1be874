"""The kernel's events of some folders: no thread, and nobody wakes up while nothing changes.

Linux' inotify through libc: https://man7.org/linux/man-pages/man7/inotify.7.html
"""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

ATTRIB, CLOSE_WRITE, MOVED_FROM, MOVED_TO = 0x4, 0x8, 0x40, 0x80
CREATE, DELETE, DELETE_SELF, MOVE_SELF = 0x100, 0x200, 0x400, 0x800
OVERFLOW, IGNORED, ONLY_FOLDERS, FOLDER = 0x4000, 0x8000, 0x1000000, 0x40000000
WATCHED = (
    CLOSE_WRITE | MOVED_FROM | MOVED_TO | CREATE | DELETE | DELETE_SELF | MOVE_SELF | ONLY_FOLDERS
)
_EVENT = struct.Struct("iIII")


class Kernel:
    """Watches folders, each by itself. Raises OSError where the kernel has no more watches, or
    is none that has them."""

    def __init__(self) -> None:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        begin, self._add = (getattr(libc, name, None)
                            for name in ("inotify_init1", "inotify_add_watch"))
        self._errno = ctypes.get_errno
        if begin is None or self._add is None:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
        self.descriptor: int = begin(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.descriptor < 0:
            raise OSError(self._errno(), os.strerror(self._errno()))
        self._folders: dict[int, Path] = {}

    def watch(self, folder: Path, bits: int = WATCHED) -> bool:
        """Watch a folder from now on; False where it is none, or may not be read.

        bits: the events that are of interest.
        """
        if self._add is None:
            return False
        number: int = self._add(self.descriptor, os.fsencode(folder), bits)
        if number >= 0:
            self._folders[number] = folder
            return True
        code = self._errno()
        if code in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):
            return False
        raise OSError(code, os.strerror(code), str(folder))

    def read(self) -> list[tuple[Path, str, int]]:
        """What happened since: folder, name in it (empty: the folder itself), and the event's
        bits. After OVERFLOW, anything may have happened."""
        try:
            data = os.read(self.descriptor, 1 << 16)
        except BlockingIOError:
            return []
        events: list[tuple[Path, str, int]] = []
        at = 0
        while at < len(data):
            number, bits, _, size = _EVENT.unpack_from(data, at)
            at += _EVENT.size
            name = os.fsdecode(data[at : at + size].rstrip(b"\0"))
            at += size
            folder = self._folders.get(number)
            if bits & IGNORED:
                self._folders.pop(number, None)
            elif bits & OVERFLOW or folder is not None:
                events.append((folder or Path(), name, bits))
        return events

    def close(self) -> None:
        """Stop watching."""
        os.close(self.descriptor)
