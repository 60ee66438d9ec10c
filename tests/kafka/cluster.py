"""A broker for the tests: scripts/kafka behind two methods."""

import os
import socket
import subprocess

from suite import ROOT

SCRIPT = ROOT / "scripts" / "kafka"


class NotRun(Exception):
    """There is no broker, and none can be had."""


class Cluster:
    """A broker of its own, in a directory of its own, on a port that stays the same from start to start."""

    def __init__(self, directory, secure=False, version=None):
        self.directory, self.secure, self.version = directory, secure, version
        self.servers = None

    def reserve(self):
        """An address for it before it is there."""
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.servers = f"127.0.0.1:{one.getsockname()[1]}"

    def start(self):
        port = self.servers.rsplit(":", 1)[1] if self.servers else "0"
        environment = {**os.environ, "PORT": port, **({"KAFKA": self.version} if self.version else {})}
        done = subprocess.run([SCRIPT, "start", self.directory, *(["--secure"] if self.secure else [])], env=environment, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise NotRun("scripts/kafka could not start a broker: is there Java, Maven and a way to fetch it?")
        self.servers = done.stdout.split()[-1]

    def stop(self):
        subprocess.run([SCRIPT, "stop", self.directory], stderr=subprocess.DEVNULL, check=False)  # it may have ended by itself
