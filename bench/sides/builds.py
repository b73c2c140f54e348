"""The programs that are measured: those of this tree, and those of another revision."""
import contextlib
import dataclasses
import os
import pathlib
import shutil

import parts
from ground import ROOT, Failure, run

DRIVERS = ("bench_drive", "bench_null_milter", "bench_parse")
LIMIT = 3600  # seconds for one build


@dataclasses.dataclass(frozen=True)
class Subject:
    """One revision of Quilter. `folder` is that of its build."""
    name: str
    folder: pathlib.Path

    @contextlib.contextmanager
    def programs(self):
        """Meanwhile parts.program() finds this one's."""
        before = os.environ.get("QUILTER_BIN")
        os.environ["QUILTER_BIN"] = str(self.folder / "cli")
        try:
            yield
        finally:
            os.environ.pop("QUILTER_BIN")
            if before is not None:
                os.environ["QUILTER_BIN"] = before

    def program(self, name):
        with self.programs():
            return parts.program(name)

    def driver(self, name):
        path = self.folder / "bench" / name
        return path if path.exists() else None


def build(source, *targets):
    """By the preset `release`; the folder of the build."""
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
    folder = source / "build" / "release"
    run("cmake", "--preset", "release", *launcher, cwd=source, limit=LIMIT)
    run("cmake", "--build", folder, "--target", *targets, limit=LIMIT)
    return folder


def this_tree(made=None):
    """made: the folder of a build that is configured."""
    targets = ("quilterd", "quilter", *DRIVERS)
    if made is None:
        return Subject("Quilter", build(ROOT, *targets))
    run("cmake", "--build", made, "--target", *targets, limit=LIMIT)
    return Subject("Quilter", made.resolve())


def has_target(folder, name):
    return f"{name}: " in run("cmake", "--build", folder, "--target", "help")


@contextlib.contextmanager
def revision(name, scratch):
    """Another one, from a worktree that goes with the end."""
    tree = scratch / "tree"
    run("git", "worktree", "add", "--detach", tree, name, cwd=ROOT)
    try:
        folder = build(tree, "quilterd", "quilter")
        if has_target(folder, "bench_parse"):
            build(tree, "bench_parse")
        yield Subject(name, folder)
    finally:
        with contextlib.suppress(Failure):
            run("git", "worktree", "remove", "--force", tree, cwd=ROOT)


def described(path=ROOT):
    with contextlib.suppress(Failure, OSError):
        return run("git", "describe", "--always", "--dirty", cwd=path).strip()
    return "unknown"
