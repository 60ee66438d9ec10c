#!/usr/bin/env python3
"""Delivery of alerts, from records on the alerts topic to receivers that misbehave and to a real Alertmanager.

    run.py [--servers BROKERS] [--only NAME] [--keep DIR]

The program is $FUNNELD, by default build/funneld. Without --servers the cluster is a daemon's embedded one. Scenarios run at the same time, each an
application of its own. Needs kcat, python3-jsonschema and prometheus-alertmanager."""

import argparse
import concurrent.futures
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import scenario_alertmanager  # noqa: E402
import scenario_messages  # noqa: E402
import scenario_memory  # noqa: E402
import scenario_trouble  # noqa: E402
from suite import PROGRAM, ROOT, Failure, World  # noqa: E402

SCENARIOS = {
    "messages": scenario_messages.messages,
    "routes": scenario_messages.routes,
    "trouble": scenario_trouble.trouble,
    "endless": scenario_trouble.endless,
    "away": scenario_trouble.away,
    "refused": scenario_trouble.refused,
    "words": scenario_trouble.words,
    "tls": scenario_trouble.tls,
    "restart": scenario_memory.restart,
    "killed": scenario_memory.killed,
    "takeover": scenario_memory.takeover,
    "too-old": scenario_memory.too_old,
    "alertmanager": scenario_alertmanager.alertmanager,
    "whole": scenario_alertmanager.whole,
}

# Topics of one partition, as the daemon creates them on a broker; the others get four from the embedded cluster.
HOST = "application: host\ninput: {topics: [%s]}\nkafka: {bootstrap.servers: unused}\nfunnels: [{id: f, stages: [{id: a}]}]\n"


def start_cluster(directory):
    """A daemon whose embedded cluster outlives those that are tested."""
    config = directory / "host.yaml"
    config.write_text(HOST % ", ".join(f"{name}.alerts" for name in SCENARIOS if name != "messages"), encoding="utf-8")
    with open(directory / "host", "wb") as said:
        host = subprocess.Popen([PROGRAM, "run", "--config", str(config), "--embedded"], stdout=subprocess.PIPE, stderr=said, text=True)
    return host, host.stdout.readline().strip().removeprefix("bootstrap.servers=")


def create_topics(servers):
    """On a broker: compacted, of one partition, but for one of four."""
    sys.path.append(str(ROOT / "tests" / "kafka"))
    from protocol import create_topic
    for name in SCENARIOS:
        create_topic(servers, f"{name}.alerts", 4 if name == "messages" else 1, cleanup_policy="compact")
    create_topic(servers, "whole.events", 1)


def run_scenario(name, scenario, servers, broker, directory):
    begun = time.monotonic()
    world = World(servers, broker, directory, name)
    try:
        said, word = scenario(world), "passed"
    except Failure as failure:
        said, word = f"\n{failure}", "FAILED"
    except Exception as error:  # of the scenario itself
        said, word = f"\n{type(error).__name__}: {error}", "FAILED"
        if not isinstance(error, (OSError, AssertionError, KeyError, IndexError, ValueError)):
            raise
    finally:
        world.end()
    print(f"{word}  {name}, {time.monotonic() - begun:.0f} s{': ' if said else ''}{said or ''}", flush=True)
    return word == "passed"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", help="bootstrap servers of a broker (default: an embedded cluster)")
    parser.add_argument("--only", metavar="NAME", default="", help="scenarios whose names begin so")
    parser.add_argument("--keep", metavar="DIR", help="leave configurations and the daemons' logs there")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    directory = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="funneld-notify-")).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    host, servers, passed = None, options.servers, []
    try:
        if servers is None:
            host, servers = start_cluster(directory)
        else:
            create_topics(servers)
        chosen = {name: scenario for name, scenario in SCENARIOS.items() if name.startswith(options.only)}
        with concurrent.futures.ThreadPoolExecutor(len(chosen)) as pool:
            passed = list(pool.map(lambda item: run_scenario(*item, servers, options.servers is not None, directory), chosen.items()))
    finally:
        if host is not None:
            host.terminate()
            host.wait()
    failed = passed.count(False)
    if failed:
        print(f"what they leave behind: {directory}")
    elif not options.keep:
        shutil.rmtree(directory, ignore_errors=True)
    print(f"{passed.count(True)} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
