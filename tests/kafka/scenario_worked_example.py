"""The worked example of semantics, section 7: by replay, by `run --embedded` and by `run` on the broker the same record of the month."""

import json

import records
import validity
from application import Application
from snapshots import last_by_key
from suite import ROOT, expect

CASE = ROOT / "tests" / "cases" / "konsaltjurist"
MONTH = "sro/month/2024-03-01T00:00:00+03:00/all"
REACHED = [60, 50, 40, 30, 20, 10, 5, 3]
# From, to, extra wins, why: in rank order.
BOTTLENECKS = [
    ("called_back", "contract", 0.911018, ["most_lost", "lowest_conversion"]),
    ("contract", "closing", 0.911018, ["lowest_conversion"]),
    ("closing", "payment", 0.259182, ["lowest_conversion"]),
    ("application", "answered", 0, ["most_lost"]),
    ("answered", "needs_known", 0, ["most_lost"]),
    ("needs_known", "kp", 0, ["most_lost"]),
    ("kp", "called_back", 0, ["most_lost"]),
]


def _application(suite, name):
    case = (CASE / "config.yaml").read_text(encoding="utf-8")
    head = """application: $application
kafka: {bootstrap.servers: "$servers"}
output: {snapshots: $application.snapshots, alerts: $application.alerts, dead_letters: $application.dead-letters, every: 1s}"""
    return Application(suite, name, template=case.replace("application: oracle", head).replace("[lead.events]", "[$application.events]"))


def _lines():
    for line in (CASE / "events.ndjson").read_bytes().splitlines():
        yield json.loads(line)["lead_id"].encode(), line


def _check_figures(month):
    cohort = month["cohort"]
    reached = [step["reached"] for step in cohort["steps"]]
    expect(reached == REACHED, f"reached {reached}")
    found = [(b["from"], b["to"], b["extra_wins"], b["why"]) for b in cohort["bottlenecks"]]
    expect(found == BOTTLENECKS, f"bottlenecks {found}")


def by_replay(suite):
    application = _application(suite, "worked-replay")
    replayed, letters = application.replay([CASE / "events.ndjson"], "2024-03-31T23:59:00+03:00")
    _check_figures(replayed[MONTH])
    expect(not letters, "dead letters")


def _run(application, daemon):
    lines = list(_lines())
    records.produce(application.servers, application.input, lines)
    application.settle([len(lines)])
    live, _ = application.agree_with_replay([CASE / "events.ndjson"])
    _check_figures(last_by_key(live)[MONTH])
    validity.check(application)
    expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")


def embedded(suite):
    application = _application(suite, "worked-embedded")
    daemon = application.daemon("--embedded").start()
    try:
        application.servers = daemon.process.stdout.readline().strip().removeprefix("bootstrap.servers=")
        _run(application, daemon)
    finally:
        application.end()


def on_the_broker(suite):
    application = _application(suite, "worked-broker")
    application.create_input()
    try:
        _run(application, application.daemon().start())
    finally:
        application.end()
