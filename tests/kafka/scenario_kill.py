"""kill -9 at random moments, in a backlog and while events come in: in the end everything counted once, nothing published twice."""

import random
import time

import agreement
import events
from application import ALL_WINDOWS, Application
from records import Feed
from suite import expect

HEADERS = [("source", "crm")]
BACKLOG = 0.6           # this part of the events is there before the daemon is
CATCHING_UP_S = (0, 1)  # from taking office to kill, while it reads that
UP_S = (0.3, 6.0)       # later, from start to kill: before it leads, while it restores, in the middle of a transaction


def kill(suite):
    leads, seconds, early, late = (15_000, 10, 2, 3) if suite.quick else (60_000, 30, 4, 8)
    application = Application(suite, "kill", partitions=3, windows=ALL_WINDOWS)
    application.create_input()
    sample = events.make(application, leads, suite.seed)
    chance = random.Random(suite.seed)
    daemon = application.daemon()
    try:
        backlog = [lines[:int(len(lines) * BACKLOG)] for lines in sample.partitions]
        Feed(application.servers, application.input, backlog, 0, HEADERS).wait()
        daemon.start()
        for _ in range(early):
            daemon.leads()
            time.sleep(chance.uniform(*CATCHING_UP_S))
            _kill_and_start(daemon)

        sample.set_clocks_fast([len(lines) for lines in backlog], seconds)
        rest = [lines[len(begun):] for lines, begun in zip(sample.partitions, backlog)]
        feed = Feed(application.servers, application.input, rest, seconds, HEADERS)
        killed = 0
        while killed < late or feed.running():
            time.sleep(chance.uniform(*UP_S))
            _kill_and_start(daemon)
            killed += 1
        feed.wait()
        time.sleep(events.FAST_S + 1)
        application.settle(sample.counts())
        expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")
        return f"{sum(sample.counts())} events, killed {early + killed} times, {agreement.check(application, sample)}"
    finally:
        application.end()


def _kill_and_start(daemon):
    expect(daemon.running(), f"{daemon.log}: it ended by itself with {daemon.process.poll()}")
    daemon.kill()
    daemon.start()
