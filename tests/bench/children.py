"""Programs as children: what they print, how long they take, what they cost."""

import calendar
import json
import os
import re
import signal
import subprocess
import time

POLL_S = 0.005
START_S = 120  # a daemon that does not lead after so long never will


class Failure(Exception):
    """A program failed; the message is for people."""


class Cost:
    """CPU and memory of one finished child, as the kernel counted them."""

    def __init__(self, usage):
        self.cpu_s = usage.ru_utime + usage.ru_stime
        self.peak_mib = usage.ru_maxrss / 1024


def wait(child, what, log):
    """Wait for the end of a child; its Cost."""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise Failure(f"{what}: exit status {child.returncode}, see {log}: {tail(log)}")
    return Cost(usage)


def tail(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()[-500:].strip()


class Finished:
    """A program run to its end. `said`: its standard error."""

    def __init__(self, command, log, output=os.devnull):
        with open(output, "wb") as out, open(log, "wb") as errors:
            began = time.monotonic()
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors)
            self.cost = wait(child, os.path.basename(command[0]), log)
            self.seconds = time.monotonic() - began
        with open(log, encoding="utf-8", errors="replace") as file:
            self.said = file.read()


def answer(command, log):
    """The JSON object that a program prints, and its Cost."""
    finished = Finished(command, log, log + ".json")
    with open(log + ".json", encoding="utf-8") as file:
        return json.load(file), finished.cost


class Daemon:
    """`funneld run`, from its start to SIGTERM."""

    LEADING = re.compile(r"msg=\"leading .*\" leads=(\d+) rows=(\d+) ")

    def __init__(self, command, log):
        self.log = log
        self.errors = open(log, "wb")
        self.started = time.time()
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.returncode is None:
            self.child.kill()
            self.child.wait()
        self.errors.close()

    def wait_until_leading(self):
        """Wall-clock moments of taking the lead and of being ready to lead, and how many leads came back from how many rows."""
        patience = time.monotonic() + START_S
        while time.monotonic() < patience:
            took, leading = self.find("took the lead"), self.find("leading ")
            if leading:
                leads, rows = map(int, self.LEADING.search(leading).groups())
                return moment(took), moment(leading), leads, rows
            if self.child.poll() is not None:
                break
            time.sleep(POLL_S)
        raise Failure(f"funneld run does not lead, see {self.log}: {tail(self.log)}")

    def find(self, message):
        """The last line of its log with such a message."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            found = [line for line in file if f'msg="{message}' in line and line.endswith("\n")]
        return found[-1] if found else None

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        return wait(self.child, "funneld run", self.log)


def moment(line):
    """Wall-clock seconds of a line of the operator log."""
    whole, thousandths = re.match(r"ts=(\S+)\.(\d{3})Z", line).groups()
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + int(thousandths) / 1000
