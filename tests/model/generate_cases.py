#!/usr/bin/env python3
"""A random case from a seed: a small configuration and files of events, biased to edges.

    generate_cases.py --seed S --out DIR

writes DIR/config.yaml, whose first line names the tick, and DIR/events-1.ndjson ... Same seed, same bytes."""

import argparse
from datetime import datetime, timedelta
import json
import os
import random
import re

from zone import Zone, days

HOUR, DAY = 3600, 86400
ZONES = {                             # zone -> dates around which something happens to its clocks, or nothing does
    "Europe/Moscow": [(2014, 10, 26), (2011, 3, 27), (2024, 2, 29)],
    "America/New_York": [(2024, 3, 10), (2024, 11, 3), (2023, 12, 31)],
    "Asia/Kathmandu": [(2024, 1, 1), (2024, 6, 30)],
    "Australia/Lord_Howe": [(2024, 4, 7), (2024, 10, 6)],
    "Pacific/Apia": [(2011, 12, 30), (2012, 4, 1)],
    "UTC": [(2024, 2, 29), (2000, 1, 1)],
    "America/St_Johns": [(2024, 3, 10), (2024, 11, 3)],
    "America/Sao_Paulo": [(2018, 11, 4), (2018, 2, 18)],
}
STEP_NAMES = ["a", "b", "Заявка", "142", "no", "see \"c\"", "true", "d e", "1e3", "ёлка", "x/y", "null", "0"]
LOST_NAMES = ["lost", "отказ", "C1:3", "143", "off"]
VALUES = ["a", "b", "Иванов", "7", "a b", "é", "e\u0301", "100%", "x=y,z", "😀", "A", '"}', "\\"]
REASONS = ["", "дорого", "Дорого", "z", "no answer", "no  answer", "1", "é"]
LEADS = ["lead-", "", "Ш", "a/b ", "00"]


# ---- YAML ----

PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_/.]*|[0-9][A-Za-z0-9.]*(?:KiB)?|rolling [0-9]+[a-z]")


def flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(name)}: {flow(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str) or PLAIN.fullmatch(value) and value.lower() != "null":
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def block(value, indent=""):
    """Two levels of block style, the rest on the line."""
    lines = []
    for name, member in value.items():
        if isinstance(member, dict) and name in ("input", "dimensions"):
            lines += [f"{indent}{name}:"] + [f"{indent}  {flow(inner)}: {flow(deep)}" for inner, deep in member.items()]
        elif name in ("funnels", "sources"):
            lines += [f"{indent}{name}:"] + [f"{indent}  - {flow(element)}" for element in member]
        else:
            lines.append(f"{indent}{name}: {flow(member)}")
    return lines


# ---- configuration ----

class Case:
    def __init__(self, seed):
        self.random = random.Random(seed)
        zone_name = self.random.choice(list(ZONES))
        self.zone = Zone(zone_name)
        self.middle = days(*self.random.choice(ZONES[zone_name])) * DAY + self.random.randrange(DAY)
        self.span = self.random.choice([6 * HOUR, 2 * DAY, 5 * DAY, 20 * DAY, 60 * DAY])
        self.dimensions = self.make_dimensions()
        self.config = self.make_config(zone_name)
        self.begin, self.end = self.middle - self.span // 2, self.middle + self.span // 2
        self.tick = self.make_tick()
        self.files = self.make_files()

    def chance(self, probability):
        return self.random.random() < probability

    def some(self, values, least=0):
        return self.random.sample(values, self.random.randint(least, len(values)))

    def make_dimensions(self):
        names = self.some(["manager", "channel", "product", "A-1"], 1)
        return {name: {"field": "/" + name if self.chance(0.7) else ["/other/" + name, "/" + name], "take": self.random.choice(["first", "last", "closing"])}
                for name in names}

    def make_config(self, zone_name):
        config = {"application": "cases", "timezone": zone_name, "input": self.make_input()}
        if self.chance(0.2):
            config["output"] = {"show_leads": False}
        self.retention = None
        if self.chance(0.15):
            self.retention = self.random.choice([3 * DAY, 5 * DAY, 16 * DAY])
            self.span = max(self.span, 20 * DAY)
            config["retention"] = f"{self.retention // DAY}d"
        config["dimensions"] = self.dimensions
        config["funnels"] = [self.make_funnel(number) for number in range(self.random.choice([1, 1, 1, 2, 3]))]
        return config

    def make_input(self):
        self.max_future = self.random.choice([0, 1, HOUR, DAY])
        self.local_times = self.chance(0.2)
        self.sources = self.chance(0.15)
        self.stage_at = "stage_at"
        out_of_orderness = self.random.choice([0, 1, 10, HOUR])
        given = {"topics": ["lead.events"], "out_of_orderness": f"{out_of_orderness}s", "max_future": f"{self.max_future}s", "local_times": self.local_times}
        if self.chance(0.3):
            given["max_record"] = "700"
        if self.chance(0.2):
            given["unmatched"] = "ignore"
        if self.sources:
            del given["topics"]
            given["sources"] = [
                {"topics": ["lead.events"], "each": "", "where": {"/kind": ["deal", "1"]}, "fields": {"stage": "/to/0/stage"}},
                {"topics": ["lead.events"], "each": "", "where": {"/kind": "true"}},
                {"topics": ["other"], "each": "/items"},
                {"topics": ["lead.events"], "where": {"/kind": "2.0"}, "fields": {"lead_id": "/id~1", "at": ["/when", "/at"]}},
                {"topics": ["lead.events"], "where": {"/each": ["one", "two"]}},
            ]
        elif self.chance(0.5):
            self.stage_at = "moved_at"
            given["fields"] = {"stage_at": "/moved_at", "stage": ["/state/name", "/stage"], "lead_id": ["/id", "/lead_id"]}
        return given

    def make_windows(self):
        kinds = ["day", "week", "month", "quarter", "year", "rolling 1d", "rolling 30d", "rolling 6h", "rolling 1w"] + ["hour"] * (self.span <= 5 * DAY)
        if self.retention:
            kinds = ["day", "rolling 6h"] + ["rolling 1d"] + ["hour"] * (self.span <= 5 * DAY)
        return self.some(kinds, 1)[:4]

    def make_funnel(self, number):
        names = self.some(STEP_NAMES, 3)
        funnel = {"id": ["f", "Воронка", "g-2"][number], "title": f"Funnel {number}"}
        if number or self.chance(0.3):
            dimension = self.random.choice(list(self.dimensions))
            values = self.some(VALUES, 1)[:4]
            if self.chance(0.8):
                funnel["match"] = {dimension: values if len(values) > 1 or self.chance(0.5) else values[0]}
        funnel["progress"] = self.random.choice(["furthest", "ordered", "any"])
        words = self.some(LOST_NAMES, 1)
        split = self.random.randint(1, len(words))
        lost = words[:split]
        funnel["lost"] = {word: self.random.choice([None, "Дорого", "z"]) for word in lost} if self.chance(0.4) else lost
        funnel["removed"] = words[split:][:1] if self.chance(0.5) else ["deleted"]
        funnel["other"] = ["on_hold"]
        if self.chance(0.4):
            funnel["currency"] = self.random.choice(["RUB", "USD"])
        if self.chance(0.4):
            funnel["aliases"] = [f"alias {number}"]
        if self.chance(0.3):
            funnel["within"] = self.random.choice(["1s", "1h", "1d", "3d"])
        if self.chance(0.6):
            funnel["horizon"] = self.random.choice(["1h", "6h", "1d", "3d", "7d"])
        if self.chance(0.3):
            funnel["confidence"] = self.random.choice([0.6, 0.8, 0.99])
        if self.chance(0.5):
            funnel["lateness"] = self.random.choice(["0s", "1h", "1d"])
        funnel["windows"] = self.make_windows()
        pairs = [[name] for name in self.dimensions] + ([self.random.sample(list(self.dimensions), 2)] if len(self.dimensions) > 1 else [])
        funnel["breakdowns"] = self.some(pairs)[:2]
        funnel["min_leads"] = self.random.choice([1, 1, 2, 3, 5])
        funnel["stages"] = self.make_stages(names)
        return funnel

    def make_stages(self, names):
        """Steps named `names`, some of them goals of one stage. The first one is required; the won one is anywhere."""
        stages, won = [], self.random.choice(names) if self.chance(0.4) else None

        def goal(name, first):
            made = {"id": name}
            if self.chance(0.8):
                made["title"] = name.upper()
            if self.chance(0.3):
                made["aliases"] = ["новый " + name]
            if not first and self.chance(0.25):
                made["optional"] = True
            if name == won:
                made["won"] = True
            if self.chance(0.4):
                made["target"] = self.random.choice([0.05, 0.5, 0.95, 1])
            if self.chance(0.3):
                made["horizon"] = self.random.choice(["30m", "2h", "2d"])
            return made

        rest = list(names)
        while rest:
            count = 1 if self.chance(0.6) else min(len(rest), self.random.randint(1, 3))
            goals = [goal(name, not stages and i == 0) for i, name in enumerate(rest[:count])]
            if count == 1 and self.chance(0.6):
                stages.append(goals[0])
            else:
                stages.append({"id": goals[0]["id"] if self.chance(0.3) else f"stage {len(stages)}", "title": f"Stage {len(stages)}", "goals": goals})
            rest = rest[count:]
        return stages

    # ---- moments ----

    def make_tick(self):
        tick = self.end + self.random.choice([0, self.random.randrange(3 * DAY)])
        if self.chance(0.2):
            tick = self.end - self.random.randrange(self.span // self.random.choice([2, 10, 50]))
        if self.chance(0.3):
            tick = self.edge(tick)
        return tick

    def edge(self, moment):
        """A moment at or next to a boundary near the one given."""
        kind = self.random.choice(["slice", "hour", "day", "week", "change"])
        if kind == "slice":
            boundary = self.zone.slice_start(moment)
        elif kind == "change":
            boundary = self.zone.window("day", self.middle)[0] + 2 * HOUR
        else:
            boundary = self.random.choice(self.zone.window(kind, moment))
        return boundary + self.random.choice([-1, 0, 0, 1])

    def moment(self):
        moment = self.random.randint(self.begin, self.end)
        return self.edge(moment) if self.chance(0.2) else moment

    def text_of(self, moment):
        """One of the many ways to write a moment."""
        style = self.random.randrange(12)
        fraction = self.random.choice(["", "", ".5", ".999999999999", ".000"])
        if style == 0:
            return moment
        if style == 1:
            return moment * 1000 + self.random.choice([0, 1, 999])
        if style == 2:
            return moment * 10**6 + self.random.choice([0, 999999])
        if style == 3:
            return moment * 10**9 + self.random.choice([0, 999999999])
        if style == 4:
            return str(moment * self.random.choice([1, 1000, 10**6, 10**9]))
        if style == 5:
            return Raw(f"{moment}{fraction or '.0'}")
        if style == 6:
            return Raw(f"{moment // 10**9}.{moment % 10**9:09d}e9" if self.chance(0.5) else f"{moment}000E-3")
        if style == 7 and self.local_times:
            return civil(moment + self.zone.offset(moment), self.random.choice("Tt "), fraction)
        offset = self.random.choice([0, self.zone.offset(moment), self.zone.offset(moment), 14 * HOUR, -12 * HOUR, 5 * HOUR + 45 * 60, -(3 * HOUR + 30 * 60)])
        local = civil(moment + offset, self.random.choice("TTTt "), fraction)
        if moment % 60 == 0 and self.chance(0.3):
            local = civil(moment - 1 + offset, "T", "")[:-2] + "60"
        if offset == 0:
            return local + self.random.choice(["Z", "z", "+00:00", "-00:00"])
        return local + f"{'-' if offset < 0 else '+'}{abs(offset) // HOUR:02d}:{abs(offset) // 60 % 60:02d}"

    # ---- events ----

    def make_files(self):
        events = []
        ids = [self.random.choice(LEADS) + str(number) for number in range(self.random.choice([1, 5, 20, 20, 60, 200]))]
        if self.chance(0.2):
            ids.append("я" * 127 + "b")
        for id in ids:
            events += self.life(id)
        events += [self.bad_event(self.moment()) for _ in range(self.random.choice([0, 3, 20]))]
        if not events:
            events = [self.wrong_funnel(self.moment())]
        for _ in range(len(events) // 10):
            events.append(self.random.choice(events))
        jitter = self.random.choice([0, HOUR, DAY, 2 * self.retention, 3 * self.retention] if self.retention else [0, 60, HOUR, DAY, 10**9])
        events.sort(key=lambda event: event[0] + self.random.randint(0, jitter))
        files = [[] for _ in range(self.random.randint(1, 4))]
        for _, line in events:
            self.random.choice(files).append(line)
        return files

    def life(self, id):
        """One lead, step by step: (at, line)."""
        funnel = self.random.choice(self.config["funnels"])
        steps = [goal["id"] for stage in funnel["stages"] for goal in stage.get("goals", [stage])]
        lost = list(funnel["lost"])
        at = self.moment()
        pace = self.random.choice([0, 60, HOUR, DAY, 5 * DAY])
        place, events = 0, []
        usual = {name: self.random.choice(VALUES) for name in self.dimensions if self.chance(0.7)}
        if self.chance(0.1):
            place = self.random.randrange(len(steps))
        for _ in range(self.random.randint(1, 2 * len(steps))):
            fields = self.common(id, funnel, at, usual)
            fate = self.random.random()
            if fate < 0.62:
                fields["stage"] = self.word(funnel, steps[place])
                place = min(len(steps) - 1, max(0, place + self.random.choice([1, 1, 1, 1, 0, 2, -1])))
            elif fate < 0.76:
                fields["stage"] = self.random.choice(lost)
                if self.chance(0.5):
                    fields["reason"] = self.random.choice(REASONS + [5])
            elif fate < 0.77:
                fields["stage"] = self.random.choice(funnel["removed"] + ["deleted"])
            elif fate < 0.82:
                fields["stage"] = "on_hold"
            elif fate < 0.90:
                fields["score"] = self.random.choice([0, 6, 7, 8, 9, 10, "10", Raw("9.0"), Raw("1e1"), Raw("-0"), "7"])
            elif fate < 0.96 or not usual:
                fields["amount"] = self.amount()
            if "stage" in fields and self.chance(0.15):
                fields[self.stage_at] = self.text_of(at + self.random.choice([0, -1, 1, -HOUR, HOUR, -DAY]))
            if self.chance(0.08):
                fields["created_at"] = self.text_of(at - self.random.choice([0, 0, 1, HOUR, -1, 3 * DAY]))
            events.append((at, self.line(fields)))
            if not self.chance(0.25):
                at += self.random.choice([0, 1, self.random.randint(0, pace)])
            if self.chance(0.05):
                at = self.moment()
            if at > self.end:
                break
        return events

    def word(self, funnel, step):
        """The step by its id, an alias or its stage's id."""
        words = [Raw(step) if re.fullmatch(r"0|[1-9][0-9]*", step) else step, step]
        for stage in funnel["stages"]:
            for i, goal in enumerate(stage.get("goals", [stage])):
                if goal["id"] == step:
                    words += goal.get("aliases", []) + ([stage["id"]] if i == 0 else [])
        return self.random.choice(words)

    def common(self, id, funnel, at, usual):
        lead = Raw(id) if re.fullmatch(r"0|[1-9][0-9]*", id) and self.chance(0.5) else id
        fields = {"lead_id": lead, "at": self.text_of(at)}
        if self.chance(0.5 if any("match" not in other for other in self.config["funnels"]) else 0.9):
            fields["funnel"] = self.random.choice([funnel["id"], *funnel.get("aliases", [])])
        for name, value in usual.items():
            if self.chance(0.6):
                value = value if self.chance(0.8) else self.random.choice(VALUES)
                fields[name] = Raw(value) if value == "7" and self.chance(0.5) else value
        if self.chance(0.3):
            fields["amount"] = self.amount()
        if self.chance(0.1):
            fields["currency"] = self.random.choice(["RUB", "USD", ""])
        if self.chance(0.05):
            fields[self.random.choice(["funnel", "amount", "score", "reason", "note"])] = self.random.choice([None, ""])
        return fields

    def amount(self):
        return self.random.choice([1, "1", Raw("1.00"), Raw("0.005"), "0.015", Raw("-0.005"), Raw("-12.5"), 100, 99.99, "1e3", Raw("1E-3"), "0", self.random.randint(1, 10**6),
                                   str(self.random.randint(1, 10**8) / 100), Raw("1234.565"), Raw("0.29")])

    # ---- events that are wrong ----

    def wrong_funnel(self, at):
        return at, self.line({"lead_id": "w", "at": self.text_of(at), "funnel": self.random.choice(["nobody", Raw("7"), "F"]), "stage": "a"})

    def bad_event(self, at):
        """A line with something wrong, or nearly so."""
        funnel = self.random.choice(self.config["funnels"])
        step = funnel["stages"][0].get("goals", [funnel["stages"][0]])[0]["id"]
        good = {"lead_id": "bad", "at": self.text_of(at), "funnel": funnel["id"], "stage": step}
        date = self.random.choice(["2024-02-30T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01 00:00:61Z", "2024-01-01T00:00:00+24:00",
                                   "2024-1-1T00:00:00Z", "0000-12-31T23:59:59Z", "9999-12-31T23:59:60Z", "2024-01-01T00:00:00.Z", "2024-01-01", "yesterday", " 1700000000",
                                   "1e", "01", "+1", Raw("1e30"), Raw("-62135596800.5"), True, {}, [], "2024-01-01T00:00:00+01:60", "2023-02-29T00:00:00Z", "2024-01-01T00:00:00+0100"])
        if not self.local_times and self.chance(0.1):
            date = "2024-01-01T00:00:00"
        wrong = self.random.choice([None, True, [], {}, Raw("1.5"), "x"])
        kind = self.random.randrange(22)
        if kind == 0:
            return at, self.random.choice([b"", b" ", b"\t", b"\r", b"  \r"])
        if kind == 1:
            return at, self.random.choice([b"{", b"[]", b"[1]", b"null", b"1", b'"x"', b'{"a":1,}', b"{'a':1}", b'{"lead_id":"x"', b'{"a":01}', b'{"a":+1}', b'{"a":.5}', b'{"a":1.}', b'{"a":NaN}',
                                           b'{"a":"\t"}', b'{"a":"\\x"}', b'\xef\xbb\xbf{"a":1}', b"{} {}", b"nul", b'{"a":Infinity}', b'{"a" 1}', b"//", b'{"a":tru}', b'{"a":"\\u12g4"}', b"{}}"])
        if kind == 2:
            return at, self.bytes(good)[:-1] + self.random.choice([b',"n":"\xff"}', b',"n":"\\ud800"}', b',"n":"\\udc00\\ud800"}', b',"n":"\\u0000"}', b',"\\ud83d":1}', b',"n":"\xed\xa0\x80"}',
                                                                   b',"n":"\xc0\xaf"}', b',"n":["\\ud83d"]}', b',"n":"\\ud800","n":"x"}', b',"n":"\x00"}', b',"n":"\xf4\x90\x80\x80"}', b',"n":"\\ud83d\\ude00"}'])
        if kind == 3:
            depth = self.random.choice([100, 126, 127, 128, 129, 300])
            bracket = self.random.choice([(b"[", b"]"), (b'{"a":', b"}")])
            inner = b"1" if bracket[0] != b"[" else b""
            return at, self.bytes(good)[:-1] + b',"n":' + bracket[0] * depth + inner + bracket[1] * depth + b"}"
        if kind == 4:
            good["note"] = "x" * self.random.choice([300, 600, 700, 800])
        elif kind == 5:
            good["lead_id"] = self.random.choice([None, "", Raw("1.0"), Raw("1e3"), True, {}, ["x"], "я" * 128, "z" * 256, "z" * 255, Raw("-0"), Raw("9" * 255), Raw("9" * 256)])
        elif kind in (6, 7, 8):
            good[("at", self.stage_at, "created_at")[kind - 6]] = date if self.chance(0.9) else None
            if kind == 6 and self.chance(0.1):
                del good["at"]
        elif kind == 9:
            return self.wrong_funnel(at)
        elif kind == 10:
            good["funnel"] = self.random.choice([True, {}, [], Raw("1.5")])
        elif kind in (11, 12):
            good["stage"] = self.random.choice(["unknown", "A", Raw("12345"), True, {}, [], Raw("1.5"), "stage 99", "LOST"])
            if kind == 12:
                good.pop("funnel")
        elif kind == 13:
            good.pop("stage")
            if self.chance(0.5):
                good[self.random.choice(["stage", "amount", "score", "reason"])] = self.random.choice([None, ""])
        elif kind in (14, 15):
            name = self.random.choice(["at", self.stage_at, "created_at"])
            beyond = self.tick + self.max_future + self.random.choice([0, 1, DAY])
            good[name] = self.text_of(beyond)
            at = beyond if name == "at" else at
        elif kind == 16:
            good["at"] = self.text_of(at - self.random.choice([4 * DAY, 400 * DAY]))
        elif kind == 17:
            good["amount"] = self.random.choice([True, {}, "1,5", "x", " 1", "0x1", "01", Raw("92233720368547758.075"), Raw("92233720368547758.074"), Raw("1e400"), Raw("1e-400"), Raw("-92233720368547758.08"), "NaN", "+1"])
        elif kind == 18:
            good["score"] = self.random.choice([11, -1, Raw("9.5"), "x", True, {}, "", Raw("1e400"), Raw("10.0000000000000000000001"), Raw("1e-400")])
        elif kind == 19:
            good[self.random.choice([*self.dimensions, "currency", "reason"])] = wrong
            if self.chance(0.3):
                good["amount"] = "oops"
        elif kind == 20:
            good["amount"], good["currency"] = self.random.choice([5, "x"]), self.random.choice(["EUR", "RUB", "rub"])
            if self.chance(0.3):
                good.pop("stage")
        else:
            good.pop("stage")
            good[self.random.choice(["score", "amount"])] = "oops"
        return at, self.line(good)

    # ---- text ----

    def line(self, fields):
        if not self.sources:
            return self.bytes(fields)
        style = self.random.randrange(6)
        if style == 0:
            return self.bytes({"each": self.random.choice(["one", "two", "three"]), **fields})
        if style == 1:
            fields = dict(fields)
            fields["id/"] = fields.pop("lead_id", None)
            fields["when"] = fields.pop("at", None) if self.chance(0.5) else None
            return self.bytes({"kind": Raw(self.random.choice(["2.0", "2"])), **fields})
        if style == 2:
            return self.bytes({"items": [fields] + [{"lead_id": "item", "at": fields.get("at"), "score": 9}] * self.random.randrange(3)})
        stage = fields.get("stage")
        first = {"kind": self.random.choice(["deal", Raw("1"), Raw("1.0"), None]), **fields, "to": [{"stage": stage}]}
        second = {"kind": True, **fields}
        return self.bytes(self.random.choice([[first], [second], [first, second], [second, self.random.choice([{}, 1, None, "x"])], [], {"items": {}}]))

    def bytes(self, fields):
        """JSON as somebody may write it."""
        if not isinstance(fields, dict):
            return encode(fields, False).encode()
        names = list(fields)
        self.random.shuffle(names)
        members = [encode(name, False) + ":" + encode(fields[name], self.chance(0.2)) for name in names]
        if self.chance(0.03):
            members.insert(0, '"stage":"hidden"' if "stage" in fields else '"note":[1,{}]')
        separator = self.random.choice([",", ",", ", ", " ,\t"])
        return ("{" + separator.join(members) + "}").encode() + (b"\r" if self.chance(0.02) else b"")


class Raw(str):
    """A JSON value, as written."""


def encode(value, ascii):
    if isinstance(value, Raw):
        return value
    if isinstance(value, dict):
        return "{" + ",".join(encode(name, ascii) + ":" + encode(member, ascii) for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(encode(element, ascii) for element in value) + "]"
    return json.dumps(value, ensure_ascii=ascii)


def civil(seconds, letter, fraction):
    """Date and time of day of seconds counted as if UTC."""
    return (datetime(1970, 1, 1) + timedelta(seconds=seconds)).strftime(f"%Y-%m-%d{letter}%H:%M:%S") + fraction


def generate(seed, directory):
    """Writes the case; returns its Case."""
    case = Case(seed)
    os.makedirs(directory, exist_ok=True)
    for name in os.listdir(directory):
        os.remove(os.path.join(directory, name))
    with open(os.path.join(directory, "config.yaml"), "w", encoding="utf-8") as file:
        file.write("\n".join([f"# as-of: {case.zone.text(case.tick)}", *block(case.config)]) + "\n")
    for number, lines in enumerate(case.files, 1):
        with open(os.path.join(directory, f"events-{number}.ndjson"), "wb") as file:
            file.write(b"".join(line + b"\n" for line in lines))
    return case


def main():
    parser = argparse.ArgumentParser(description="a random case from a seed")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    generate(arguments.seed, arguments.out)


if __name__ == "__main__":
    main()
