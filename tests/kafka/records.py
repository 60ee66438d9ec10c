"""Records into and out of topics, through kcat."""

import json
import subprocess
import threading
import time
from dataclasses import dataclass

LARGEST = 24 << 20
EVERY_S = 0.1  # a feed's step


@dataclass
class Record:
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes
    value: bytes
    headers: list  # of (name, value)


def _kcat(command, **options):
    """Run kcat; what it prints. Its remarks are shown only where it fails."""
    done = subprocess.run(command, capture_output=True, timeout=120, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.decode(errors='replace')[-1000:]}")
    return done.stdout


def _bytes(text):
    return None if text is None else text.encode("utf-8", "surrogateescape")


def consume(servers, topic, isolation="read_committed"):
    """Everything in a topic, by partition and offset. kcat's JSON passes bytes that are not UTF-8 on as they are."""
    command = ["kcat", "-C", "-e", "-q", "-J", "-b", servers, "-t", topic, "-o", "beginning", "-X", f"isolation.level={isolation}"]
    records = []
    for line in _kcat(command).decode("utf-8", "surrogateescape").split("\n"):
        if not line:
            continue
        row = json.loads(line)
        names, values = row.get("headers", [])[::2], row.get("headers", [])[1::2]
        records.append(Record(row["partition"], row["offset"], row["ts"], _bytes(row["key"]), _bytes(row["payload"]),
                              [(name, _bytes(value)) for name, value in zip(names, values)]))
    return sorted(records, key=lambda record: (record.partition, record.offset))


def topics(servers):
    """Names of all topics there are."""
    return {topic["topic"] for topic in json.loads(_kcat(["kcat", "-L", "-J", "-b", servers]))["topics"]}


def ends(servers, topic, partitions=1):
    """Where each partition ends, control records included."""
    queries = [argument for number in range(partitions) for argument in ("-t", f"{topic}:{number}:-1")]
    return sorted(line.split() for line in _kcat(["kcat", "-Q", "-b", servers, *queries]).decode().splitlines())


def _producer(servers, topic, partition, headers=()):
    command = ["kcat", "-P", "-b", servers, "-t", topic, "-p", str(partition), "-X", "enable.idempotence=true", "-X", "linger.ms=20"]
    return command + [argument for name, value in headers for argument in ("-H", f"{name}={value}")]


def produce(servers, topic, lines, partition=0, headers=()):
    """Records of one line each, (key, value), with a key; a value of None is a null one."""
    command = _producer(servers, topic, partition, headers) + ["-Z", "-K", "\t"]
    text = b"".join(key + b"\t" + (value or b"") + b"\n" for key, value in lines)
    _kcat(command, input=text)


def produce_file(servers, topic, path, key, partition=0):
    """A file's bytes as one record, newlines and all."""
    _kcat(_producer(servers, topic, partition) + ["-X", f"message.max.bytes={LARGEST}", "-k", key, str(path)])


class Feed:
    """Lines, (key, value) by partition, produced steadily over some seconds beside whatever else happens; in order within a partition."""

    def __init__(self, servers, topic, partitions, seconds, headers=()):
        self.seconds = seconds
        self.failed = False
        self.threads = [threading.Thread(target=self._run, args=(_producer(servers, topic, number, headers) + ["-K", "\t"], lines), daemon=True)
                        for number, lines in enumerate(partitions)]
        for thread in self.threads:
            thread.start()

    def _run(self, command, lines):
        steps = max(1, int(self.seconds / EVERY_S))
        begun = time.monotonic()
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as kcat:
            for step in range(steps):
                part = lines[len(lines) * step // steps:len(lines) * (step + 1) // steps]
                kcat.stdin.write(b"".join(key + b"\t" + value + b"\n" for key, value in part))
                kcat.stdin.flush()
                time.sleep(max(0.0, begun + (step + 1) * EVERY_S - time.monotonic()))
            kcat.stdin.close()
        self.failed = self.failed or kcat.returncode != 0

    def running(self):
        return any(thread.is_alive() for thread in self.threads)

    def wait(self):
        for thread in self.threads:
            thread.join()
        if self.failed:
            raise RuntimeError("kcat could not produce the events")
