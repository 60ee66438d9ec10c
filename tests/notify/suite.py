"""What all scenarios share: where things are, how a scenario fails, and a world to run it in."""

import json
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.path.abspath(os.environ.get("FUNNELD", ROOT / "build" / "funneld"))


class Failure(Exception):
    """What is wrong, for people."""


def expect(condition, what):
    if not condition:
        raise Failure(what)


def wait_until(condition, seconds, what):
    """Its first true value. After so many seconds: Failure."""
    until = time.monotonic() + seconds
    while not (value := condition()):
        expect(time.monotonic() < until, f"not within {seconds} s: {what}")
        time.sleep(0.05)
    return value


FUNNELS = """
dimensions: {manager: {titles: {"12": Иванов}}}
output: {alerts: %(topic)s, lead_url: "https://crm.example/deal/{lead_id}"}
funnels:
  - id: sro
    title: Допуск СРО
    horizon: 10d
    stages: [{id: application, title: Заявка}, {id: called_back, title: Перезвонили по КП}, {id: contract, title: Договор отправлен}, {id: payment, title: Оплата}]
    alerts:
      - {alert: ConversionDropped, kind: dropped, groups: [[], [manager]], window: rolling 7d, compare: previous 28d, drop: 20%%, severity: warning,
         annotations: {runbook_url: "https://wiki.example/drop"}}
      - {alert: LeadsStuck, kind: stuck, step: called_back, older_than: 5d, more_than: 10, severity: info}
      - {alert: NoEvents, kind: silence, silent_for: 6h, severity: critical}
  - id: iso
    title: Сертификаты ISO
    stages: [{id: application}, {id: contract, title: Договор}]
    alerts: [{alert: ConversionDropped, kind: dropped, window: rolling 7d, compare: previous 28d, drop: 20%%, severity: critical, labels: {team: sales}}]
alerts: [{alert: EventsRejected, kind: rejected, more_than: 10, within: 1h}]
"""


class World:
    """One application of its own: an alerts topic, a configuration with receivers, daemons that only notify."""

    def __init__(self, servers, broker, directory, name):
        self.servers, self.broker, self.directory, self.name = servers, broker, directory / name, name  # broker: it is a real one
        self.directory.mkdir(parents=True)
        self.config = self.directory / "config.yaml"
        self.topic = f"{name}.alerts"
        self.processes = []

    def configure(self, notify, timezone="Europe/Moscow", http="", behind_s=0):
        self.config.write_text(f"application: {self.name}\ntimezone: {timezone}\n{http}kafka: {{bootstrap.servers: '{self.servers}', session.timeout.ms: 6000}}\n"
                               f"input: {{topics: [{self.name}.events], out_of_orderness: {behind_s}s}}\n" + FUNNELS % {"topic": self.topic} + "notify:\n" + notify, encoding="utf-8")

    def publish(self, *records):
        """Records, or a fingerprint alone for its tombstone."""
        from alerts import line
        text = "".join((record + "\t" if isinstance(record, str) else line(record)) + "\n" for record in records)
        self.kcat("-P", "-t", self.topic, "-K", "\t", "-Z", "-X", "partitioner=murmur2_random", text=text)

    def start(self, log="said", roles="notify", arguments=()):
        with open(self.directory / log, "ab") as said:
            process = subprocess.Popen([PROGRAM, "run", "--config", str(self.config), "--roles", roles, *arguments], stdout=subprocess.PIPE, stderr=said, text=True)
        self.processes.append(process)
        return process

    def kcat(self, *arguments, text=None, servers=None):
        done = subprocess.run(["kcat", "-b", servers or self.servers, *arguments], input=text, text=True, capture_output=True, check=False)
        expect(done.returncode == 0, f"kcat: {done.stderr}")
        return done.stdout

    def said(self, log="said"):
        return (self.directory / log).read_text(encoding="utf-8", errors="replace")

    def counted(self, receiver, result):
        """What /metrics says of a receiver; the daemon runs http, too."""
        page = wait_until(lambda: re.search(r"the page is at (http://[^/\s\"]*)", self.said()), 10, "the page's address").group(1)
        with urllib.request.urlopen(f"{page}/metrics", timeout=5) as answer:
            text = answer.read().decode()
        found = re.search(rf'^funneld_deliveries_total{{receiver="{receiver}",result="{result}"}} (\d+)$', text, re.M)
        return int(found.group(1)) if found else 0

    def stop(self, process, seconds=15):
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name}: does not end after SIGTERM") from None
        expect(status == 0, f"{self.name}: ended with {status}")

    def kill(self, process):
        process.kill()
        process.wait()

    def end(self):
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)


def text_of(body):
    """Of a chat message."""
    return json.loads(body)["text"]
