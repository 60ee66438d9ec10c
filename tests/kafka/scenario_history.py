"""History on a broker: topics replayed beside the same events in files, rebuilt, put on topics, compared."""

import collections
import gzip
import json
import random
import subprocess
import time

import events
import letters
from application import ALL_WINDOWS, Application
from protocol import delete_records
from records import Feed, ends, produce
from snapshots import differences, last_by_key, read_lines, snapshots_of
from suite import PROGRAM, expect, wait_until

PARTITIONS = 4
FAULT_EACH = 20  # one event in so many that nobody understands


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
    found_letters = application.directory / "letters.ndjson"
    for every in ([], ["--last"], ["--every", "6h", "--from", events.moment(20 * 86400), "--to", events.moment(5 * 86400)]):
        wanted, told = funneld("replay", "--config", application.config, "--dead-letters", found_letters, *every, *sample.files)
        wanted_letters = _letters(found_letters)
        expect(len(wanted.splitlines()) > 50, f"{len(wanted.splitlines())} records from files")
        for threads in (1, 2):
            found, said = funneld("replay", "--config", application.config, "--topics", "--dead-letters", found_letters, "--threads", threads, *every)
            expect(found == wanted, f"replay --topics {every} with {threads} threads differs from the replay of files")
            if "--from" not in every:
                expect(_letters(found_letters) == wanted_letters, "dead letters differ from those of the files")
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


def rebuild(suite):
    """kill -9 at random moments harms nothing, and what was rebuilt says what a replay with the new configuration says."""
    leads, seconds, kills = (6_000, 8, 4) if suite.quick else (12_000, 16, 8)
    application = Application(suite, "rebuild", partitions=3)
    application.create_input()
    sample = events.make(application, leads, suite.seed)
    _add_faults(sample)
    chance = random.Random(suite.seed)
    new = application.directory / "new.yaml"
    new.write_text(_changed(application.config.read_text(encoding="utf-8")), encoding="utf-8")
    try:
        backlog = [lines[:len(lines) // 2] for lines in sample.partitions]
        Feed(application.servers, application.input, backlog, 0).wait()
        daemon = application.daemon().start().leads()
        while_it_runs = [lines[len(lines) // 2:len(lines) * 9 // 10] for lines in sample.partitions]
        feed = Feed(application.servers, application.input, while_it_runs, seconds)
        said = _dry_run(application, new)
        begun = time.monotonic()
        _, told = funneld("rebuild", "--config", application.config)  # while events come in, some for the dead letters
        took = time.monotonic() - begun
        expect("generation 2 is in place" in told and "another configuration" not in told, told)
        ended = sum(_kill_rebuild(daemon, application.config, chance.uniform(0.1, 1.0) * took) for _ in range(kills))
        feed.wait()
        application.settle([len(lines) * 9 // 10 for lines in sample.partitions])
        generation = _generation(application)
        expect(2 + ended <= generation <= 2 + kills, f"generation {generation} after {ended} rebuilds that came to their end")  # some may have been killed on leaving
        application.agree_with_replay(_first_lines(sample))

        rows = {record.key for record in application.read(application.changelog) if record.value is not None}
        expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")
        for number, lines in enumerate(sample.partitions):  # what no leader has read: the rebuild's tail
            produce(application.servers, application.input, lines[len(lines) * 9 // 10:], number)
        _, told = funneld("rebuild", "--config", new)
        expect(f"generation {generation + 1} is in place" in told and "another configuration" in told, told)
        application.config = new
        application.daemon().start().leads()
        application.settle(sample.counts())
        live, _ = application.agree_with_replay(sample.files)
        _check_rows(application, sample, rows)
        _check_letters(application, sample)
        _rebuild_lost(application)
        _rebuild_cut(application)
        return f"{sum(sample.counts())} events, killed {kills - ended} times, generation {generation} before, {len(live)} snapshots; {said}"
    finally:
        application.end()


def _add_faults(sample):
    for lines in sample.partitions:
        for place in range(0, len(lines), FAULT_EACH):
            lines.insert(place, (b"fault", json.dumps({"lead_id": f"fault-{place}", "at": events.moment(3600), "stage": "!", "product": "Допуск СРО"}).encode()))
    sample.write()


def _first_lines(sample):
    """Files of the events produced so far."""
    files = [path.with_suffix(".first.ndjson") for path in sample.files]
    for path, lines in zip(files, sample.partitions):
        path.write_bytes(b"".join(value + b"\n" for _, value in lines[:len(lines) * 9 // 10]))
    return files


def _changed(text):
    """A funnel less, and a word for a step that was not understood before."""
    head, _, iso = text.partition("  - id: iso\n")
    expect(iso and "aliases: [new]" in head, "sales.yaml is not what this scenario changes")
    return head.replace("aliases: [new]", 'aliases: [new, "?"]').replace("match: {product: Допуск СРО}", "match: {product: [Допуск СРО]}")


def _dry_run(application, config):
    said, _ = funneld("rebuild", "--config", config, "--dry-run")
    expect(b"Nothing was written" in said and b"records/s" in said, said.decode())
    expect(_generation(application) == 1, "a dry run has changed the generation")
    return said.decode().split(",")[0]


def _kill_rebuild(daemon, config, after):
    """Start a rebuild and kill it; returns whether it had come to its end."""
    mark = daemon.mark()
    with subprocess.Popen([PROGRAM, "rebuild", "--config", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    ended = process.returncode == 0
    if daemon.said("another process leads now", mark):
        wait_until(lambda: daemon.said("all restored", mark), 20, "the daemon leads again after a rebuild was killed")
    return ended


def _generation(application):
    last = application.read(application.checkpoint)[-1]
    return json.loads(last.value)["generation"]


def _rebuild_lost(application):
    """The same input under an application that has no internal topics: all of it is the tail."""
    name = f"{application.name}-lost"
    text = application.config.read_text(encoding="utf-8").replace(f"application: {application.name}", f"application: {name}")
    lost = application.directory / "lost.yaml"
    lost.write_text(text.replace(f"{application.name}.snapshots", f"{name}.snapshots").replace(f"{application.name}.dead", f"{name}.dead"), encoding="utf-8")
    _, told = funneld("rebuild", "--config", lost)
    expect("generation 1 is in place" in told, told)
    found = snapshots_of(application.read(f"{name}.snapshots"))
    path = application.directory / "lost-letters.ndjson"
    replayed, _ = funneld("replay", "--config", lost, "--topics", "--last", "--as-of", found[0]["as_of"], "--dead-letters", path)
    differ = differences(last_by_key(found), last_by_key(map(json.loads, replayed.splitlines())))
    expect(not differ and len(found) > 5, f"{len(found)} snapshots; {differ[:3]}")
    letters.check_each_once(application.read(f"{name}.dead-letters"), read_lines(path))


def _rebuild_cut(application):
    """Where the beginning of the input is deleted a rebuild would lose leads: it refuses."""
    generation = _generation(application)
    delete_records(application.servers, application.input, 1, 10)
    _, told = funneld("rebuild", "--config", application.config, status=1)
    expect("the first 10 records of the input are deleted" in told and _generation(application) == generation, told)
    said, _ = funneld("rebuild", "--config", application.config, "--accept-loss", "--dry-run")
    expect(b"Nothing was written" in said, said.decode())


def _check_rows(application, sample, before):
    """Rows of leads that are only in the funnel that went are gone."""
    last = {record.key: record.value for record in application.read(application.changelog)}
    there = {key for key, value in last.items() if value is not None}
    wanted = {json.loads(value)["lead_id"].encode() for lines in sample.partitions for key, value in lines
              if key.startswith(b"L") and json.loads(value).get("product") == "Допуск СРО"}
    expect(wanted <= there, f"{len(wanted - there)} leads have no row")
    expect(len(before - there) > len(before) // 4, f"only {len(before - there)} of {len(before)} rows are gone")


def _check_letters(application, sample):
    """Each event that neither configuration understands is a dead letter once."""
    places = collections.Counter(letters.place_of(record)[:2] for record in application.read(application.letters))
    expect(set(places.values()) == {1}, f"dead letters written twice: {places.most_common(3)}")
    wanted = {(number, place) for number, lines in enumerate(sample.partitions) for place, (key, _) in enumerate(lines) if key == b"fault"}
    expect(wanted <= set(places), f"{len(wanted - set(places))} of {len(wanted)} dead letters were never written")


def produced(suite):
    """Files onto the topic, keyed; dead letters back once the configuration knows their word, each once."""
    application = Application(suite, "produced", partitions=PARTITIONS)
    application.create_input()
    sample = events.make(application, 1_500, suite.seed)
    try:
        packed = application.directory / "events-0.ndjson.gz"
        packed.write_bytes(gzip.compress(sample.files[0].read_bytes()))
        begun = time.monotonic()
        rate = len(sample.partitions[1])
        _, told = funneld("produce", "--config", application.config, "--rate", rate, sample.files[1])
        expect(time.monotonic() - begun >= 0.9, f"{rate} records at --rate {rate} in {time.monotonic() - begun:.1f} s")
        _, told = funneld("produce", "--config", application.config, packed, *sample.files[2:])
        expect("without a lead's id" in told and "unknown_stage" in told, told)
        lines = [line for partition in sample.partitions for _, line in partition if line.strip()]
        came = application.read(application.input)
        expect(sorted(record.value for record in came) == sorted(lines), "the topic does not hold what the files do")
        _check_keys(came)
        daemon = application.daemon().start().leads()
        application.settle(_counts_by_partition(came))
        application.agree_with_replay(_dumped(application, came))
        before = application.read(application.letters)
        expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")

        application.config.write_text(application.config.read_text(encoding="utf-8").replace("aliases: [new]", 'aliases: [new, "?"]'), encoding="utf-8")
        _, told = funneld("produce", "--config", application.config, "--dead-letters")
        expect(told.startswith(f"{len(before)} dead letters put back") and "unknown_stage" in told, told)
        _, told = funneld("produce", "--config", application.config, "--dead-letters")
        expect(told.startswith("0 dead letters put back"), told)
        after = application.read(application.input)
        back = sorted(set(map(_whole, after)) - set(map(_whole, came)))
        expect(len(after) == len(came) + len(before), f"{len(after) - len(came)} records put back of {len(before)} letters")
        wanted = sorted((record.key or b"", record.value or b"", record.timestamp_ms) for record in before)
        expect(sorted(place[2:] for place in back) == wanted, "what was put back is not what came")
        application.daemon().start().leads()
        application.settle(_counts_by_partition(after))
        live, _ = application.agree_with_replay(_dumped(application, after))
        _check_diff(application, live)
        _check_explain(application, after)
        again = application.read(application.letters)[len(before):]
        words = collections.Counter(letters.place_of(letter)[2] for letter in again)
        expect(words["unknown_stage"] == 0 and len(again) == len(before) - 2 * PARTITIONS, f"dead letters after they were put back: {words}")
        return f"{len(came)} records, {len(before)} dead letters put back, {len(again)} of them dead letters again, {len(live)} snapshots"
    finally:
        application.end()


def _check_diff(application, live):
    """The topic says what a replay says, but not what one of half the events says."""
    as_of = max(snapshot["as_of"] for snapshot in live if snapshot["type"] == "snapshot")
    replay = ["replay", "--config", application.config, "--topics", "--last", "--as-of"]
    whole, _ = funneld(*replay, as_of)
    _, told = funneld("diff", "--config", application.config, "topic:", "-", text_in=whole)
    expect(" 0 differ, 0 only in topic:, 0 only in -" in told, told)
    half, _ = funneld(*replay, events.moment(12 * 86400))
    said, told = funneld("diff", "--config", application.config, "--json", "-", f"topic:{application.snapshots}", text_in=half, status=1)
    expect(all(json.loads(line)["type"] == "difference" for line in said.splitlines()) and " 0 differ" not in told, told)
    told = funneld("replay", "--config", application.config, "--topics", "--last", "--publish", status=1)[1]
    expect("has run, and publishes for itself" in told, told)
    _check_publish(application, whole)


def _check_publish(application, whole):
    """Another application, which has never run, may publish what it replays."""
    text = application.config.read_text(encoding="utf-8").replace(f"{application.name}.snapshots", f"{application.name}.tried")
    tried = application.directory / "tried.yaml"
    tried.write_text(text.replace(f"application: {application.name}", f"application: {application.name}-tried"), encoding="utf-8")
    as_of = max(json.loads(line)["as_of"] for line in whole.splitlines())
    funneld("replay", "--config", tried, "--topics", "--last", "--as-of", as_of, "--publish")
    found = application.read(f"{application.name}.tried")
    expect(sorted(record.value for record in found) == sorted(whole.splitlines()), "what is on the topic is not what the replay says")


def _check_explain(application, records):
    """A lead that is known, and one of which only a dead letter is."""
    lead = next(record.key for record in records if record.key is not None and record.key.startswith(b"L")).decode()
    said, _ = funneld("explain", "--config", application.config, "--lead", lead)
    expect("from the changelog" in said.decode() and "When it reached each step" in said.decode(), said.decode())
    said, _ = funneld("explain", "--config", application.config, "--lead", "nobody", status=1)
    expect("Nothing that counts is known about it" in said.decode(), said.decode())
    late = next(record.key for record in records if record.key is not None and b"yesterday" in record.value).decode()
    said, _ = funneld("explain", "--config", application.config, "--lead", late)
    expect("bad_time: at: not a time" in said.decode(), said.decode())


def _whole(record):
    return record.partition, record.offset, record.key or b"", record.value or b"", record.timestamp_ms


def _check_keys(records):
    partitions = collections.defaultdict(set)
    for record in records:
        if record.key is not None:
            partitions[record.key].add(record.partition)
            event = json.loads(record.value)
            expect(event["lead_id"].encode() == record.key, f"{event['lead_id']} under the key {record.key}")
    expect(len(partitions) > 1000 and all(len(where) == 1 for where in partitions.values()), "a lead's records lie in several partitions")


def _counts_by_partition(records):
    """What a group has committed that has read all."""
    return [1 + max((record.offset for record in records if record.partition == number), default=-1) for number in range(PARTITIONS)]


def _dumped(application, records):
    files = [application.directory / f"dumped-{number}.ndjson" for number in range(PARTITIONS)]
    for number, path in enumerate(files):
        path.write_bytes(b"".join(record.value + b"\n" for record in records if record.partition == number))
    return files
