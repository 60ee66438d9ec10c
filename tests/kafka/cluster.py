"""A broker for the tests: scripts/kafka behind two methods."""

import os
import socket
import subprocess

from suite import ROOT

SCRIPT = ROOT / "scripts" / "kafka"


def _free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the broker does: what only waits to be forgotten is no hindrance
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class NotRun(Exception):
    """There is no broker, and none can be had."""


class Cluster:
    """A broker of its own, in a directory of its own, on a port that stays the same from start to start."""

    def __init__(self, directory, secure=False, version=None):
        self.directory, self.secure, self.version = directory, secure, version
        self.servers = None

    def reserve(self):
        """An address for it before it is there. Not of the ports from which the system makes connections: one of those, a client's that waits for
        this broker among them, might have it, or the controller's after it, when the broker starts."""
        port = next(port for port in range(24000, 32000, 2) if _free(port) and _free(port + 1))
        self.servers = f"127.0.0.1:{port}"

    def start(self):
        port = self.servers.rsplit(":", 1)[1] if self.servers else "0"
        environment = {**os.environ, "PORT": port, **({"KAFKA": self.version} if self.version else {})}
        done = subprocess.run([SCRIPT, "start", self.directory, *(["--secure"] if self.secure else [])], env=environment, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise NotRun("scripts/kafka could not start a broker: is there Java, Maven and a way to fetch it?")
        self.servers = done.stdout.split()[-1]

    def stop(self):
        subprocess.run([SCRIPT, "stop", self.directory], stderr=subprocess.DEVNULL, check=False)  # it may have ended by itself
