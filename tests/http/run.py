#!/usr/bin/env python3
"""The page's server from end to end: API, streams, metrics, guards, and `funneld status`, on the Kafka inside the daemon.

    run.py [--only NAME]

The program is $FUNNELD, by default build/funneld. Needs kcat and, for the metrics, Debian's prometheus."""

import argparse
import fcntl
import gzip
import json
import os
import pathlib
import pty
import re
import socket
import string
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import urllib.parse

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "kafka"), str(HERE.parent / "schema")]

import records  # noqa: E402
import validate  # noqa: E402
from client import Client  # noqa: E402
from daemon import Daemon  # noqa: E402
from suite import PROGRAM, Failure, expect, wait_until  # noqa: E402

SNAPSHOTS, LETTERS = "funnel.snapshots", "funnel.dead-letters"
IDLE_CLIENTS = 1000
FRAME = b"\033[H\033[J"  # the terminal is cleared
AN_HOUR_AGO = 7200  # and some: a rolling window ends with the last whole hour
TOKEN = "correct-horse-battery-staple"


class Served:
    """A daemon on its own Kafka, and where it serves."""

    def __init__(self, directory, name, token=None):
        self.directory = directory / name
        self.directory.mkdir()
        self.token_file = self.directory / "token"
        self.token_file.write_text(TOKEN + "\n", encoding="utf-8")
        config = self.directory / "funneld.yaml"
        text = string.Template((HERE / "sales.yaml").read_text(encoding="utf-8"))
        config.write_text(text.substitute(token=f", token_file: {self.token_file}" if token else ""), encoding="utf-8")
        self.daemon = Daemon(config, self.directory / "daemon.log", ["--embedded"]).start()
        self.servers = self.daemon.process.stdout.readline().strip().partition("=")[2]
        wait_until(lambda: self.daemon.said("the page is up to date"), 20, "the page's server")
        host, port = re.search(r"the page is at http://([^:]+):(\d+)/", self.daemon.log.read_text(encoding="utf-8")).groups()
        self.client = Client(host, int(port), token)

    def produce(self, events):
        records.produce(self.servers, "lead.events", [(event["lead_id"].encode(), json.dumps(event, ensure_ascii=False).encode()) for event in events])

    def snapshot(self, reached, **parameters):
        """The snapshot, as soon as so many have entered."""
        def known():
            answer = self.client.api("snapshot", funnel="sales", **parameters)
            return answer if answer.status == 200 and answer.json()["activity"]["entered"] == reached else None
        return wait_until(known, 20, f"{reached} entered in {parameters}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.daemon.kill()


def now(ago_s=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago_s))


def leads(count, first=0, ago_s=2, **fields):
    return [{"lead_id": f"L-{first + number}", "at": now(ago_s), "stage": "application", **fields} for number in range(count)]


def problem(answer, status, text):
    expect(answer.status == status, f"status {answer.status} for {status}: {answer.body[:300]}")
    expect(answer.headers["Content-Type"] == "application/problem+json", answer.headers["Content-Type"])
    body = answer.json()
    expect(body["status"] == status and text in body["detail"], f"{body} does not say `{text}`")


# ---- what is tested ----

def api(directory):
    """The API says what is on the topic, byte by byte."""
    with Served(directory, "api") as served:
        client = served.client
        served.produce(leads(20, manager="12", channel="web") + leads(10, first=20, manager="Петров & Ко"))
        served.produce([{"lead_id": f"L-{n}", "at": now(1), "stage": "proposal"} for n in range(12)] + [{"lead_id": "L-1", "stage": "nowhere"}])
        served.snapshot(30, window="month")
        wait_until(lambda: client.api("status").json()["rejected"]["total"] == 1, 20, "the dead letter counted")
        wait_until(lambda: client.api("snapshot", funnel="sales", window="month").json()["activity"]["steps"][1]["reached"] == 12, 20, "12 proposals")
        on_topic = {record.key.decode(): record.value.decode() for record in records.consume(served.servers, SNAPSHOTS)}
        schemas = validate.load()
        seen = 0
        for key, value in on_topic.items():
            funnel, window, start, group = key.split("/")
            parameters = {"funnel": funnel, "window": window, "group": group}
            if start != "now":
                parameters["start"] = urllib.parse.unquote(start)
            answer = client.api("snapshot", **parameters)
            expect(answer.body.decode() == value, f"{key}: the API says something else")
            expect(not validate.mistakes(answer.body, schemas, "snapshot"), f"{key}: not valid")
            seen += 1
        groups = client.api("groups", funnel="sales", window="month", by="manager").json()["snapshots"]
        expect([group["group"]["manager"] for group in groups] == ["Петров & Ко", "12"], groups)  # by key: %D0 before 12
        pairs = client.api("groups", funnel="sales", window="month", by="manager,channel").json()["snapshots"]
        expect([pair["group"] for pair in pairs] == [{"channel": "web", "manager": "12"}], pairs)
        history = client.api("history", funnel="sales", window="month", limit=5).json()["snapshots"]
        expect([window["activity"]["entered"] for window in history] == [30], history)
        funnels = client.api("funnels").json()
        expect(funnels["funnels"][0]["windows"] == ["day", "month", "rolling-30d"] and funnels["lead"] == "deal", funnels)
        status = client.api("status").json()
        expect(status["rejected"]["words"][0]["word"] == "unknown_stage" and "nowhere" in status["rejected"]["words"][0]["example"], status)
        expect(client.api("alerts").json() == {"alerts": []}, "no alerts")
        return f"{seen} snapshots as on the topic"


def protocol(directory):
    """Entity tags, compression, methods, mistakes, names, sizes."""
    with Served(directory, "protocol") as served:
        client = served.client
        served.produce(leads(8))
        plain = served.snapshot(8, window="month")
        url = "/api/v1/snapshot?funnel=sales&window=month"
        zipped = client.get(url, Accept_Encoding="gzip")
        expect(zipped.headers["Content-Encoding"] == "gzip" and gzip.decompress(zipped.body) == plain.body, "gzip holds the same")
        expect(zipped.headers["ETag"] != plain.headers["ETag"], "two codings, two tags")
        known = client.get(url, If_None_Match=plain.headers["ETag"])
        expect(known.status == 304 and known.body == b"" and len(known.headers.get_all("Content-Length")) <= 1, "304 for a known tag; browsers take no second length")
        expect(client.get(url, Accept_Encoding="gzip", If_None_Match=f'"other", {zipped.headers["ETag"]}').status == 304, "304 for one of several")
        expect(client.get(url, If_None_Match='"other"').status == 200, "200 for another tag")
        head = client.get(url, "HEAD")
        expect(head.status == 200 and head.body == b"" and int(head.headers["Content-Length"]) == len(plain.body), "HEAD says the length")
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
            expect(plain.headers[name], f"no {name}")
        expect("unsafe-inline" not in plain.headers["Content-Security-Policy"], "no inline scripts")
        page = client.get("/")
        expect(page.status == 200 and page.headers["Content-Type"].startswith("text/html") and b"<script" in page.body, "the page")
        expect(not re.search(rb"<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=", page.body), "the page has inline scripts or styles")

        problem(client.get("/nowhere"), 404, "/nowhere")
        problem(client.get("/assets/../index.html"), 404, "index.html")
        problem(client.get("/api/v1/snapshot?window=month"), 400, "funnel")
        problem(client.get("/api/v1/snapshot?funnel=x&window=month"), 404, "`x`")
        problem(client.get("/api/v1/snapshot?funnel=sales&window=year"), 404, "`year`")
        problem(client.get("/%D0%A8%ff"), 404, "at /Ш?")
        problem(client.get("/" + 1000 * "%D0%A8"), 404, 200 * "Ш")
        problem(client.get(url + "&group=manager%3Dnobody"), 404, "nothing is known")
        problem(client.get("/api/v1/snapshot?funnel=%FF%D0%AF&window=month"), 404, "`?Я`")  # bytes that are no text stay out of the answer
        problem(client.get("/api/v1/snapshot?window=month&funnel=" + "%D0%AF" * 300), 404, "ЯЯ")  # and it is cut within a character
        problem(client.get(url + "&start=yesterday"), 400, "start")
        problem(client.get("/api/v1/history?funnel=sales&window=month&limit=0"), 400, "limit")
        problem(client.get("/api/v1/history?funnel=sales&window=month&limit=1x"), 400, "limit")
        problem(client.get("/api/v1/groups?funnel=sales&window=month&by=shoe"), 400, "by")
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            refused = client.get(url, method, body=b"{}")
            problem(refused, 405, method)
            expect(refused.headers["Allow"] == "GET, HEAD", refused.headers["Allow"])
        problem(client.get(url, body=b"{}"), 400, "no body")
        expect(client.get(url, Content_Length="0").status == 200, "a body of nothing is none")
        problem(client.get(url, Host="evil.example"), 421, "Host")
        for host in ("localhost:1", "127.0.0.1", "[::1]:9", "wall.example", "WALL.example:80"):
            expect(client.get(url, Host=host).status == 200, f"Host {host} is ours")
        expect(client.get("/" + "a" * 40000).status in (414, 431), "a long path is refused")
        expect(client.get(url, Cookie="a" * 40000).status == 431, "long headers are refused")
        expect(client.get("/healthz").status == 200 and client.get("/readyz").status == 200, "healthy")
        return "as RFC 9110 and 9457 say"


def shared(directory):
    """What another application writes to the same topics is its own: it shows nowhere."""
    with Served(directory, "shared") as served:
        client = served.client
        served.produce(leads(3, ago_s=AN_HOUR_AGO))
        own = served.snapshot(3, window="rolling-30d").json()
        later = "2031-01-01T00:00:00+00:00"
        alert = {"type": "alert", "id": "aa-1", "fingerprint": "aa", "status": "firing", "labels": {"alertname": "EventsRejected", "error": "not_json"},
                 "annotations": {"summary": "x", "description": "y"}, "activeAt": "2026-01-01T00:00:00+00:00"}
        for topic, key, value, headers in ((SNAPSHOTS, "other/rolling-30d/now/all", dict(own, funnel="other", as_of=later, last_event_at=later), {"type": "snapshot", "application": "other"}),
                                           ("funnel.alerts", "aa", alert, {"type": "alert", "application": "other"}),
                                           (LETTERS, "x", {}, {"funneld.error": "not_json", "__streams.errors.topic": "other.events"})):
            records.produce(served.servers, topic, [(key.encode(), json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())], headers=headers.items())
        served.produce([{"lead_id": "L-9", "at": now(), "stage": "nowhere"}])
        wait_until(lambda: client.api("status").json()["rejected"]["total"] > 0, 20, "our own dead letter counted")
        status_now = client.api("status").json()
        expect([word["word"] for word in status_now["rejected"]["words"]] == ["unknown_stage"], status_now)
        expect(status_now["last_event_at"] < later and status_now["as_of"] < later, status_now)
        expect(client.api("alerts").json() == {"alerts": []}, "another application's alert")
        return "another application's records show nowhere"


def token(directory):
    """Where a token is configured, nothing is told without it."""
    with Served(directory, "token", TOKEN) as served:
        stranger = Client(served.client.host, served.client.port)
        for path in ("/api/v1/funnels", "/api/v1/status", "/metrics", "/events", "/api/v1/nowhere"):
            refused = stranger.get(path)
            problem(refused, 401, "token")
            expect(refused.headers["WWW-Authenticate"].startswith("Bearer"), refused.headers)
        for authorization in ("Bearer ", "Bearer x", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN):
            problem(stranger.get("/api/v1/funnels", Authorization=authorization), 401, "token")
        for path in ("/", "/assets/main.js", "/healthz", "/readyz"):
            expect(stranger.get(path).status == 200, f"{path} is open")
        expect(served.client.api("funnels").status == 200, "the token opens")
        served.produce(leads(3, ago_s=AN_HOUR_AGO))
        served.snapshot(3, window="rolling-30d")
        status_command = [PROGRAM, "status", "--url", f"http://127.0.0.1:{served.client.port}"]
        shown = subprocess.run([*status_command, "--token-file", served.token_file], capture_output=True, check=False, text=True)
        expect(shown.returncode == 0 and "Заявка" in shown.stdout, shown.stderr)
        shut = subprocess.run(status_command, capture_output=True, check=False, text=True)
        expect(shut.returncode == 1 and ": 401:" in shut.stderr and not shut.stdout, shut.stderr)
        expect(TOKEN not in served.daemon.log.read_text(encoding="utf-8"), "the token is in the log")
        return "401 without it"


def streams(directory):
    """What is published is told to those whom it concerns: a thousand of them, beside one who does not read."""
    with Served(directory, "streams") as served:
        client = served.client
        deaf = socket.create_connection((client.host, client.port))
        deaf.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        mine, others = client.listen(funnel="sales", window="month", group="all"), client.listen(funnel="sales", window="day", group="manager=nobody")
        expect(next(mine.events(5))[0] == "status", "a stream begins with the status")
        told = {}

        def listen():
            for name, data in mine.events(20):
                if name == "snapshot" and json.loads(data)["activity"]["entered"] == 5:
                    told["at"], told["record"] = time.time(), data
                    return

        listener = threading.Thread(target=listen)
        listener.start()
        served.produce(leads(5, manager="12"))
        listener.join()
        expect("record" in told, "the new snapshot was not told")
        written = [record for record in records.consume(served.servers, SNAPSHOTS) if record.value.decode() == told["record"]]
        delay = told["at"] - written[0].timestamp_ms / 1000
        expect(delay < 10, f"told {delay:.3f} s after it was published")  # how soon it was is told below: a machine may be busy
        expect([name for name, _ in others.events(0.5) if name == "snapshot"] == [], "told somebody whom it does not concern")

        idle = [client.listen(funnel="sales", window="month", group="all") for _ in range(IDLE_CLIENTS)]
        resident = int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{served.daemon.process.pid}/status").read_text(encoding="utf-8")).group(1)) // 1024
        begun = time.monotonic()
        served.produce(leads(2, first=5))
        for stream in idle:
            expect(any(name == "snapshot" and json.loads(data)["activity"]["entered"] == 7 for name, data in stream.events(20)), "an idle client was not told")
        took = time.monotonic() - begun
        expect(client.api("status").status == 200, "answers beside a thousand streams")
        expect(figure(client, "funneld_http_streams") == IDLE_CLIENTS + 3, f"streams: {figure(client, 'funneld_http_streams')}")
        for stream in idle:
            stream.close()

        # So many snapshots at once that the place of the deaf one is passed: when it turns to read it is cut off.
        served.produce([{**lead, "manager": f"m{number}"} for number, lead in enumerate(leads(5000, first=100))])
        wait_until(lambda: figure(client, "funneld_http_records") > 10000, 60, "a snapshot for each of 5000 managers and two windows")
        heard = drain(deaf)
        cut = figure(client, "funneld_http_streams_cut_total")
        expect(cut == 1, f"{cut} clients were cut off, not just the deaf one")
        status, _ = served.daemon.terminate()
        expect(status == 0, f"exit status {status}")
        said = served.daemon.log.read_text(encoding="utf-8")
        expect("level=debug" not in said, "clients that left are told of one by one")
        expect('msg="left in order"' in said, "leaving is not told of")
        return f"told after {1000 * delay:.0f} ms; {IDLE_CLIENTS} idle clients all told within {took:.1f} s of the event, {resident} MiB in all; a deaf one cut off after {heard >> 10} KiB"


def figure(client, name):
    found = re.search(rf"^{name} (\d+)", client.get("/metrics").body.decode(), re.M)
    return int(found.group(1)) if found else 0


def drain(deaf):
    """Read what lay ready all the time, up to the end of the stream. Returns how much."""
    heard = 0
    deaf.settimeout(20)
    while part := deaf.recv(1 << 20):
        heard += len(part)
    return heard


def metrics(directory):
    """The real Prometheus scrapes it, and promtool finds nothing to say."""
    with Served(directory, "metrics") as served:
        client = served.client
        served.produce(leads(6, ago_s=AN_HOUR_AGO, manager="12") + [{"lead_id": "L-9", "at": now(), "stage": "nowhere"}])
        served.snapshot(6, window="rolling-30d")
        wait_until(lambda: client.api("status").json()["rejected"]["total"] == 1, 20, "the dead letter counted")
        text = client.get("/metrics").body
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
        expect(checked.returncode == 0 and not checked.stdout and not checked.stderr, (checked.stdout + checked.stderr).decode())
        expect(b"L-9" not in text and b'"12"' not in text, "a lead or a manager is in the metrics")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        config = served.directory / "prometheus.yml"
        config.write_text(f"global: {{scrape_interval: 500ms}}\nscrape_configs: [{{job_name: funneld, static_configs: [{{targets: ['127.0.0.1:{client.port}']}}]}}]\n", encoding="utf-8")
        with open(served.directory / "prometheus.log", "wb") as log:
            prometheus = subprocess.Popen(["prometheus", f"--config.file={config}", f"--storage.tsdb.path={served.directory}/tsdb", f"--web.listen-address=127.0.0.1:{port}"], stderr=log)
        try:
            asking = Client("127.0.0.1", port)

            def value(query):
                try:
                    answer = asking.get("/api/v1/query?" + urllib.parse.urlencode({"query": query}))
                except OSError:
                    return None
                found = answer.json()["data"]["result"] if answer.status == 200 else []
                return found[0]["value"][1] if found else None

            wait_until(lambda: value("up") == "1", 30, "Prometheus scraping the daemon")
            for query, wanted in (('funneld_events_total{result="counted"}', "6"), ('funneld_events_total{result="unknown_stage"}', "1"),
                                  ('funneld_funnel_reached{window="rolling-30d",basis="activity",step="application"}', "6"),
                                  ("funneld_leading", "1"), ("sum(funneld_lag_records)", "0"), ("funneld_leads", "6"), ("funneld_commit_duration_seconds_count > bool 0", "1")):
                found = wait_until(lambda query=query: value(query), 20, query)
                expect(found == wanted, f"{query}: {found}, not {wanted}")
            panels = dashboard_queries()
            for query in panels:
                answer = asking.get("/api/v1/query?" + urllib.parse.urlencode({"query": query}))
                expect(answer.status == 200, f"config/grafana.json: {query}: {answer.body.decode()}")
        finally:
            prometheus.kill()
            prometheus.wait()
        return f"{sum(not line.startswith(b'#') for line in text.splitlines())} series, {len(panels)} queries of the dashboard"


def dashboard_queries():
    """Those of config/grafana.json with its variables filled in. Every metric they name is one that the daemon has."""
    root = HERE.parents[1]
    known = set(re.findall(r'"(funneld_[a-z_]+)"', "".join((root / "daemon" / path).read_text(encoding="utf-8") for path in ("metrics/metrics.c", "http/scrape.c"))))
    queries = []
    for panel in json.loads((root / "config" / "grafana.json").read_text(encoding="utf-8"))["panels"]:
        for target in panel.get("targets", []):
            named = {re.sub("_(bucket|sum|count)$", "", name) for name in re.findall(r"funneld_[a-z_]+", target["expr"])}
            expect(named <= known, f"config/grafana.json: {named - known}: no such metric")
            query = re.sub(r"\$(instance|funnel|window)", ".*", target["expr"])
            queries.append(query.replace("$basis", "activity").replace("$__rate_interval", "1m"))
    return queries


def openapi(directory):
    """Every path of the description answers as it says."""
    import jsonschema  # Debian's
    with Served(directory, "openapi") as served:
        client = served.client
        served.produce(leads(6, manager="12"))
        served.snapshot(6, window="month")
        description = client.get("/api/v1/openapi.json").json()
        arguments = {"funnel": "sales", "window": "month", "by": "manager", "limit": 3}
        for path, item in description["paths"].items():
            operation = item["get"]
            wanted = {p["name"]: arguments[p["name"]] for p in operation.get("parameters", []) if p["required"]}
            content = operation["responses"]["200"]["content"]
            if "application/json" not in content:
                continue
            answer = client.get(path + ("?" + urllib.parse.urlencode(wanted) if wanted else ""))
            expect(answer.status == 200 and answer.headers["Content-Type"] == "application/json", f"{path}: {answer.status}")
            schema = {**content["application/json"]["schema"], "components": description["components"]}
            jsonschema.validate(answer.json(), schema)
            if wanted:
                expect(str(client.get(path).status) in operation["responses"], f"{path} without parameters")
        return f"{len(description['paths'])} paths"


def on_terminal(url, columns, rows):
    """The lines of the first frame that `funneld status` draws on a terminal of this size, without colours."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    drawn = b""
    with subprocess.Popen([PROGRAM, "status", "--url", url, "--every", "200ms"], stdout=follower, stderr=follower) as shown:
        os.close(follower)
        while drawn.count(FRAME) < 2:
            drawn += os.read(leader, 65536)
        shown.terminate()
    os.close(leader)
    return re.sub(r"\033\[\d+m", "", drawn.split(FRAME)[1].decode()).splitlines()


def status(directory):
    """`funneld status` shows the same figures, once and without colours into a pipe."""
    with Served(directory, "status") as served:
        served.produce(leads(10, ago_s=AN_HOUR_AGO, manager="12", channel="web, mail") + [{"lead_id": f"L-{n}", "at": now(AN_HOUR_AGO - 60), "stage": "proposal"} for n in range(4)])
        served.snapshot(10, window="rolling-30d")
        wait_until(lambda: served.client.api("snapshot", funnel="sales", window="rolling-30d").json()["activity"]["steps"][1]["reached"] == 4, 20, "4 proposals")
        url = f"http://127.0.0.1:{served.client.port}"

        def run(*arguments):
            return subprocess.run([PROGRAM, "status", "--url", url, *arguments], capture_output=True, text=True, check=False)

        shown = run()
        expect(shown.returncode == 0 and "\033" not in shown.stdout, shown.stderr)
        rows = [re.split(r"\s{2,}", line.strip()) for line in shown.stdout.splitlines()]
        expect(["Заявка", "█" * 24, "10", "—"] in [row[:4] for row in rows], shown.stdout)
        expect(["Предложение", "█" * 10, "4", "40\u00a0%"] in [row[:4] for row in rows], shown.stdout)
        copied = run("--url", url + "/?funnel=sales&window=month#top")  # as the log or the browser has it
        expect(copied.stdout == shown.stdout, copied.stderr)
        other_order = run("--group", "manager=12,channel=web, mail")  # keys have the channel first, and commas in values are encoded there
        expect("channel: web, mail, manager: Иванов" in other_order.stdout, other_order.stderr)
        narrow, low = on_terminal(url, 60, 40), on_terminal(url, 60, 8)
        table = [line for line in narrow if line.startswith(("Шаг", "Заявка", "Предложение"))]
        expect(len(table) == 3 and all(len(line) <= 60 for line in table) and "█ " in table[2] + " ", narrow)
        expect(low == narrow[: len(low)] and 3 < len(low) < 8, low)
        english = run("--language", "en", "--basis", "cohort", "--group", "manager=12")
        expect("manager: Иванов" in english.stdout and "last 30 days" in english.stdout, english.stdout + english.stderr)
        for arguments, code, text in ((["--funnel", "x"], 1, "no funnel is called `x`"), (["--group", "manager=nobody"], 1, ": 404:"), (["--group", "manger=12"], 1, "`manger=12`"), (["--basis", "y"], 2, "`y`"),
                                      (["--every", "1x"], 2, "`1x`"), (["--url", "http://127.0.0.1:1"], 1, "is a daemon running there")):
            wrong = run(*arguments)
            expect(wrong.returncode == code and text in wrong.stderr and not wrong.stdout, f"{arguments}: {wrong}")
        return "as the API says"


SCENARIOS = {scenario.__name__: scenario for scenario in (api, protocol, shared, token, streams, metrics, openapi, status)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="NAME", choices=SCENARIOS)
    only, failed = parser.parse_args().only, 0
    with tempfile.TemporaryDirectory() as directory:
        for name, scenario in SCENARIOS.items():
            if only not in (None, name):
                continue
            begun = time.monotonic()
            try:
                said, word = scenario(pathlib.Path(directory)), "passed"
            except (Failure, OSError) as failure:
                said, word = str(failure)[:2000], "FAILED"
                failed += 1
            print(f"{word}  {name}  {time.monotonic() - begun:.1f} s  {said}", flush=True)
    print(f"{len(SCENARIOS) if only is None else 1} scenarios, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
