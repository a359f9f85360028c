"""Files that survive an interruption: atomic writes, completion markers, locks, digests."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
from pathlib import Path

MARKER = ".complete"


def write_atomic(path, text, mode=0o644):
    """Write a text file so that a reader sees the old or the new content, never a part.

    :param path: the file to write.
    :param text: its content.
    :param mode: permission bits of the new file.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with open(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(partial, path)


def mark_complete(folder):
    """Record that a folder holds all it should; written last, so that an interrupted step is done again."""
    write_atomic(Path(folder) / MARKER, "")


def is_complete(folder):
    """Tell whether `mark_complete` was reached for this folder."""
    return (Path(folder) / MARKER).exists()


def remove_tree(path):
    """Remove a folder and everything in it; a missing one is fine."""
    shutil.rmtree(path, ignore_errors=True)


def sha256_of(path):
    """Return the hexadecimal SHA-256 of a file.

    :raises OSError: when it cannot be read.
    """
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def digest_of(*texts):
    """Return a short digest of some strings, the same for the same strings in the same order."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(str(text).encode())
        digest.update(b"\0")
    return digest.hexdigest()[:12]


def digest_of_tree(folder, skip):
    """Return a short digest of the names and contents of the files below a folder.

    :param folder: the top folder; a missing one counts as empty.
    :param skip: called with each path relative to `folder` (posix), tells whether to leave it out.
    """
    folder = Path(folder)
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not skip(name):
            digest.update(f"{name}\0{sha256_of(path)}\0".encode())
    return digest.hexdigest()[:12]


@contextlib.contextmanager
def locked(path, shared=False):
    """Hold a lock between processes for the length of a `with` block; the kernel drops it if we die.

    :param path: the lock file; it stays, only the lock on it matters.
    :param shared: several holders at once, but none beside an exclusive one.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", encoding="utf-8") as stream:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(stream, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"    waiting for another set-up that holds {path}", file=sys.stderr, flush=True)
            fcntl.flock(stream, kind)
        yield
