#!/usr/bin/env python3
"""The independent model: a recount from scratch, slow and plain, of what the daemon counts event by event.

It follows the semantics, sections 1 to 8, 10 and 11, and shares nothing with the daemon, so that each checks the other:

    model.py --config C --as-of T [--dead-letters FILE] EVENTS... > records.ndjson

prints the last record of every key in which something counts, sorted by key: what

    funneld replay --config C --as-of T --last --dead-letters FILE EVENTS...

prints, but for alerts, tombstones and records of zeros."""

import argparse
import sys

import configuration
from intake import Intake
from reading import read_time
from records import Snapshots, key, text
from zone import Zone


def main():
    parser = argparse.ArgumentParser(description="recount funnels from scratch")
    parser.add_argument("--config", required=True)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--dead-letters")
    parser.add_argument("events", nargs="+")
    arguments = parser.parse_args()

    settings = configuration.read(arguments.config)
    zone = Zone(settings.timezone)
    tick = read_time(arguments.as_of, None)
    intake = Intake(settings, zone, tick)
    intake.read(arguments.events)

    records = [record for funnel in settings.funnels for record in Snapshots(settings, zone, tick, funnel, intake).records()]
    for record in sorted(records, key=lambda record: key(record).encode()):
        sys.stdout.write(text(record) + "\n")
    if arguments.dead_letters:
        with open(arguments.dead_letters, "w", encoding="utf-8") as file:
            file.writelines(text(letter) + "\n" for letter in intake.dead_letters)


if __name__ == "__main__":
    main()
