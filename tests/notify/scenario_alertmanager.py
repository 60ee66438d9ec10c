"""The real Alertmanager: the same fingerprint there and here, kept firing as long as it fires, resolved when it is."""

import json
import shutil
import socket
import subprocess
import time
import urllib.request

from alerts import alert, resolved
from suite import expect, wait_until


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
        wait_until(lambda: set(known(url)) == expected, 20, "all alerts, under the same fingerprints")
        one = known(url)[fires[0]["fingerprint"]]
        expect(one["labels"] == fires[0]["labels"] and one["annotations"] == fires[0]["annotations"] and one["generatorURL"] == fires[0]["generatorURL"], f"{one}")
        time.sleep(6)
        expect(set(known(url)) == expected, "longer than resolve_timeout they do not fire on")
        world.publish(resolved(fires[0]))
        wait_until(lambda: set(known(url)) == expected - {fires[0]["fingerprint"]}, 20, "the end of the first")
        world.stop(daemon)
        daemon = world.start()
        time.sleep(8)
        expect(set(known(url)) == expected - {fires[0]["fingerprint"]}, "after a restart they do not fire on")
        world.publish(fires[2]["fingerprint"])  # a tombstone: nobody knows of it any more
        wait_until(lambda: set(known(url)) == {fires[1]["fingerprint"]}, 20, "what is not told of ends by itself")
        world.stop(daemon)
    finally:
        process.terminate()
        process.wait()
    return "fingerprints the same, fires on, resolved there"
