"""Sample events whose times end now, so that live rolling windows and the wall clock mean something; some of them faulty."""

import datetime
import json
import random
import subprocess
import zlib
from dataclasses import dataclass

from suite import PROGRAM, expect

DAYS = 30
FAULTY_EACH = 2  # of each kind in each partition
FAST_EACH = 2000  # one event in so many comes from a clock that is fast, by
FAST_S = 4


@dataclass
class Events:
    partitions: list  # of lines (key, value)
    files: list       # the same, one file a partition: what replay reads
    faulty: int       # of which there is a dead letter

    def counts(self):
        return [len(lines) for lines in self.partitions]

    def write(self):
        for path, lines in zip(self.files, self.partitions):
            path.write_bytes(b"".join(value + b"\n" for _, value in lines))

    def set_clocks_fast(self, firsts, seconds):
        """Of what is produced from now on within so many seconds (in each partition from its first on) some is ahead of its time. Such an event
        holds its partition back till the other ones' watermarks reach it; meanwhile what was read behind it is neither counted nor committed."""
        for lines, first in zip(self.partitions, firsts):
            for i in range(first + FAST_EACH // 4, len(lines), FAST_EACH):
                key, value = lines[i]
                if key.startswith(b"L"):
                    ahead = seconds * (i - first) / (len(lines) - first) + FAST_S
                    lines[i] = key, json.dumps({**json.loads(value), "at": moment(-ahead)}, ensure_ascii=False).encode()
        self.write()


def moment(seconds_ago):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _generated(application, leads, seed):
    command = [PROGRAM, "generate", "--config", application.config, "--leads", str(leads), "--seed", str(seed), "--days", str(DAYS), "--start", moment(DAYS * 86400)]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    latest = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=60)
    for line in done.stdout.splitlines():
        event = json.loads(line)
        if datetime.datetime.fromisoformat(event["at"]) <= latest:
            yield event["lead_id"].encode(), line


def _faulty(number):
    """One value of each kind that ends among the dead letters. Some count all the same: only a side matter of theirs is wrong."""
    event = {"lead_id": f"faulty-{number}", "at": moment(3600), "stage": "new", "product": "Допуск СРО"}
    kinds = [b"   ", b'{"lead_id":"cut off', b'["no", "object"]', b'{"lead_id":"not UTF-8 \xff\xfe","stage":"new"}']
    changes = [{"lead_id": None}, {"at": "yesterday"}, {"at": moment(-30 * 86400)}, {"product": "?"}, {"stage": "?"}, {"score": 11}, {"amount": "much"},
               {"amount": 1, "currency": "USD"}, {"manager": []}]
    return kinds + [json.dumps({**event, **change}, ensure_ascii=False).encode() for change in changes]


def make(application, leads, seed):
    """Events for an application, dealt to its partitions by key."""
    chance = random.Random(seed)
    partitions = [[] for _ in range(application.partitions)]
    for key, value in _generated(application, leads, seed):
        partitions[zlib.crc32(key) % application.partitions].append((key, value))
    faulty = 0
    for number, lines in enumerate(partitions):
        for again in range(FAULTY_EACH):
            for value in _faulty(f"{number}-{again}"):
                lines.insert(chance.randint(0, len(lines)), (f"faulty-{number}".encode(), value))
                faulty += 1
    expect(all(partitions), "no events for some partition")
    files = [application.directory / f"events-{number}.ndjson" for number in range(application.partitions)]
    events = Events(partitions, files, faulty)
    events.write()
    return events
