"""kill -9 at random moments while events come in: in the end everything counted once, nothing published twice."""

import random
import time

import changelog
import events
import letters
import validity
from application import ALL_WINDOWS, Application
from records import Feed
from snapshots import differences, last_by_key
from suite import expect

HEADERS = [("source", "crm")]
UP_S = (0.3, 6.0)  # from start to kill: before it leads, while it restores, in the middle of a transaction
VALIDATED = 400    # of each topic's records, at even distances


def kill(suite):
    leads, seconds, kills = (15_000, 16, 4) if suite.quick else (60_000, 40, 12)
    application = Application(suite, "kill", partitions=3, windows=ALL_WINDOWS)
    application.create_input()
    sample = events.make(application, leads, suite.seed)
    chance = random.Random(suite.seed)
    daemon = application.daemon().start().leads()
    try:
        feed = Feed(application.servers, application.input, sample.partitions, seconds, HEADERS)
        killed = 0
        while killed < kills or feed.running():
            time.sleep(chance.uniform(*UP_S))
            expect(daemon.running(), f"{daemon.log}: it ended by itself with {daemon.process.poll()}")
            daemon.kill()
            daemon.start()
            killed += 1
        feed.wait()
        application.settle(sample.counts())
        expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")
        return f"{sum(sample.counts())} events, killed {killed} times, {_check(application, sample)}"
    finally:
        application.end()


def _check(application, sample):
    live, replayed = application.agree_with_replay(sample.files)
    found = application.read(application.letters)
    letters.check_each_once(found, replayed)
    letters.check(found, application.read(application.input), application.input)
    expect(len(found) == sample.faulty, f"{len(found)} dead letters of {sample.faulty} faulty events")
    _check_changelog(application, live)
    validity.check(application, VALIDATED)
    undone = len(application.read(application.snapshots, "read_uncommitted")) - len(live)
    return f"{len(live)} snapshots ({undone} more in aborted transactions), {len(found)} dead letters"


def _check_changelog(application, live):
    """The rows alone say all that was published."""
    path = application.directory / "changelog.ndjson"
    rows = application.read(application.changelog)
    path.write_text("".join(line + "\n" for line in changelog.events_of(rows)), encoding="utf-8")
    as_of = max(snapshot["as_of"] for snapshot in live if "as_of" in snapshot)
    told, refused = application.replay([path], as_of)
    expect(not refused, f"the changelog's facts are not understood: {refused[:3]}")
    found = differences(last_by_key(live), told)
    expect(not found, "the changelog does not say what was published:\n" + "\n".join(found[:10]))
