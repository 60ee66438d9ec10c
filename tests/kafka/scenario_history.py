"""History on a broker: topics replayed beside the same events in files, rebuilt, put on topics, compared."""

import json
import subprocess
import time

import events
from application import ALL_WINDOWS, Application
from records import ends, produce
from suite import PROGRAM, expect

PARTITIONS = 4


def funneld(*arguments, status=0, seconds=120, text_in=None):
    """Run a command; what it printed, and what it told people."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, timeout=seconds, check=False, input=text_in)
    expect(done.returncode == status, f"{' '.join(map(str, arguments))}: exit status {done.returncode}, expected {status}: {done.stderr.decode()[-1000:]}")
    return done.stdout, done.stderr.decode()


def _letters(path):
    return [{**json.loads(line), "source": None} for line in path.read_text().splitlines()]


def _counts(told):
    return told.splitlines()[:-1]  # the last line is about memory, which depends on threads


def topics(suite):
    """A topic of four partitions and its partitions' files say the same, byte for byte, for any number of threads; nothing is written."""
    application = Application(suite, "topics", partitions=PARTITIONS, windows=ALL_WINDOWS)
    application.create_input()
    sample = events.make(application, 4_000, suite.seed)
    for number, lines in enumerate(sample.partitions):
        produce(application.servers, application.input, lines, number)
    before = ends(application.servers, application.input, PARTITIONS)
    letters = application.directory / "letters.ndjson"
    for every in ([], ["--last"], ["--every", "6h", "--from", events.moment(20 * 86400), "--to", events.moment(5 * 86400)]):
        wanted, told = funneld("replay", "--config", application.config, "--dead-letters", letters, *every, *sample.files)
        wanted_letters = _letters(letters)
        expect(len(wanted.splitlines()) > 50, f"{len(wanted.splitlines())} records from files")
        for threads in (1, 2):
            found, said = funneld("replay", "--config", application.config, "--topics", "--dead-letters", letters, "--threads", threads, *every)
            expect(found == wanted, f"replay --topics {every} with {threads} threads differs from the replay of files")
            if "--from" not in every:
                expect(_letters(letters) == wanted_letters, "dead letters differ from those of the files")
                expect(_counts(said) == _counts(told), f"topics: {said}\nfiles: {told}")
    expect(ends(application.servers, application.input, PARTITIONS) == before, "the input topic has grown")
    _by_record(application, sample, before)
    return f"{sum(sample.counts())} events, {len(wanted.splitlines())} records"


def _by_record(application, sample, before):
    """--by record: what came before a moment, and what came since."""
    time.sleep(1.1)
    moment = int(time.time())
    lines = sample.partitions[0][:10]
    produce(application.servers, application.input, lines, 0)
    for option, records in (("--to", sum(sample.counts())), ("--from", len(lines))):
        _, said = funneld("replay", "--config", application.config, "--topics", "--last", "--by", "record", option, moment)
        expect(said.startswith(f"{records} records"), f"--by record {option}: {said}")
