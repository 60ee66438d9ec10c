"""Three processes of one application under steady input: killed, ended and stopped at random, the broker restarted in between. One leads at a time, the
next one takes over, a leader that wakes up late writes nothing, and the end is a replay's."""

import json
import random
import signal
import time

import agreement
import events
from application import ALL_WINDOWS, Application
from cluster import Cluster
from records import Feed
from suite import expect, wait_until

THREADS = ("1", "2", "2")  # of each process
LEADS_A_SECOND = 400
QUIET_S = (0.2, 3.0)       # between two strokes
HANGS_S = (0.5, 6.0)
BACK_S = (0.0, 2.0)        # from the end of a process to its next start
AWAY_S = 3                 # the broker
TAKEOVER_S = 20            # past the session's timeout, a transaction's and restoring
WORDS_OF_LOSS = ("another process leads", "the lead is lost")


class Chaos:
    def __init__(self, suite, cluster):
        self.application = Application(suite, "chaos", partitions=3, windows=ALL_WINDOWS, servers=cluster.servers)
        self.chance = random.Random(suite.seed)
        self.daemons = [self.application.daemon("--threads", threads) for threads in THREADS]
        self.takeovers = []  # seconds
        self.strokes = {"kill -9": 0, "SIGTERM": 0, "SIGSTOP": 0}
        self.revived = 0     # former leaders that woke up

    def start(self):
        self.application.create_input()
        self.daemons[0].start().leads()
        for daemon in self.daemons[1:]:
            daemon.start()

    def leader(self):
        """Whose word that it leads is the latest."""
        return max(self.daemons, key=lambda daemon: daemon.last_said("all restored") or "")

    def strike(self):
        """Do something to one of them, and see who leads then."""
        struck = self.chance.choice(self.daemons + [self.leader()])
        led, marks = struck is self.leader(), [daemon.mark() for daemon in self.daemons]
        stroke = self.chance.choice(list(self.strokes))
        self.strokes[stroke] += 1
        begun = time.monotonic()
        if stroke == "SIGSTOP":
            self._hang(struck, led, marks, begun)
            return
        if stroke == "kill -9":
            struck.kill()
        else:
            expect(struck.terminate(20)[0] == 0, f"{struck.log}: exit status {struck.process.returncode} after SIGTERM")
        time.sleep(self.chance.uniform(*BACK_S))
        struck.start()
        if led:
            self._expect_takeover(self.daemons, marks, begun)

    def _hang(self, struck, led, marks, begun):
        seconds = self.chance.uniform(*HANGS_S)
        mark = struck.mark()
        struck.signal(signal.SIGSTOP)
        try:
            others = [daemon for daemon in self.daemons if daemon is not struck]
            time.sleep(seconds)
            taken_over = led and any(daemon.said("all restored", marks[self.daemons.index(daemon)]) for daemon in others)
        finally:
            struck.signal(signal.SIGCONT)
        if taken_over:
            self.takeovers.append(time.monotonic() - begun)
            wait_until(lambda: any(struck.said(word, mark) for word in WORDS_OF_LOSS), TAKEOVER_S, f"{struck.log}: the former leader knows that it leads no more")
            self.revived += 1

    def _expect_takeover(self, candidates, marks, begun):
        wait_until(lambda: any(daemon.said("all restored", marks[self.daemons.index(daemon)]) for daemon in candidates), TAKEOVER_S, "somebody takes over")
        self.takeovers.append(time.monotonic() - begun)

    def feed(self, partitions, seconds):
        feed = Feed(self.application.servers, self.application.input, partitions, seconds)
        while feed.running():
            time.sleep(self.chance.uniform(*QUIET_S))
            self.strike()
            for daemon in self.daemons:
                expect(daemon.running(), f"{daemon.log}: it ended by itself")
        feed.wait()

    def expect_one_writer(self):
        """Whoever writes goes on where the last committed one was: no position, watermark or tick ever goes back."""
        before = None
        for record in self.application.read(self.application.checkpoint):
            after = json.loads(record.value)
            if before is not None:
                expect(after["last_tick"] >= before["last_tick"], f"checkpoint {record.offset}: the tick goes back")
                for was, now in zip(before["partitions"], after["partitions"]):
                    expect(now["offset"] >= was["offset"] and now["watermark_ms"] >= was["watermark_ms"], f"checkpoint {record.offset}: {was} becomes {now}")
            before = after


def chaos(suite):
    cluster = Cluster(suite.directory / "broker-chaos")
    cluster.start()
    world = Chaos(suite, cluster)
    application = world.application
    try:
        world.start()
        sample = events.make(application, LEADS_A_SECOND * suite.chaos_s, suite.seed)
        halves = [len(lines) // 2 for lines in sample.partitions]
        world.feed([lines[:half] for lines, half in zip(sample.partitions, halves)], suite.chaos_s / 2)
        cluster.stop()
        time.sleep(AWAY_S)
        cluster.start()
        world.feed([lines[half:] for lines, half in zip(sample.partitions, halves)], suite.chaos_s / 2)
        application.settle(sample.counts())
        for daemon in world.daemons:
            expect(daemon.terminate(20)[0] == 0, "exit status after SIGTERM")
        world.expect_one_writer()
        strokes = ", ".join(f"{count} {stroke}" for stroke, count in world.strokes.items())
        times = sorted(world.takeovers)
        return (f"{sum(sample.counts())} events, {strokes}; {len(times)} takeovers within {times[-1] if times else 0:.1f} s (median {times[len(times) // 2] if times else 0:.1f}), "
                f"{world.revived} revived leaders gave way; {agreement.check(application, sample)}")
    finally:
        application.end()
        cluster.stop()
