"""Leaving in order and going on: a restart repeats nothing; a broker that goes away is waited for."""

import time

import events
import validity
from application import Application
from cluster import Cluster
from records import ends, produce
from suite import expect, wait_until

PROMPT_S = 3.0
AWAY_S = 4


def restart(suite):
    """SIGTERM in quiet times and in the middle of work."""
    application = Application(suite, "restart", partitions=2)
    application.create_input()
    sample = events.make(application, 3_000, suite.seed)
    half = [len(lines) // 2 for lines in sample.partitions]
    daemon = application.daemon().start()
    try:
        for number, lines in enumerate(sample.partitions):
            produce(application.servers, application.input, lines[:half[number]], number)
        application.settle(half)
        before = ends(application.servers, application.snapshots)
        _leave(daemon)
        daemon.start().leads()
        time.sleep(3)
        expect(ends(application.servers, application.snapshots) == before, "a restart alone published something")

        for number, lines in enumerate(sample.partitions):
            produce(application.servers, application.input, lines[half[number]:], number)
        time.sleep(0.3)
        took = _leave(daemon)
        daemon.start()
        application.settle(sample.counts())
        _leave(daemon)
        application.agree_with_replay(sample.files)
        return f"left in {took:.1f} s, {validity.check(application, 400)} records valid"
    finally:
        application.end()


def _leave(daemon):
    status, took = daemon.terminate()
    expect(status == 0, f"exit status {status} after SIGTERM")
    expect(took < PROMPT_S, f"it took {took:.1f} s to leave")
    return took


def broker_away(suite):
    """On a broker of its own, which nobody else misses."""
    cluster = Cluster(suite.directory / "broker-away")
    cluster.start()
    application = Application(suite, "away", partitions=2, servers=cluster.servers)
    try:
        application.create_input()
        sample = events.make(application, 2_000, suite.seed)
        half = [len(lines) // 2 for lines in sample.partitions]
        daemon = application.daemon().start()
        for number, lines in enumerate(sample.partitions):
            produce(cluster.servers, application.input, lines[:half[number]], number)
        wait_until(lambda: daemon.said("leading "), 20, "it leads")
        time.sleep(0.5)  # in the middle of work
        cluster.stop()
        time.sleep(AWAY_S)
        expect(daemon.running(), f"{daemon.log}: it ended with {daemon.process.poll()} while the broker was away")
        cluster.start()
        back = time.monotonic()
        for number, lines in enumerate(sample.partitions):
            produce(cluster.servers, application.input, lines[half[number]:], number)
        application.settle(sample.counts())
        took = time.monotonic() - back
        expect(daemon.said("waiting") and daemon.said("answer again"), f"{daemon.log}: it does not say that it waits")
        _leave(daemon)
        application.agree_with_replay(sample.files)
        return f"quiet again {took:.0f} s after the broker's return"
    finally:
        application.end()
        cluster.stop()
