#!/usr/bin/env python3
"""Compare what `funneld replay --alerts-only` tells with a recount of every alert at every slice end (alerts.py), on random cases.

    alert_cases.py N [--seed S] [--threads 1,3] [--keep DIR]

A case is a funnel, a few rules, and one or two files of events of some weeks. The daemon is $FUNNELD, by default build/funneld."""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

import configuration
from alerts import Rules
from leads import Lead, standing
from reading import read_time
from zone import Zone

HOUR_S, DAY_S = 3600, 86400
START = 1709510400                    # Monday, 4 March 2024
WORDS = {"below_target": "Below", "dropped": "Dropped", "stuck": "Stuck", "silence": "Silence"}
DRIFT_SHARE = 0.4                     # of the cases: those whose steps have enough leads for that rule
REJECTED_SHARE = 0.4                  # of the cases: those with a rule about dead letters
YEAR_S = 365 * DAY_S
REFUSED = {                           # by word, a line that is
    "not_json": '{"lead_id": "L1", "at": 1709510400',
    "empty": " ",
    "no_lead_id": '{"at": 1709510400, "stage": "s0"}',
    "bad_time": '{"lead_id": "L1", "at": "yesterday", "stage": "s0"}',
    "unknown_stage": '{"lead_id": "L1", "at": 1709510400, "stage": "nowhere"}',
}


def span(seconds):
    return f"{seconds // HOUR_S}h"


class Case:
    def __init__(self, seed, directory):
        self.chance, self.verdicts, self.settled = random.Random(seed), 0, 0
        self.directory = directory
        chance = self.chance
        self.zone = Zone(chance.choice(["UTC", "Europe/Moscow", "Europe/Berlin", "Asia/Kolkata"]))
        self.days, self.steps = chance.randint(10, 22), chance.randint(3, 5)
        self.out_of_orderness = chance.choice([0, 0, 30, 7200])
        self.drifts = chance.random() < DRIFT_SHARE
        kinds = chance.choices(list(WORDS), k=chance.randint(2, 5))
        if self.drifts:
            self.days, self.steps, kinds = chance.randint(16, 22), chance.randint(2, 3), ["drift", *kinds[:chance.randint(0, 1)]]
        if chance.random() < REJECTED_SHARE:
            kinds.append("rejected")
        self.rules = [self.rule(kind, number) for number, kind in enumerate(kinds)]
        self.write_config()
        self.files = self.write_events()

    def rule(self, kind, number):
        chance = self.chance
        rule = {"alert": f"{WORDS.get(kind, kind.title())}{number}", "kind": kind, "for": chance.choice([0, 0, 1, 3]) * HOUR_S, "keep": chance.choice([0, 0, 2, 9]) * HOUR_S}
        if chance.random() < 0.4:
            first, last = sorted(chance.sample(range(25), 2))
            rule["hours"] = [(set(range(5)), first * HOUR_S, last * HOUR_S)]
        if chance.random() < 0.2:
            day = chance.randint(5, 12)
            rule["days_off"] = [(f"2024-03-{day:02d}", f"2024-03-{day + chance.randint(0, 2):02d}")]
        if kind == "silence":
            return {**rule, "silent_for": chance.randint(1, 9) * HOUR_S}
        if kind == "rejected":
            return {**rule, "more_than": chance.randint(0, 5), "within": chance.randint(1, 30) * HOUR_S}
        rule.update(step=chance.choice([None, None, chance.randrange(1, self.steps)]), groups=chance.choice([[[]], [["manager"]], [[], ["manager"]]]))
        if chance.random() < 0.3:
            begin = START + chance.randint(2, 8) * DAY_S + chance.randint(0, 20) * 1800
            rule["pause"] = [(begin, begin + chance.randint(1, 30) * 1800)]
        if kind == "stuck":
            return {**rule, "older_than": chance.randint(4, 90) * HOUR_S, "more_than": chance.randint(0, 6)}
        if kind == "drift":
            return {**rule, "drop": chance.choice([0.3, 0.4, 0.5]), "baseline": chance.randint(48, 144) * HOUR_S,
                    "false_alarms": chance.choice([5, 20, 100]) / YEAR_S}
        length = chance.choice([12, 24, 72, 168]) * HOUR_S
        rule.update(basis=chance.choice(["activity", "cohort"]), length=length, min_leads=chance.randint(3, 12),
                    window=chance.choice([f"rolling {span(length)}", f"rolling {span(length)}", "day", "week"]))
        if kind == "below_target":
            return {**rule, "confidence": chance.choice([0.5, 0.8, 0.95])}
        return {**rule, "compare": chance.choice([None, 3 * DAY_S, 7 * DAY_S]), "drop": chance.choice([0.05, 0.2]), "q": chance.choice([0.05, 0.3])}

    def write_config(self):
        lines = ["application: alerts", f"timezone: {self.zone.zone.key}", f"input: {{topics: [e], out_of_orderness: {self.out_of_orderness}s}}",
                 "dimensions: {manager: {field: /manager, take: last}}", "funnels:", "  - id: f", f"    progress: {self.chance.choice(['furthest', 'ordered', 'any'])}",
                 "    lost: [lost]", f"    horizon: {self.chance.choice([20, 36, 60])}h", "    stages:"]
        for k in range(self.steps):
            target = self.chance.choice(["", f", target: {self.chance.choice([0.5, 0.7, 0.95])}"])
            lines.append(f"      - {{id: s{k}, title: S{k}{target if k else ''}}}")
        written = ["- {" + ", ".join(f"{name}: {value}" for name, value in self.written(rule)) + "}" for rule in self.rules]
        lines += ["    alerts:"] + ["      " + text for text, rule in zip(written, self.rules) if rule["kind"] != "rejected"]
        lines += ["alerts:"] * (self.rules[-1]["kind"] == "rejected") + ["  " + text for text, rule in zip(written, self.rules) if rule["kind"] == "rejected"]
        with open(self.path("config.yaml"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def written(self, rule):
        yield from (("alert", rule["alert"]), ("kind", rule["kind"]), ("for", span(rule["for"])), ("keep_firing_for", span(rule["keep"])))
        if "hours" in rule:
            (_, first, last), = rule["hours"]
            yield "hours", f"mon-fri {first // HOUR_S:02d}:00-{last // HOUR_S:02d}:00"
        if "days_off" in rule:
            yield "days_off", "[" + "..".join(rule["days_off"][0]) + "]"
        if "pause" in rule:
            yield "pause", "[{from: %s, to: %s}]" % tuple(f'"{Zone("UTC").text(moment)}"' for moment in rule["pause"][0])
        if rule["kind"] == "silence":
            yield "silent_for", span(rule["silent_for"])
            return
        if rule["kind"] == "rejected":
            yield from (("more_than", rule["more_than"]), ("within", span(rule["within"])))
            return
        yield "step", "any" if rule["step"] is None else f"s{rule['step']}"
        yield "groups", json.dumps(rule["groups"])
        if rule["kind"] == "stuck":
            yield from (("older_than", span(rule["older_than"])), ("more_than", rule["more_than"]))
            return
        if rule["kind"] == "drift":
            yield from (("drop", rule["drop"]), ("baseline", span(rule["baseline"])), ("false_alarms", f"{rule['false_alarms'] * YEAR_S:.0f} per year"))
            return
        yield from (("window", rule["window"]), ("basis", rule["basis"]), ("min_leads", rule["min_leads"]))
        if rule["kind"] == "below_target":
            yield "confidence", rule["confidence"]
        else:
            compare = "previous" if rule["compare"] is None else f"previous {span(rule['compare'])}"
            yield from (("compare", compare), ("drop", rule["drop"]), ("q", rule["q"]))

    def write_events(self):
        chance, events = self.chance, []
        for lead in range(chance.randint(300, 500) if self.drifts else chance.randint(60, 220)):
            at = START + chance.randrange(self.days * DAY_S)
            manager = chance.choice(["Иванов", "Petrov", None])
            share = (at - START) / (self.days * DAY_S)
            worse = 0.35 < share < 0.5 or share > 0.8 if self.drifts else share > 0.6  # what drifts may come back, and go again
            for k in range(self.steps + 1):
                event = {"lead_id": f"L{lead}", "at": at + chance.randint(-3600, 3600) * (chance.random() < 0.05), "stage": "lost" if k == self.steps else f"s{k}"}
                if manager and chance.random() < 0.8:
                    event["manager"] = manager
                events.append(event)
                if k < self.steps - 1 and chance.random() < (0.35 if worse else 0.75):
                    at += chance.randrange(2 * DAY_S)
                elif chance.random() < 0.5 and k < self.steps:
                    at += chance.randrange(DAY_S)
                    events.append({"lead_id": f"L{lead}", "at": at, "stage": "lost"})
                    break
                else:
                    break
        events.sort(key=lambda event: event["at"] + chance.randrange(1 + self.out_of_orderness))
        files = [[] for _ in range(chance.randint(1, 2))]
        for event in events:
            chance.choice(files).append(event)
        if self.rules[-1]["kind"] == "rejected":
            for _ in range(chance.randint(2, 8)):    # one now and then, or a burst of them
                lines, word, count = chance.choice(files), chance.choice(list(REFUSED)), chance.choice([1, 1, 3, 9])
                place = chance.choice([0, len(lines), chance.randint(0, len(lines)), chance.randint(0, len(lines))])
                lines[place:place] = [{"refused": word}] * count
        for number, lines in enumerate(files):
            with open(self.path(f"events-{number}.ndjson"), "w", encoding="utf-8") as file:
                file.writelines((REFUSED[line["refused"]] if "refused" in line else json.dumps(line, ensure_ascii=False)) + "\n" for line in lines)
        self.end = max(event["at"] for event in events)
        return files

    def path(self, name):
        return os.path.join(self.directory, name)


# ---- the model ----

def recount(case, found):
    """What is told: [(tick, fingerprint, record or None)]. What the daemon found settles whether a drift holds whose evidence is as good as at the limit."""
    held = {(record["fingerprint"], read_time(record["heldUntil"], None)) for record in found if record["type"] == "alert"}
    settings = configuration.read(case.path("config.yaml"))
    funnel, zone = settings.funnels[0], case.zone
    rules = Rules(zone, funnel, case.rules, None, lambda name, tick: (name, tick) in held)
    cursors, greatest = [0] * len(case.files), [None] * len(case.files)
    sets, last_event_at, told, letters = {}, None, [], []
    first = min(next(event["at"] for event in file if "at" in event) for file in case.files if any("at" in event for event in file)) - case.out_of_orderness
    tick = zone.slice_start(first) + zone.slice
    while tick <= case.end:
        for number, file in enumerate(case.files):
            while cursors[number] < len(file):
                event = file[cursors[number]]
                if "refused" in event:               # it belongs to the slice that its file has come to, at the start to the first that ends
                    cursors[number] += 1
                    come_to = tick - zone.slice if greatest[number] is None else greatest[number] - case.out_of_orderness
                    letters.append((zone.slice_start(come_to), event["refused"]))
                    continue
                reached = max(event["at"], greatest[number] if greatest[number] is not None else event["at"])
                if reached - case.out_of_orderness >= tick:
                    break
                cursors[number] += 1
                greatest[number] = reached
                last_event_at = event["at"] if last_event_at is None else max(last_event_at, event["at"])
                add(sets.setdefault(event["lead_id"], Lead.unknown()), event, funnel)
        leads = [standing(funnel, settings.takes, name, lead) for name, lead in sets.items()]
        leads = [lead for lead in leads if lead.state]
        told += [(tick, name, record) for name, record in sorted(rules.step(tick, leads, last_event_at, letters).items())]
        tick += zone.slice
    case.verdicts, case.settled = rules.verdicts, rules.settled
    return told


def add(lead, event, funnel):
    meaning = funnel.words[event["stage"]]
    if meaning[0] == "step":
        lead.reaches.add((event["at"], meaning[1]))
    else:
        lead.losses.add((event["at"], ""))
    if "manager" in event:
        lead.values.setdefault("manager", set()).add((event["at"], event["manager"]))


# ---- the daemon ----

def replay(case, threads):
    command = [os.environ.get("FUNNELD", "build/funneld"), "replay", "--config", case.path("config.yaml"), "--alerts-only", "--threads", str(threads)]
    command += [case.path(f"events-{number}.ndjson") for number in range(len(case.files))]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
    return done.stdout


def near(a, b):
    return a == b or (a is not None and b is not None and abs(a - b) <= 2e-6 * max(1, abs(a)))


def differences(expected, found):
    """Members in which a record is not what was expected."""
    for name in ("labels", "status"):
        if expected[name] != found[name]:
            yield name, expected[name], found[name]
    for name in ("as_of", "activeAt", "startsAt", "heldUntil", "endsAt"):
        moment = None if found[name] is None else read_time(found[name], None)
        if expected[name] != moment:
            yield name, expected[name], moment
    for name in ("value", "threshold", "reached", "passed", "low", "high", "p_value", "q_value", "evidence", "burst"):
        if name == "evidence" and expected.get("evidence_error"):
            if abs(expected[name] - found[name]) > expected["evidence_error"]:
                yield name, expected[name], found[name]
        elif not near(expected.get(name), found[name]):
            yield name, expected.get(name), found[name]
    oldest = None if found["oldest"] is None else [(entry["lead"], read_time(entry["since"], None)) for entry in found["oldest"]]
    if expected.get("oldest") != oldest and not ("oldest" in expected and expected["oldest"] is None):
        yield "oldest", expected.get("oldest"), oldest


def check(case, threads):
    output = [replay(case, count) for count in threads]
    if any(other != output[0] for other in output):
        return "other bytes with other threads"
    found = [json.loads(line) for line in output[0].splitlines()]
    expected = recount(case, found)
    for place, (tick, name, record) in enumerate(expected):
        if place >= len(found):
            return f"{len(expected) - place} more were expected, the first {case.zone.text(tick)} {name} {record}"
        got = found[place]
        if record is None:
            if got != {"type": "tombstone", "key": name}:
                return f"record {place}: expected a tombstone of {name} at {case.zone.text(tick)}, found {got}"
            continue
        if got["type"] != "alert" or got["fingerprint"] != name or got["id"] != f"{name}-{record['activeAt']}":
            return f"record {place}: expected {name} at {case.zone.text(tick)}: {record}, found {got}"
        wrong = list(differences(record, got))
        if wrong:
            return f"record {place}, {name} at {case.zone.text(tick)}: " + "; ".join(f"{what}: expected {a}, found {b}" for what, a, b in wrong)
    if len(found) > len(expected):
        return f"{len(found) - len(expected)} more than expected, the first {found[len(expected)]}"
    return None


def main():
    parser = argparse.ArgumentParser(description="compare alerts with a recount")
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", default="1,3")
    parser.add_argument("--keep", metavar="DIR", help="where the case last run stays")
    arguments = parser.parse_args()
    threads = [int(count) for count in arguments.threads.split(",")]
    failed, records, verdicts, settled = 0, 0, 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        directory = arguments.keep or scratch
        os.makedirs(directory, exist_ok=True)
        for seed in range(arguments.seed, arguments.seed + arguments.count):
            case = Case(seed, directory)
            fault = check(case, threads)
            verdicts, settled = verdicts + case.verdicts, settled + case.settled
            records += replay(case, 1).count(b"\n")
            if fault:
                print(f"seed {seed}: {fault}", flush=True)
                failed += 1
                if failed == 3:
                    break
    print(f"{arguments.count} cases, {records} records, {failed} failed; of {verdicts} verdicts on drift {settled} were too near the limit")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
