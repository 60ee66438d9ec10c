#!/usr/bin/env python3
"""Memory follows the leads that are kept, not the events that were seen: a replay of three times the days, under a retention, needs hardly more.
Both of one that prints the state at its end, and of one that prints every tick, as it asks for much on the way.

The program is $FUNNELD, by default build/funneld."""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.path.abspath(os.environ.get("FUNNELD", ROOT / "build" / "funneld"))
DAYS, TIMES, ALLOWED = 300, 3, 1.6  # forgetting is in balance with coming by then; without a retention it is 2.3 times
RUNS = [("--last", ["--last"], 500), ("every tick", [], 30)]  # what it is called, its options, leads a day
CONFIG = """
application: bounded
timezone: Europe/Moscow
retention: 60d
dimensions: {manager: {field: /manager, take: closing}}
funnels:
  - id: sales
    lost: [lost]
    windows: [month]
    breakdowns: [[manager]]
    stages: [{id: new}, {id: called}, {id: offered}, {id: signed}, {id: paid}]
"""


def replayed(config, options, leads, days, directory):
    """What a replay of so many days needs at most, in KiB; and its number of events."""
    path = directory / f"{leads}-{days}.ndjson"
    with open(path, "wb") as file:
        subprocess.run([PROGRAM, "generate", "--config", config, "--leads", str(leads * days), "--days", str(days), "--seed", "1"], stdout=file,
                       stderr=subprocess.DEVNULL, check=True)
    child = subprocess.Popen([PROGRAM, "replay", "--config", config, *options, "--output", os.devnull, path], stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"bounded: replay: status {status}")
    with open(path, "rb") as file:
        return used.ru_maxrss, sum(1 for _ in file)


def main():
    with tempfile.TemporaryDirectory() as folder:
        directory = pathlib.Path(folder)
        config = directory / "bounded.yaml"
        config.write_text(CONFIG, encoding="utf-8")
        for name, options, leads in RUNS:
            short, events = replayed(config, options, leads, DAYS, directory)
            long, more = replayed(config, options, leads, DAYS * TIMES, directory)
            print(f"{name}: {events} events {short >> 10} MiB, {more} events {long >> 10} MiB")
            if long > short * ALLOWED:
                sys.exit(f"bounded: {name}: {TIMES} times the days need {long / short:.2f} times the memory; at most {ALLOWED} is allowed")


if __name__ == "__main__":
    main()
