"""Dead letters on their topic: each once, as it came, with headers that say where from and why."""

import collections

from suite import expect

OWN = ["__streams.errors.message", "__streams.errors.topic", "__streams.errors.partition", "__streams.errors.offset", "funneld.error"]


def place_of(letter):
    """(partition, offset, word) of one."""
    headers = dict(letter.headers)
    return int(headers["__streams.errors.partition"]), int(headers["__streams.errors.offset"]), headers["funneld.error"].decode()


def check(letters, inputs, topic):
    """Each letter against the record it was."""
    came = {(record.partition, record.offset): record for record in inputs}
    for letter in letters:
        names = [name for name, _ in letter.headers]
        expect(names[-len(OWN):] == OWN, f"dead letter {letter.offset}: headers {names}")
        partition, offset, _ = place_of(letter)
        expect(dict(letter.headers)["__streams.errors.topic"].decode() == topic, f"dead letter {letter.offset}: from another topic")
        record = came[partition, offset]
        expect((letter.key, letter.value) == (record.key, record.value), f"dead letter of {partition}@{offset}: key or value are not as they came")
        expect(letter.timestamp_ms == record.timestamp_ms, f"dead letter of {partition}@{offset}: timestamp {letter.timestamp_ms}, was {record.timestamp_ms}")
        expect(letter.headers[:-len(OWN)] == record.headers, f"dead letter of {partition}@{offset}: headers are not as they came")


def check_each_once(letters, replayed):
    """As many and the same as the replay of the partitions' files, whose offsets are those of the lines."""
    found = collections.Counter(place_of(letter) for letter in letters)
    wanted = collections.Counter((letter["partition"], letter["offset"], letter["error"]) for letter in replayed)
    expect(found == wanted, f"dead letters too many: {sorted((found - wanted).elements())[:5]}, missing: {sorted((wanted - found).elements())[:5]}")
