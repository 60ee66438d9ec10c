#!/usr/bin/env python3
"""Run a daemon as systemd would, Type=notify with a watchdog, and hold it to what it must tell.

    as_service.py COMMAND..."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

READY_S, WATCHDOG_S, LEAVE_S = 20, 2, 10


def told(manager, seconds):
    """What the daemon says next, by name; {} where it is silent for so long."""
    manager.settimeout(seconds)
    try:
        return dict(line.split("=", 1) for line in manager.recv(4096).decode().splitlines())
    except TimeoutError:
        return {}


def main():
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        os.chmod(directory, 0o755)
        manager.bind(os.path.join(directory, "notify"))
        os.chmod(os.path.join(directory, "notify"), 0o777)
        environment = {**os.environ, "NOTIFY_SOCKET": os.path.join(directory, "notify"), "WATCHDOG_USEC": str(WATCHDOG_S * 1000000)}
        daemon = subprocess.Popen(sys.argv[1:], env=environment, stdout=subprocess.DEVNULL)
        try:
            said = []
            until = time.monotonic() + READY_S
            while not any("READY" in words for words in said):
                if time.monotonic() > until or daemon.poll() is not None:
                    return f"it is not ready: {said}"
                said.append(told(manager, 1))
            until = time.monotonic() + 2 * WATCHDOG_S
            while time.monotonic() < until:
                if not told(manager, WATCHDOG_S):
                    return "it gives no sign of life within the watchdog's time"
            daemon.send_signal(signal.SIGTERM)
            status = daemon.wait(LEAVE_S)
            while words := told(manager, 0.2):
                said.append(words)
            if status != 0 or not any("STOPPING" in words for words in said):
                return f"it left with {status}, saying {said}"
            print(next(words["STATUS"] for words in said if "READY" in words))
            return 0
        finally:
            daemon.kill()
            daemon.wait()


if __name__ == "__main__":
    sys.exit(main())
