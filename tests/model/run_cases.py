#!/usr/bin/env python3
"""Check the daemon against worked cases and against the independent model on random ones.

    run_cases.py [N] [--seed S] [--threads 1,4] [--worked DIR] [--keep DIR] [--bucketed] [--model-only]

N random cases from seed S on: each is replayed with every number of threads (the bytes must be the same) and compared with the model; then
with its lines shuffled, doubled and dealt to other files, and with every tick on the way published: neither may change a last record. Before them the worked cases of DIR.
Every record is validated against its schema.
The daemon is $FUNNELD, by default build/funneld. --model-only puts the model in its place: a check of the model and of these scripts."""

import argparse
import glob
import json
import os
import random
import subprocess
import sys
import tempfile

from compare import Comparison, name as name_of, read, read_snapshots
from generate_cases import generate
from model import recount

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schema"))
import validate  # noqa: E402

SHOWN = 12                            # differences printed of a failing case
SCHEMAS = validate.load()


class Failure(Exception):
    """What is wrong with a case, for people."""


def tick_of(config):
    with open(config, encoding="utf-8") as file:
        return file.readline().split("as-of:")[1].strip()


def write(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)


def replay(directory, events, threads, *how):
    """Run the daemon; returns its records' bytes. The dead letters are in the directory."""
    config = os.path.join(directory, "config.yaml")
    dead_letters = os.path.join(directory, "dead-letters.ndjson")
    command = [os.environ.get("FUNNELD", "build/funneld"), "replay", "--config", config, "--as-of", tick_of(config), "--dead-letters", dead_letters]
    command += how or ["--last"]
    command += ["--threads", str(threads)] if threads else []
    done = subprocess.run(command + events, capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command + events)}\nexit status {done.returncode}\n{done.stderr.decode(errors='replace')[-2000:]}")
    with open(os.path.join(directory, "records.ndjson"), "wb") as file:
        file.write(done.stdout)
    if not os.path.exists(dead_letters):
        write(dead_letters, [])
    return done.stdout


def replay_model(directory, events, _):
    config = os.path.join(directory, "config.yaml")
    records, dead_letters = recount(config, tick_of(config), events)
    write(os.path.join(directory, "records.ndjson"), records)
    write(os.path.join(directory, "dead-letters.ndjson"), dead_letters)
    return "".join(records).encode()


def check_schemas(path):
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            for mistake in validate.mistakes(line, SCHEMAS, None):
                raise Failure(f"{os.path.basename(path)}:{number}: {mistake}")


def check(directory, expected, expected_dead_letters, bucketed=False):
    for name in ("records.ndjson", "dead-letters.ndjson"):
        check_schemas(os.path.join(directory, name))
    comparison = Comparison([], bucketed)
    comparison.records(read_snapshots(expected), read_snapshots(os.path.join(directory, "records.ndjson")))
    if expected_dead_letters:
        comparison.dead_letters(read(expected_dead_letters), read(os.path.join(directory, "dead-letters.ndjson")))
    if comparison.differences:
        raise Failure("expected / found\n" + comparison.text(SHOWN))


def shuffled(directory, events, seed):
    """The same lines, some of them twice, in another order and in other files."""
    chance = random.Random(seed)
    lines = []
    for path in events:
        with open(path, "rb") as file:
            lines += file.read().split(b"\n")[:-1]
    lines += [line for line in lines if chance.random() < 0.2]
    chance.shuffle(lines)
    paths = [os.path.join(directory, f"shuffled-{number}.ndjson") for number in range(chance.randint(1, 3))]
    for number, path in enumerate(paths):
        with open(path, "wb") as file:
            file.write(b"".join(line + b"\n" for line in lines[number::len(paths)]))
    return paths


def check_ticks(directory, events, threads, last):
    """With all ticks published, each one's changes added to the sums of the one before, the last record under each key says the same."""
    run = [replay(directory, events, count, "--every", "6h") for count in threads]
    if any(records != run[0] for records in run):
        raise Failure("with all ticks: other bytes with other threads")
    latest = {}
    for line in run[0].splitlines(keepends=True):
        record = json.loads(line)
        said = json.dumps({name: value for name, value in record.items() if name not in ("as_of", "last_event_at")})
        key = name_of(record)
        if latest.get(key, (None, None))[0] == said and record["final"]:
            raise Failure(f"{key}: published twice")
        latest[key] = (said, line)
    for name, lines in (("last.ndjson", [last]), ("ticks.ndjson", [line for _, line in latest.values()])):
        with open(os.path.join(directory, name), "wb") as file:
            file.writelines(lines)
    comparison = Comparison(["as_of", "last_event_at", "matured", "age_p50", "age_p90"])
    comparison.records(read_snapshots(os.path.join(directory, "last.ndjson")), read_snapshots(os.path.join(directory, "ticks.ndjson")))
    if comparison.differences:
        raise Failure("last / all ticks\n" + comparison.text(SHOWN))


def run_worked(case, directory, run, threads, _):
    """A case of tests/cases: configuration, events and what is expected of them."""
    for name in os.listdir(directory):
        os.remove(os.path.join(directory, name))
    with open(os.path.join(case, "config.yaml"), encoding="utf-8") as file:
        write(os.path.join(directory, "config.yaml"), file.readlines())
    for count in threads:
        run(directory, sorted(glob.glob(os.path.join(case, "events*.ndjson"))), count)
        check(directory, os.path.join(case, "expected.ndjson"), os.path.join(case, "expected-dead-letters.ndjson"))


def run_random(seed, directory, run, threads, bucketed):
    case = generate(seed, directory)
    config = os.path.join(directory, "config.yaml")
    events = sorted(glob.glob(os.path.join(directory, "events-*.ndjson")))
    expected, expected_dead_letters = os.path.join(directory, "expected.ndjson"), os.path.join(directory, "expected-dead-letters.ndjson")
    records, dead_letters = recount(config, tick_of(config), events)
    write(expected, records)
    write(expected_dead_letters, dead_letters)

    first = run(directory, events, threads[0])
    check(directory, expected, expected_dead_letters, bucketed)
    for count in threads[1:]:
        if run(directory, events, count) != first:
            raise Failure(f"other bytes with --threads {count}")
    if case.retention is None and run is replay:
        check_ticks(directory, events, threads, first)
    if case.retention is None:
        run(directory, shuffled(directory, events, seed), threads[0])
        try:
            check(directory, expected, None, bucketed)
        except Failure as failure:
            raise Failure(f"shuffled: {failure}") from None


def main():
    parser = argparse.ArgumentParser(description="check the daemon against worked and random cases")
    parser.add_argument("count", nargs="?", type=int, default=0, help="random cases")
    parser.add_argument("--seed", type=int, default=1, help="of the first random case")
    parser.add_argument("--threads", default="", help="numbers of threads, as in 1,4")
    parser.add_argument("--worked", metavar="DIR", help="folder of worked cases")
    parser.add_argument("--keep", metavar="DIR", help="where the case last run stays")
    parser.add_argument("--most-failures", type=int, default=5, help="stop after so many")
    parser.add_argument("--bucketed", action="store_true", help="as in compare.py, for the random cases")
    parser.add_argument("--model-only", action="store_true", help="the model in the daemon's place")
    arguments = parser.parse_args()
    run = replay_model if arguments.model_only else replay
    threads = [int(count) for count in arguments.threads.split(",") if count] or [None]

    cases = []
    if arguments.worked:
        cases += [(os.path.basename(path.rstrip("/")), run_worked, path) for path in sorted(glob.glob(os.path.join(arguments.worked, "*/")))]
    cases += [(f"seed {seed}", run_random, seed) for seed in range(arguments.seed, arguments.seed + arguments.count)]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        directory = arguments.keep or scratch
        os.makedirs(directory, exist_ok=True)
        for name, run_case, what in cases:
            try:
                run_case(what, directory, run, threads, arguments.bucketed)
                passed += 1
            except (Failure, subprocess.TimeoutExpired) as failure:
                print(f"{name}: {failure}", flush=True)
                failed += 1
                if failed == arguments.most_failures:
                    break
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
