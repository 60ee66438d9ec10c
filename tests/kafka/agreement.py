"""What must hold in the end, whatever happened: snapshots, dead letters and changelog say what a replay of the input says, each once."""

import changelog
import events
import letters
import validity
from snapshots import differences, last_by_key
from suite import expect

OUT_OF_ORDERNESS_S = 2  # as in sales.yaml
TICK_S = 1
VALIDATED = 400         # of each topic's records, at even distances


def check(application, sample):
    as_of = events.moment(OUT_OF_ORDERNESS_S + TICK_S)  # a tick that it came to, later than all events
    live, replayed = application.agree_with_replay(sample.files, as_of)
    found = application.read(application.letters)
    letters.check_each_once(found, replayed)
    letters.check(found, application.read(application.input), application.input)
    expect(len(found) == sample.faulty, f"{len(found)} dead letters of {sample.faulty} faulty events")
    _check_changelog(application, live, as_of)
    validity.check(application, VALIDATED)
    undone = len(application.read(application.snapshots, "read_uncommitted")) - len(live)
    return f"{len(live)} snapshots ({undone} more in aborted transactions), {len(found)} dead letters"


def _check_changelog(application, live, as_of):
    """The rows alone say all that was published."""
    path = application.directory / "changelog.ndjson"
    rows = application.read(application.changelog)
    path.write_text("".join(line + "\n" for line in changelog.events_of(rows)), encoding="utf-8")
    told, refused = application.replay([path], as_of)
    expect(not refused, f"the changelog's facts are not understood: {refused[:3]}")
    found = differences(last_by_key(live), told)
    expect(not found, "the changelog does not say what was published:\n" + "\n".join(found[:10]))
