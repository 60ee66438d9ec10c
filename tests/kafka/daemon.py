"""One `funneld run` process."""

import os
import signal
import subprocess
import time

from suite import PROGRAM, expect, wait_until


class Daemon:
    def __init__(self, config, log, arguments=()):
        self.command = [PROGRAM, "run", "--config", str(config), *arguments]
        self.log, self.process, self.begun = log, None, 0

    def start(self, environment=None):
        """Start it, or start it anew; its log goes on in the same file."""
        with open(self.log, "ab") as log:
            self.begun = log.tell()
            self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **(environment or {})})
        return self

    def said(self, text, since=None):
        """Has it said this since its start (or since a mark)?"""
        with open(self.log, "rb") as log:
            log.seek(self.begun if since is None else since)
            return text in log.read().decode(errors="replace")

    def last_said(self, text):
        """When it last said this since its start, as the log writes moments; None: never."""
        with open(self.log, "rb") as log:
            log.seek(self.begun)
            lines = [line for line in log.read().decode(errors="replace").splitlines() if text in line]
        return lines[-1].split(" ", 1)[0] if lines else None

    def mark(self):
        return self.log.stat().st_size

    def running(self):
        return self.process is not None and self.process.poll() is None

    def leads(self, seconds=20):
        """Wait until it has taken office."""
        wait_until(lambda: self.said("leading ") or not self.running(), seconds, f"{self.log}: leading")
        expect(self.running(), f"{self.log}: it ended by itself with {self.process.poll()}")
        return self

    def signal(self, number):
        self.process.send_signal(number)

    def terminate(self, seconds=10):
        """SIGTERM; returns its exit status and how long it took."""
        asked = time.monotonic()
        self.signal(signal.SIGTERM)
        wait_until(lambda: not self.running(), seconds, f"{self.log}: its end after SIGTERM")
        return self.process.returncode, time.monotonic() - asked

    def kill(self):
        if self.running():
            self.signal(signal.SIGKILL)
            self.process.wait()
