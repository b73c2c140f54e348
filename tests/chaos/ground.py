"""What parts and scenarios stand on: commands, folders, file systems, waiting, and the two ways to give up."""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUPPORT = ROOT / "tests" / "support"
SKIPPED = 77
LIST_ID = "demo.lists.example.org"
PROJECT = "demo"


class Skip(Exception):
    """The scenario cannot run on this machine."""


class Failure(Exception):
    """What was promised did not hold."""


def program(name):
    folder = os.environ.get("QUILTER_BIN") or ROOT / "build" / "dev" / "cli"
    path = pathlib.Path(folder).resolve() / name
    if not path.exists():
        raise Failure(f"{path} is not built (QUILTER_BIN names its folder)")
    return str(path)


def run(*command, limit=120, **options):
    """The standard output of a command; Failure when it fails, Skip when it says 77."""
    # A file, not a pipe: what it leaves running would hold a pipe open.
    with tempfile.TemporaryFile("w+") as complaint, tempfile.TemporaryFile("w+") as said:
        status = subprocess.run([str(word) for word in command], stdin=options.pop("stdin", subprocess.DEVNULL),
                                stdout=said, stderr=complaint, timeout=limit, check=False, **options).returncode
        said.seek(0)
        complaint.seek(0)
        if status == SKIPPED:
            raise Skip(complaint.read().strip())
        if status != 0:
            raise Failure(f"{' '.join(map(str, command[:4]))} ended with {status}: {complaint.read().strip()[-2000:]}")
        return said.read()


def wait_until(holds, what, limit=60):
    """Polls: there is nothing to wait on. The limit bounds a failure, it measures nothing."""
    end = time.monotonic() + limit
    while not holds():
        if time.monotonic() > end:
            raise Failure(f"not within {limit} s: {what}")
        time.sleep(0.01)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


MEMORY = pathlib.Path("/dev/shm")
ROOM = 2 << 30  # bytes that a run may take


def place(on_disk):
    """Memory is several times quicker, and kill -9 loses no more there than on a disk."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if roomy and not on_disk else pathlib.Path("/tmp")


@contextlib.contextmanager
def scratch(keep=False, on_disk=False):
    """A folder that users postgres and postfix can reach, removed at the end."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="quilter-chaos.", dir=place(on_disk)))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        if keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def tmpfs(folder, size):
    """A file system of its own ("64m") at `folder`. It wants root, else Skip."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        raise Skip("only root can mount a tmpfs")
    try:
        run("mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", folder)
    except Failure as error:
        raise Skip(f"no tmpfs here: {error}") from error
    try:
        yield folder
    finally:
        run("umount", "--lazy", folder)


@contextlib.contextmanager
def full(folder):
    """No byte is free in the file system of `folder` meanwhile."""
    filler = pathlib.Path(folder) / "filler"
    try:
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            for size in (1 << 20, 4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"x" * size)
        yield
    finally:
        filler.unlink(missing_ok=True)


class Part:
    """Something that start() starts and stop() stops; stop() of what does not run does nothing."""

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()


def processes():
    """(process, its parent) of all there are."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                stat = pathlib.Path("/proc", entry, "stat").read_text(encoding="utf-8", errors="replace")
                yield int(entry), int(stat.rpartition(")")[2].split()[1])
