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


def recount(config, as_of, events):
    """(records, dead letters), each a list of lines."""
    settings = configuration.read(config)
    zone = Zone(settings.timezone)
    tick = read_time(as_of, None)
    intake = Intake(settings, zone, tick)
    intake.read(events)
    records = [record for funnel in settings.funnels for record in Snapshots(settings, zone, tick, funnel, intake).records()]
    records.sort(key=lambda record: key(record).encode())
    return [text(record) + "\n" for record in records], [text(letter) + "\n" for letter in intake.dead_letters]


def main():
    parser = argparse.ArgumentParser(description="recount funnels from scratch")
    parser.add_argument("--config", required=True)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--dead-letters")
    parser.add_argument("events", nargs="+")
    arguments = parser.parse_args()
    records, dead_letters = recount(arguments.config, arguments.as_of, arguments.events)
    sys.stdout.writelines(records)
    if arguments.dead_letters:
        with open(arguments.dead_letters, "w", encoding="utf-8") as file:
            file.writelines(dead_letters)


if __name__ == "__main__":
    main()
