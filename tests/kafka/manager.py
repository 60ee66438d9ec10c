"""Stands for systemd: hears what a daemon says through $NOTIFY_SOCKET."""

import socket


class Manager:
    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.ready, self.status, self.signs = False, None, 0

    def environment(self):
        return {"NOTIFY_SOCKET": self.path, "WATCHDOG_USEC": "2000000"}

    def hear(self):
        """Take in what has been said by now; returns itself."""
        while True:
            try:
                lines = self.socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self
            for name, value in (line.split("=", 1) for line in lines):
                self.ready = self.ready or name == "READY"
                self.status = value if name == "STATUS" else self.status
                self.signs += name == "WATCHDOG"

    def close(self):
        self.socket.close()
