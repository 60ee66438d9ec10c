"""One scenario's application: its configuration, its topics, its processes, and the replay that it must agree with."""

import pathlib
import string
import subprocess
import time

import records
from daemon import Daemon
from protocol import committed_offsets, create_topic
from snapshots import differences, last_by_key, read_lines, repeats, snapshots_of
from suite import PROGRAM, Failure, expect, wait_until

TEMPLATE = pathlib.Path(__file__).with_name("sales.yaml")
ALL_WINDOWS = "[day, week, month, rolling 1d, rolling 30d]"
QUIET_S = 3.0
SHOWN = 10


class Application:
    def __init__(self, suite, name, partitions=1, windows="[month]", template=None, servers=None):
        self.name, self.partitions = f"{name}-{int(time.time() * 1000):x}", partitions  # a broker may be used again
        self.servers = servers or suite.servers
        self.directory = suite.directory / self.name
        self.directory.mkdir(parents=True)
        self.config = self.directory / "funneld.yaml"
        self.input, self.snapshots, self.letters = (f"{self.name}.{topic}" for topic in ("events", "snapshots", "dead-letters"))
        self.changelog, self.checkpoint = f"{self.name}-leads-changelog", f"{self.name}-checkpoint"
        text = string.Template(template or TEMPLATE.read_text(encoding="utf-8"))
        self.config.write_text(text.substitute(application=self.name, servers=self.servers, windows=windows), encoding="utf-8")
        self.daemons = []

    def create_input(self):
        create_topic(self.servers, self.input, self.partitions, max_message_bytes=records.LARGEST)

    # ---- processes ----

    def daemon(self, *arguments):
        """A process of the application, not yet started."""
        daemon = Daemon(self.config, self.directory / f"process-{len(self.daemons)}.log", arguments)
        self.daemons.append(daemon)
        return daemon

    def end(self):
        for daemon in self.daemons:
            daemon.kill()

    # ---- what it wrote ----

    def read(self, topic, isolation="read_committed"):
        return records.consume(self.servers, topic, isolation)

    def settle(self, produced, seconds=60):
        """Wait until all that was produced (by partition) is read and nothing more is published. That offsets show under the group is tested on the way."""
        wait_until(lambda: committed_offsets(self.servers, self.name, self.input, self.partitions) == produced, seconds,
                   f"offsets {produced} committed under the group {self.name}")
        seen, since = None, time.monotonic()
        until = time.monotonic() + seconds
        while time.monotonic() - since < QUIET_S:
            expect(time.monotonic() < until, f"{self.name} goes on publishing")
            now = [records.ends(self.servers, topic) for topic in (self.snapshots, self.letters)]
            if now != seen:
                seen, since = now, time.monotonic()
            time.sleep(0.3)

    # ---- what it must say ----

    def replay(self, files, as_of):
        """Replay files of events; returns the last snapshot by key, and the dead letters."""
        records_path, letters_path = self.directory / "replayed.ndjson", self.directory / "replayed-letters.ndjson"
        command = [PROGRAM, "replay", "--config", self.config, "--as-of", as_of, "--last", "--output", records_path, "--dead-letters", letters_path, *files]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        expect(done.returncode == 0, f"replay: exit status {done.returncode}: {done.stderr}")
        return last_by_key(read_lines(records_path)), read_lines(letters_path)

    def agree_with_replay(self, files, as_of=None):
        """What the topic says last is what the replay says as of a last tick, the last one that spoke where none is given. Returns the snapshots
        and the replay's dead letters."""
        live = snapshots_of(self.read(self.snapshots))
        expect(live, "no snapshot was published")
        as_of = as_of or max(snapshot["as_of"] for snapshot in live if snapshot["type"] == "snapshot")
        replayed, letters = self.replay(files, as_of)
        found = differences(last_by_key(live), replayed)
        expect(not found, f"{self.config}: {len(found)} of {len(replayed)} keys differ from replay --as-of {as_of}:\n" + "\n".join(found[:SHOWN]))
        again = repeats(live)
        if again:
            raise Failure(f"{len(again)} snapshots say what the one before them under their key said:\n" + "\n".join(again[:SHOWN]))
        return live, letters
