"""Two processes of one application: when the leader leaves, dies or hangs, the other one goes on; a leader that wakes up late writes nothing."""

import signal
import time

import events
import letters
from application import ALL_WINDOWS, Application
from records import Feed
from suite import expect, wait_until

FAILOVER_S = 15  # past the session's timeout; transactions of the dead one are undone by its successor
HANG_S = 4


def standby(suite):
    application = Application(suite, "standby", partitions=2, windows=ALL_WINDOWS)
    application.create_input()
    sample = events.make(application, 12_000, suite.seed)
    first = application.daemon().start().leads()
    second = application.daemon().start()
    try:
        feed = Feed(application.servers, application.input, sample.partitions, 30)
        wait_until(lambda: second.said("standing by"), 15, "the second stands by")
        expect(not second.said("leading "), "both lead")

        status, left_in = first.terminate()
        expect(status == 0, f"exit status {status} after SIGTERM")
        after_leaving = _takes_over(second, 0)
        first.start()
        time.sleep(2)

        second.kill()
        after_death = _takes_over(first, first.begun)
        second.start()
        time.sleep(2)

        mark = second.mark()
        first.signal(signal.SIGSTOP)
        after_hang = _takes_over(second, mark)
        time.sleep(HANG_S)
        mark = first.mark()
        first.signal(signal.SIGCONT)
        wait_until(lambda: first.said("another process leads", mark) or first.said("the lead is lost", mark), 15, "the former leader knows that it leads no more")

        feed.wait()
        application.settle(sample.counts())
        expect(first.running() and second.running(), "a process ended by itself")
        expect(not first.said("leading ", mark), "the former leader leads again though the present one is well")
        for daemon in (first, second):
            expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")
        _, replayed = application.agree_with_replay(sample.files)
        letters.check_each_once(application.read(application.letters), replayed)
        return f"the other leads {after_leaving:.1f} s after SIGTERM (which took {left_in:.1f} s), {after_death:.1f} s after kill -9, {after_hang:.1f} s after SIGSTOP"
    finally:
        application.end()


def _takes_over(daemon, mark):
    begun = time.monotonic()
    wait_until(lambda: daemon.said("leading ", mark), FAILOVER_S, f"{daemon.log}: it takes over")
    return time.monotonic() - begun
