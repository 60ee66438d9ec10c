#!/usr/bin/env python3
"""The long-term store of the README: its SQL, word for word, run by DuckDB on a year of snapshots, must say what the snapshots say.

    long_term.py        the program is $FUNNELD, by default build/funneld

DuckDB comes from PyPI once and stays in ${XDG_CACHE_HOME:-~/.cache}/funneld. Without a way to fetch it the exit status is 77: not run."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

ROOT = pathlib.Path(__file__).resolve().parents[2]
FUNNELD = os.environ.get("FUNNELD", str(ROOT / "build" / "funneld"))
CONFIG = ROOT / "config" / "examples" / "konsaltjurist.yaml"
DUCKDB = "duckdb==2.0.1"
NOT_RUN = 77
FUNNEL, STEPS, MONTHS = "sro", 8, 12


def have_duckdb():
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "funneld" / DUCKDB.replace("==", "-")
    if not (cache / "duckdb").is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", str(cache), DUCKDB]
        if subprocess.run(command, check=False).returncode != 0:
            return False
    sys.path.insert(0, str(cache))
    return True


def sql_of_readme():
    """The indented block that begins with its table."""
    found = re.search(r"(?m)^    CREATE TABLE IF NOT EXISTS snapshots.*\n(?:(?:    .*)?\n)*?(?=\S)", (ROOT / "README.md").read_text(encoding="utf-8"))
    if not found:
        sys.exit("README.md has no block of SQL that begins with CREATE TABLE IF NOT EXISTS snapshots")
    return [statement for statement in re.sub(r"(?m)^    ", "", found.group()).split(";") if statement.strip()]


def make_year(directory):
    """Every snapshot that a year would have published, as a consumer of the topic collects them; more than one a key."""
    generate = [FUNNELD, "generate", "--config", CONFIG, "--leads", "72", "--seed", "1", "--funnel", FUNNEL, "--days", "365", "--start", "2023-04-01T00:00:00"]
    events = subprocess.run(generate, stdout=subprocess.PIPE, check=True).stdout
    replay = [FUNNELD, "replay", "--config", CONFIG, "--every", "1d", "--output", directory / "snapshots.ndjson", "-"]
    subprocess.run(replay, input=events, stderr=subprocess.DEVNULL, check=True)
    with open(directory / "snapshots.ndjson", "a", encoding="utf-8") as snapshots:
        snapshots.write("\n")  # a tombstone, as kcat prints it


def trend_of(lines):
    """The same, read by hand: the last snapshot of each month, all leads."""
    last = {}
    for record in map(json.loads, filter(None, lines)):
        if record["type"] == "snapshot" and record["funnel"] == FUNNEL and record["window"] == "month" and not record["group"]:
            last[record["start"]] = record
    return [(start[:7], step["step"], step["reached"], None if step["conversion"] is None else float(round(100 * step["conversion"] + 1e-9)))
            for start, record in sorted(last.items()) for step in record["cohort"]["steps"]]


def main():
    if not have_duckdb():
        print(f"{DUCKDB} cannot be fetched from PyPI")
        return NOT_RUN
    import duckdb
    with tempfile.TemporaryDirectory(prefix="funneld-long-term-") as folder:
        directory = pathlib.Path(folder)
        make_year(directory)
        os.chdir(directory)
        connection = duckdb.connect("funnel.duckdb")
        statements = sql_of_readme()
        for _ in range(2):  # once more, as every night: nothing doubles
            for statement in statements:
                found = connection.execute(statement)
            rows = found.fetchall()
        lines = (directory / "snapshots.ndjson").read_text(encoding="utf-8").splitlines()
        wanted = trend_of(lines)
        os.chdir("/")
    if rows != wanted or len(rows) != STEPS * MONTHS:
        differ = [pair for pair in zip(rows, wanted) if pair[0] != pair[1]]
        sys.exit(f"{len(rows)} rows, expected {len(wanted)}: {differ[:5]}")
    print(f"long-term store: {len(lines)} records in DuckDB {duckdb.__version__}, the trend of {MONTHS} months as the snapshots say")
    return 0


if __name__ == "__main__":
    sys.exit(main())
