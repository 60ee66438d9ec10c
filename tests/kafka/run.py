#!/usr/bin/env python3
"""The daemon from end to end, on a real Apache Kafka broker and on the embedded one.

    run.py [--quick] [--seed S] [--chaos SECONDS] [--only NAME] [--keep DIR]

The program is $FUNNELD, by default build/funneld. The broker is $FUNNELD_TEST_BROKER, one that scripts/kafka has started (others may not
allow sessions of a second), or else one is started for the time of the run. Needs kcat and python3-jsonschema; Java for the broker.
Every scenario has topics of its own. Without a broker nothing is run, which fails only where CI=true."""

import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import scenario_changes  # noqa: E402
import scenario_chaos  # noqa: E402
import scenario_erasure  # noqa: E402
import scenario_forms  # noqa: E402
import scenario_history  # noqa: E402
import scenario_kill  # noqa: E402
import scenario_partitions  # noqa: E402
import scenario_restart  # noqa: E402
import scenario_secure  # noqa: E402
import scenario_standby  # noqa: E402
import scenario_trouble  # noqa: E402
import scenario_worked_example  # noqa: E402
from cluster import Cluster, NotRun  # noqa: E402
from suite import Failure, Suite  # noqa: E402

SCENARIOS = {  # quick ones first
    "worked example, by replay": scenario_worked_example.by_replay,
    "worked example, embedded": scenario_worked_example.embedded,
    "worked example, on the broker": scenario_worked_example.on_the_broker,
    "restart": scenario_restart.restart,
    "broker away": scenario_restart.broker_away,
    "history: topics": scenario_history.topics,
    "history: produced": scenario_history.produced,
    "history: rebuild": scenario_history.rebuild,
    "kill": scenario_kill.kill,
    "standby": scenario_standby.standby,
    "chaos": scenario_chaos.chaos,
    "forms": scenario_forms.forms,
    "partitions": scenario_partitions.partitions,
    "changes": scenario_changes.changes,
    "erasure": scenario_erasure.erasure,
    "secure": scenario_secure.secure,
    "trouble": scenario_trouble.trouble,
}
NOT_QUICK = {"standby", "chaos", "forms", "changes"}


IN_CI = os.environ.get("CI") == "true"


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="without standby, chaos and forms, and fewer kills")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32), help="of the events and the moments of killing (default: a new one)")
    parser.add_argument("--chaos", type=int, default=40, metavar="SECONDS", help="how long chaos lasts (default: 40)")
    parser.add_argument("--only", metavar="NAME", help="scenarios whose names begin so")
    parser.add_argument("--keep", metavar="DIR", help="leave configurations, events and the daemons' logs there")
    return parser.parse_args()


def run_scenario(name, scenario, suite):
    """Returns the word for how it went."""
    begun = time.monotonic()
    try:
        said, word = scenario(suite), "passed"
    except NotRun as reason:
        said, word = f"*** {reason} ***", "NOT RUN"
    except (Failure, RuntimeError, OSError, subprocess.SubprocessError) as error:
        said, word = f"\n{type(error).__name__}: {error}", "FAILED"
    print(f"{word}  {name}, {time.monotonic() - begun:.0f} s{': ' if said else ''}{said or ''}", flush=True)
    return word


def run_all(options, suite):
    chosen = {name: scenario for name, scenario in SCENARIOS.items() if name.startswith(options.only or "") and not (options.quick and name in NOT_QUICK)}
    print(f"seed {suite.seed}, broker {suite.servers}", flush=True)
    words = [run_scenario(name, scenario, suite) for name, scenario in chosen.items()]
    failed = words.count("FAILED") + (words.count("NOT RUN") if IN_CI else 0)
    if failed:
        print(f"what they leave behind: {suite.directory}")
    print(f"{words.count('passed')} passed, {failed} failed")
    return 1 if failed or not words else 0


def main():
    options = parse_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that daemons and broker end, too
    directory = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="funneld-kafka-")).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    given = os.environ.get("FUNNELD_TEST_BROKER")
    cluster = Cluster(directory / "broker")
    status = 1
    try:
        if not given:
            cluster.start()
        status = run_all(options, Suite(given or cluster.servers, directory, options.seed, options.quick, options.chaos))
    except NotRun as reason:
        print(f"*** NOT RUN: {reason} ***\n0 passed, {int(IN_CI)} failed", flush=True)
        status = int(IN_CI)
    finally:
        if not given:
            cluster.stop()
        if not options.keep and status == 0:
            shutil.rmtree(directory, ignore_errors=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
