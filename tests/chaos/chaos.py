#!/usr/bin/env python3
"""Runs scenarios: real PostgreSQL, Postfix and quilterd, what can happen to them, and the account at the end.

QUILTER_BIN is the folder of quilterd and quilter; default build/dev/cli. Without SCENARIO: all of them, one after
the other. Exit status 1 when one failed, 77 when none could run on this machine.
"""
import argparse
import importlib
import pathlib
import signal
import sys
import time
import traceback

import parts
import scenario


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="of the mails, their order, and what happens when")
    parser.add_argument("--whole", action="store_true", help="all the disasters, not the cut that ctest runs")
    parser.add_argument("--list", action="store_true", help="names the scenarios and what they do")
    parser.add_argument("--keep", action="store_true", help="leaves the folders of the servers")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    return parser.parse_args()


def load():
    """Every module in scenarios/ registers its own."""
    for file in sorted((pathlib.Path(__file__).parent / "scenarios").glob("*.py")):
        importlib.import_module(f"scenarios.{file.stem}")
    return scenario.SCENARIOS


def play(name, options):
    """"passed", "skipped" or "failed"."""
    function = scenario.SCENARIOS[name]
    print(f"== {name}: {function.__doc__.strip().splitlines()[0]} (seed {options.seed})", flush=True)
    start = time.monotonic()
    try:
        function(scenario.Run(name, options.seed, options.whole, options.keep))
        result = "passed"
    except parts.Skip as why:
        print(f"skipped: {why}")
        result = "skipped"
    except parts.Failure as why:
        print(why)
        result = "failed"
    except Exception:  # pylint: disable=broad-except; the next scenario still runs
        traceback.print_exc(file=sys.stdout)
        result = "failed"
    print(f"== {name}: {result} in {time.monotonic() - start:.1f} s", flush=True)
    return result


def interrupted(number, _):
    raise SystemExit(128 + number)  # through every `with`: all is stopped


def main():
    options = arguments()
    known = load()
    if options.list:
        for name, function in known.items():
            print(f"{name}: {function.__doc__.strip().splitlines()[0]}")
        return 0
    unknown = [name for name in options.scenarios if name not in known]
    if unknown:
        sys.exit(f"no such scenario: {', '.join(unknown)} (--list)")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, interrupted)
    results = [play(name, options) for name in options.scenarios or known]
    if "failed" in results:
        return 1
    return 0 if "passed" in results else parts.SKIPPED


if __name__ == "__main__":
    sys.exit(main())
