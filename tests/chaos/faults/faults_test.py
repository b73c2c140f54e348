#!/usr/bin/env python3
"""The disk that power_cut plays, by small writers: what was synced is there after a power cut, what was not is not.

faults_test.py LIBRARY
"""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

LIBRARY = os.path.abspath(sys.argv.pop()) if len(sys.argv) > 1 else ""

WRITER = """
import os
def put(name, text, sync):
    file = os.open(name, os.O_WRONLY | os.O_CREAT)
    os.write(file, text)
    if sync: os.fsync(file)
    os.close(file)
def sync(folder):
    file = os.open(folder, os.O_RDONLY)
    os.fsync(file)
    os.close(file)
"""
SPOOL = "put('tmp/a', b'12345678', %s); os.rename('tmp/a', 'new/a'); %s; put('tmp/b', b'x', False)"
SYNC = "sync('new')"


class Faults(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name) / "spool"
        self.order = pathlib.Path(scratch.name) / "order"
        for name in ("", "tmp", "new"):
            (self.folder / name).mkdir()

    def run_writer(self, text, order):
        self.order.write_text(order)
        environment = {**os.environ, "LD_PRELOAD": LIBRARY, "QUILTER_FAULT_FOLDER": str(self.folder),
                       "QUILTER_FAULT_ORDER": str(self.order)}
        return subprocess.run([sys.executable, "-c", WRITER + text], cwd=self.folder, env=environment, check=False,
                              stderr=subprocess.PIPE, text=True)

    def dies(self, text, order):
        self.assertEqual(self.run_writer(text, order).returncode, -signal.SIGKILL)

    def names(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

    def test_a_file_that_was_synced_with_its_folder_outlives_a_power_cut(self):
        self.dies(SPOOL % (True, SYNC), "power-cut after create:2")
        self.assertEqual(self.names(), ["new/a"])
        self.assertEqual((self.folder / "new/a").read_bytes(), b"12345678")

    def test_without_its_fsync_it_is_torn(self):
        self.dies(SPOOL % (False, SYNC), "power-cut after create:2")
        self.assertEqual((self.folder / "new/a").read_bytes(), b"1234")

    def test_without_the_fsync_of_its_folder_it_is_lost(self):
        self.dies(SPOOL % (True, "0"), "power-cut after create:2")
        self.assertEqual(self.names(), [])

    def test_a_process_that_is_killed_leaves_all(self):
        self.dies(SPOOL % (False, "0"), "kill after create:2")
        self.assertEqual(self.names(), ["new/a", "tmp/b"])

    def test_before_a_step_is_before_it(self):
        self.dies(SPOOL % (True, SYNC), "kill before rename:1")
        self.assertEqual(self.names(), ["tmp/a"])
        self.dies(SPOOL % (True, SYNC), "power-cut before dirsync:1")
        self.assertEqual(self.names(), ["tmp/a"])  # found at the start, so durable

    def test_the_fsync_of_another_folder_is_of_no_help(self):
        self.dies(SPOOL % (True, "sync('tmp')"), "power-cut after create:2")
        self.assertEqual(self.names(), ["tmp/a"])

    def test_a_removed_file_is_back_after_a_power_cut(self):
        (self.folder / "new/a").write_text("old")
        self.dies("os.unlink('new/a'); put('tmp/b', b'x', False)", "power-cut after create:1")
        self.assertEqual(self.names(), ["new/a"])
        self.dies("os.unlink('new/a'); sync('new'); put('tmp/b', b'x', False)", "power-cut before create:1")
        self.assertEqual(self.names(), [])

    def test_what_a_rename_replaced_is_back(self):
        (self.folder / "new/a").write_text("old")
        self.dies(SPOOL % (True, "0"), "power-cut before create:2")
        self.assertEqual((self.folder / "new/a").read_text(), "old")

    def test_what_was_overwritten_and_not_synced_is_torn(self):
        for synced, content in ((False, b"1234old!"), (True, b"12345678")):
            (self.folder / "new/a").write_bytes(b"old?old!")
            sync = "os.fsync(file); " if synced else ""
            self.dies(f"file = os.open('new/a', os.O_RDWR); os.pwrite(file, b'12345678', 0); {sync}put('tmp/b', b'x', False)",
                      "power-cut before create:1")
            self.assertEqual((self.folder / "new/a").read_bytes(), content)

    def test_an_error_comes_so_often_as_was_ordered(self):
        text = """
for _ in range(4):
    try: put('tmp/a', b'x', True)
    except OSError as error: print(error.errno, file=sys.stderr)
"""
        done = self.run_writer("import sys" + text, "ENOSPC at fsync:2 for 2")
        self.assertEqual((done.returncode, done.stderr), (0, "28\n28\n"))

    def test_other_folders_are_left_alone(self):
        outside = self.folder.parent / "outside"
        done = self.run_writer(f"put({str(outside)!r}, b'x', True)", "EIO at write:1")
        self.assertEqual((done.returncode, outside.read_bytes()), (0, b"x"))


if __name__ == "__main__":
    unittest.main()
