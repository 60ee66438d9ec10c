#!/usr/bin/env python3
"""Compare two sets of records (NDJSON) as contracts go: to the digit, but for what is measured within a tolerance.

    compare.py [--dead-letters A B] [--ignore FIELD]... [--bucketed] [A B]

Records are matched by funnel, window, start and group; one in which nothing counts may be absent, tombstones and alerts are not looked at.
Quantiles agree within 2 % + 1 s, `matured` within 0.01 + 1/leads, its bounds within twice that. Dead letters are matched by error and value.
--bucketed compares the estimates of `matured` only where all leads are mature, so that no age counts.
Prints the differences; exit status 1 if there are any."""

import argparse
from collections import Counter
import json
import sys

ABSENT = object()
QUANTILES = {"to_next_p50", "to_next_p90", "age_p50", "age_p90"}

MINUS_NOTHING = {("-0.00", "0.00"), ("0.00", "-0.00")}        # an amount of extra wins that rounds to nothing


class Figure(str):
    """A number as written."""


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line, parse_int=Figure, parse_float=Figure) for line in file]


def read_snapshots(path):
    return [record for record in read(path) if record["type"] == "snapshot"]


def name(record):
    group = ",".join(f"{name}={value}" for name, value in sorted(record["group"].items())) or "all"
    start = "now" if record["window"].startswith("rolling-") else record["start"]
    return "/".join((record["funnel"], record["window"], start, group))


def counts_nothing(record):
    def zero(view):
        return (view["entered"] == view["won"] == view["lost"] == "0" and all(step["reached"] == "0" for step in view["steps"]))
    return zero(record["activity"]) and zero(record["cohort"]) and not record["open"] and record["nps"]["answers"] == "0"


def within(a, b, tolerance):
    if a is None or b is None:
        return a is b
    return abs(float(a) - float(b)) <= tolerance


class Comparison:
    def __init__(self, ignored, bucketed=False):
        self.ignored = set(ignored)
        self.bucketed = bucketed
        self.differences = []

    def differ(self, place, a, b):
        def show(value):
            return "absent" if value is ABSENT else json.dumps(value, ensure_ascii=False)
        self.differences.append(f"{place}: {show(a)} / {show(b)}")

    def values(self, place, a, b):
        last = place.rpartition(".")[2]
        if last in self.ignored:
            return
        if isinstance(a, dict) and isinstance(b, dict):
            self.matured(place, a, b) if last == "matured" else self.members(place, a, b)
        elif isinstance(a, list) and isinstance(b, list):
            for i in range(max(len(a), len(b))):
                self.values(f"{place}[{i}]", a[i] if i < len(a) else ABSENT, b[i] if i < len(b) else ABSENT)
        elif last in QUANTILES and isinstance(a, Figure) and isinstance(b, Figure):
            if not within(a, b, 0.02 * max(float(a), float(b)) + 1):
                self.differ(place, a, b)
        elif isinstance(a, Figure) and isinstance(b, Figure) and (a, b) in MINUS_NOTHING:
            pass
        elif type(a) is not type(b) or a != b:
            self.differ(place, a, b)

    def members(self, place, a, b):
        for member in [*a, *(member for member in b if member not in a)]:
            self.values(f"{place}.{member}", a.get(member, ABSENT), b.get(member, ABSENT))
        if set(a) == set(b) and list(a) != list(b):
            self.differ(place + " (order)", list(a), list(b))

    def matured(self, place, a, b):
        for member in ("horizon", "leads", "mature"):
            self.values(f"{place}.{member}", a[member], b[member])
        if self.bucketed and a["mature"] != a["leads"]:
            return
        leads = float(a["leads"])
        tolerance = 0.01 + (1 / leads if leads else 0) + 1e-6
        for member, allowed in (("conversion", tolerance), ("low", 2 * tolerance), ("high", 2 * tolerance)):
            if not within(a[member], b[member], allowed):
                self.differ(f"{place}.{member}", a[member], b[member])

    def records(self, a, b):
        for records in (a, b):
            for key, count in Counter(map(name, records)).items():
                if count > 1:
                    self.differences.append(f"{key}: {count} records under one key")
        a, b = ({name(record): record for record in records} for records in (a, b))
        for key in sorted(a.keys() | b.keys()):
            if key in a and key in b:
                self.values(key + " ", a[key], b[key])
            elif not counts_nothing(a.get(key) or b.get(key)):
                self.differences.append(f"{key}: only in the {'first' if key in a else 'second'}")

    def dead_letters(self, a, b):
        a, b = (Counter((letter["error"], letter.get("value"), letter.get("value_base64")) for letter in letters) for letters in (a, b))
        for which, rest in (("first", a - b), ("second", b - a)):
            for (error, value, base64), count in rest.items():
                self.differences.append(f"dead letter only in the {which} ({count}): {error} {value if base64 is None else 'base64 ' + base64!r}")

    def text(self, most):
        """The first differences, one a line."""
        more = len(self.differences) - most
        return "\n".join(self.differences[:most] + ([f"... and {more} more"] if more > 0 else []))


def main():
    parser = argparse.ArgumentParser(description="compare two sets of records")
    parser.add_argument("--dead-letters", nargs=2, metavar=("A", "B"))
    parser.add_argument("--ignore", action="append", default=[], metavar="FIELD")
    parser.add_argument("--bucketed", action="store_true")
    parser.add_argument("--most", type=int, default=50, help="differences to print")
    parser.add_argument("records", nargs="*")
    arguments = parser.parse_args()
    comparison = Comparison(arguments.ignore, arguments.bucketed)
    if arguments.records:
        comparison.records(*map(read_snapshots, arguments.records))
    if arguments.dead_letters:
        comparison.dead_letters(*map(read, arguments.dead_letters))
    if comparison.differences:
        print(comparison.text(arguments.most))
    sys.exit(1 if comparison.differences else 0)


if __name__ == "__main__":
    main()
