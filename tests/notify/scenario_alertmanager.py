"""The real Alertmanager: the same fingerprint there and here, kept firing as long as it fires, resolved when it is."""

import json
import shutil
import socket
import subprocess
import time
import urllib.request

from alerts import SCHEMAS, alert, fingerprint, moment, resolved, validate
from servers import Server
from suite import expect, text_of, wait_until


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_alertmanager(directory):
    port = free_port()
    config = directory / "alertmanager.yml"
    config.write_text("global: {resolve_timeout: 3s}\nroute: {receiver: none}\nreceivers: [{name: none}]\n", encoding="utf-8")
    with open(directory / "alertmanager.log", "wb") as log:
        process = subprocess.Popen(["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={directory}/data", f"--web.listen-address=127.0.0.1:{port}",
                                    "--cluster.listen-address="], stdout=log, stderr=log)
    return process, f"http://127.0.0.1:{port}"


def known(url):
    """Alerts that fire there: fingerprint -> alert."""
    try:
        with urllib.request.urlopen(f"{url}/api/v2/alerts", timeout=5) as answer:
            return {one["fingerprint"]: one for one in json.load(answer)}
    except OSError:
        return None


def fingerprints(url):
    """Of the alerts that fire there; empty where it does not answer."""
    return set(known(url) or ())


def alertmanager(world):
    expect(shutil.which("prometheus-alertmanager"), "no prometheus-alertmanager; scripts/install test")
    process, url = start_alertmanager(world.directory)
    try:
        wait_until(lambda: known(url) is not None, 20, "Alertmanager answers")
        world.configure(f'  receivers: [{{name: am, kind: alertmanager, url: "{url}", resend: 1s}}]\n')
        fires = [alert(ago=3000), alert(manager="Иванов & Ко", ago=90000), alert(name="EventsRejected", funnel=None, step=None, error="bad_time")]
        world.publish(*fires)
        daemon = world.start()
        expected = {one["fingerprint"] for one in fires}
        wait_until(lambda: fingerprints(url) == expected, 20, "all alerts, under the same fingerprints")
        one = known(url)[fires[0]["fingerprint"]]
        expect(one["labels"] == fires[0]["labels"] and one["annotations"] == fires[0]["annotations"] and one["generatorURL"] == fires[0]["generatorURL"], f"{one}")
        time.sleep(6)
        expect(fingerprints(url) == expected, "longer than resolve_timeout they do not fire on")
        world.publish(resolved(fires[0]))
        wait_until(lambda: fingerprints(url) == expected - {fires[0]["fingerprint"]}, 20, "the end of the first")
        world.stop(daemon)
        daemon = world.start()
        time.sleep(5)  # what nobody tells again has ended by then
        wait_until(lambda: fingerprints(url) == expected - {fires[0]["fingerprint"]}, 30, "after a restart they fire on")
        world.publish(fires[2]["fingerprint"])  # a tombstone: nobody knows of it any more
        wait_until(lambda: fingerprints(url) == {fires[1]["fingerprint"]}, 20, "what is not told of ends by itself")
        world.stop(daemon)
    finally:
        process.terminate()
        process.wait()
    return "fingerprints the same, fires on, resolved there"


def whole(world):
    """All the way: events, a rule that holds at the end of an hour, its record, a chat and Alertmanager, with one fingerprint."""
    process, url = start_alertmanager(world.directory)
    chat = Server()
    try:
        wait_until(lambda: known(url) is not None, 20, "Alertmanager answers")
        world.configure(f'  group_wait: 200ms\n  receivers:\n    - {{name: am, kind: alertmanager, url: "{url}"}}\n    - {{name: chat, kind: slack, url: "{chat.url}"}}\n',
                        behind_s=int(time.time()) % 3600 + 30)  # an hour ends in so many seconds
        embedded = not world.broker
        daemon = world.start(roles="engine,notify", arguments=["--embedded"] if embedded else [])
        servers = daemon.stdout.readline().strip().removeprefix("bootstrap.servers=") if embedded else world.servers
        wait_until(lambda: "leading" in world.said(), 20, "the engine leads")
        events = [{"lead_id": f"L{n}", "at": moment(days * 86400 - n).isoformat(), "stage": stage, "funnel": "sro"}
                  for n in range(1, 13) for days, stage in ((9, "application"), (8, "called_back"))]
        events.append({"lead_id": "L0", "at": moment(7200).isoformat(), "stage": "application", "funnel": "sro"})  # it is not silent, too
        world.kcat("-P", "-t", f"{world.name}.events", text="".join(json.dumps(event) + "\n" for event in events), servers=servers)
        wait_until(chat.taken, 90, "the message")
        there = wait_until(lambda: known(url), 20, "the alert in Alertmanager")
        records = [json.loads(line) for line in world.kcat("-C", "-e", "-q", "-t", world.topic, servers=servers).splitlines()]
        world.stop(daemon)
    finally:
        process.terminate()
        process.wait()
    expect(len(records) == 1 and not validate.mistakes(json.dumps(records[0], ensure_ascii=False), SCHEMAS, None), f"{records}")
    labels = {"alertname": "LeadsStuck", "funnel": "sro", "step": "called_back", "severity": "info"}
    expect(records[0]["labels"] == labels and records[0]["fingerprint"] == fingerprint(labels), f"{records[0]}")
    expect(set(there) == {records[0]["fingerprint"]}, f"Alertmanager knows {there}")
    message = text_of(chat.taken()[0])
    for piece in ("🔵 *Допуск СРО*: зависли на шаге", "Перезвонили по КП", "12\u00a0лидов дольше 5\u00a0дней, порог 10", "• <https://crm.example/deal/L"):
        expect(piece in message, f"no `{piece}` in\n{message}")
