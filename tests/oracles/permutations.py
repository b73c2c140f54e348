#!/usr/bin/env python3
"""Every order of real mail gives one state: tests/series/permutations_test.cpp with the corpus.

usage: permutations.py TEST-PROGRAM
"""
import os
import subprocess
import sys

import support

os.environ["QUILTER_CORPUS"] = str(support.corpus())
sys.exit(subprocess.run([sys.argv[1], "[.corpus]"], cwd=support.ROOT, check=False).returncode)
