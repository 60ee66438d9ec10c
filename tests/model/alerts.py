"""Alert rules, recounted at every slice end from all leads (semantics, section 9): all kinds; on raw conversions.

Nothing is shared with the daemon: conditions are asked lead by lead, Benjamini-Hochberg is the step-up procedure, hours are added up minute by minute."""

from math import erf, sqrt
from statistics import NormalDist

import drift

DAY_S = 86400


def fingerprint(labels):
    """Alertmanager's: FNV-1a over names and values in order, each followed by a byte 255."""
    sum_ = 14695981039346656037
    for name in sorted(labels, key=str.encode):
        for byte in name.encode() + b"\xff" + labels[name].encode() + b"\xff":
            sum_ = (sum_ ^ byte) * 1099511628211 % (1 << 64)
    return f"{sum_:016x}"


def wilson(part, whole, z):
    c, zz = part / whole, z * z
    middle, half = (c + zz / (2 * whole)) / (1 + zz / whole), z / (1 + zz / whole) * sqrt(c * (1 - c) / whole + zz / (4 * whole * whole))
    return (0.0 if part == 0 else max(0.0, middle - half)), (1.0 if part == whole else min(1.0, middle + half))


def lower_p(part, whole, part_before, whole_before):
    """How likely so low a share would be; None: it can't be told."""
    if part > whole or part_before > whole_before:
        return None
    pooled = (part + part_before) / (whole + whole_before)
    variance = pooled * (1 - pooled) * (1 / whole + 1 / whole_before)
    if variance <= 0:
        return 1.0
    return 0.5 * (1 + erf((part / whole - part_before / whole_before) / sqrt(variance) / sqrt(2)))


class Hours:
    """Seconds within a rule's hours, a minute at a time."""

    def __init__(self, zone, rule):
        self.zone, self.rule, self.known = zone, rule, {}

    def is_open(self, moment):
        day, second = self.zone.local(moment)
        if any(first <= day.isoformat() <= last for first, last in self.rule.get("days_off", [])):
            return False
        spans = self.rule.get("hours")
        return spans is None or any(day.weekday() in weekdays and start <= second < end for weekdays, start, end in spans)

    def seconds(self, start, end):
        if "hours" not in self.rule and "days_off" not in self.rule:
            return end - start
        total, moment = 0, start
        while moment < end:
            minute_end = min(end, moment // 60 * 60 + 60)
            minute = moment // 60
            if minute not in self.known:
                self.known[minute] = self.is_open(minute * 60)
            total += (minute_end - moment) if self.known[minute] else 0
            moment = minute_end
        return total


class Episode:
    def __init__(self):
        self.state, self.active, self.starts, self.held, self.ends = "inactive", None, None, None, None


class Rules:
    """The rules of one funnel and of the application, from tick to tick; `step` gives what is told, by fingerprint. Where this recount cannot tell whether a drift holds, `settle` is asked."""

    def __init__(self, zone, funnel, rules, lead_order, settle):
        self.zone, self.funnel, self.rules, self.lead_order = zone, funnel, rules, lead_order
        self.episodes, self.drifts, self.settle, self.verdicts, self.settled = {}, {}, settle, 0, 0

    def step(self, tick, leads, last_event_at, letters):
        """letters: [(start of the slice it belongs to, word)], the dead ones so far."""
        told = {}
        for rule in self.rules:
            hours = rule.setdefault("_hours", Hours(self.zone, rule))
            is_open = hours.is_open(tick - 1)
            if not is_open and rule["kind"] != "drift":
                continue
            for labels, holds, figures in self.judge(rule, hours, tick, leads, last_event_at, letters):
                if not is_open:                      # a baseline may be over all the same
                    continue
                name = fingerprint(labels)
                record = self.move(rule, hours, name, tick, holds)
                if record == "tombstone":
                    told[name] = None
                elif record is not None:
                    told[name] = {"labels": labels, **record, "as_of": tick, **figures}
                    if rule["kind"] == "drift" and record["status"] == "resolved":
                        self.drifts[name].begin(tick)
        return told

    def move(self, rule, hours, name, tick, holds):
        episode = self.episodes.setdefault(name, Episode())
        if holds:
            if episode.state in ("inactive", "resolved"):
                episode.state, episode.active, episode.starts, episode.ends = "pending", tick, None, None
            episode.held = tick
            if episode.state == "pending" and hours.seconds(episode.active, tick) >= rule["for"]:
                episode.state, episode.starts = "firing", tick
        elif episode.state == "pending":
            episode.state = "inactive"
            return "tombstone"
        elif episode.state == "firing" and hours.seconds(episode.held, tick) >= rule["keep"]:
            episode.state, episode.ends = "resolved", tick
        else:
            return None
        return {"status": episode.state, "activeAt": episode.active, "startsAt": episode.starts, "heldUntil": episode.held, "endsAt": episode.ends}

    # ---- conditions ----

    def judge(self, rule, hours, tick, leads, last_event_at, letters):
        kind = rule["kind"]
        if kind == "rejected":
            return self.rejected(rule, tick, letters)
        if kind == "silence":
            if last_event_at is None:
                return []
            silent = hours.seconds(min(last_event_at, tick), tick)
            return [(self.labels(rule, None, {}), silent >= rule["silent_for"], {"value": silent, "threshold": rule["silent_for"]})]
        series = []
        for dimensions in rule["groups"]:
            groups = {}
            for lead in leads:
                if all(name in lead.dimensions for name in dimensions):
                    groups.setdefault(tuple(lead.dimensions[name] for name in dimensions), []).append(lead)
            for values, members in groups.items():
                for k in self.steps(rule):
                    series.append((k, dict(zip(dimensions, values)), members))
        return {"below_target": self.below_target, "dropped": self.dropped, "drift": self.drift, "stuck": self.stuck}[kind](rule, tick, series)

    def steps(self, rule):
        if rule["step"] is not None:
            return [rule["step"]]
        return [k for k in range(1, len(self.funnel.steps)) if not self.funnel.steps[k].optional]

    def labels(self, rule, k, group):
        labels = {"alertname": rule["alert"], "funnel": self.funnel.id}
        if k is not None:
            labels["step"] = self.funnel.steps[k].id
        return {**labels, "severity": "warning", **group}

    def is_paused(self, rule, moment):
        start = self.zone.slice_start(moment)
        return any(start < end and begin < start + self.zone.slice for begin, end in rule.get("pause", []))

    def reached(self, rule, members, k, span):
        """When those counted in the span were: by r(k), or on the cohort basis by entry."""
        times = []
        for lead in members:
            if lead.entry is None or lead.r[k] is None:
                continue
            time = lead.entry if rule["basis"] == "cohort" else lead.r[k]
            if span[0] <= time < span[1] and not self.is_paused(rule, time):
                times.append(time)
        return times

    def measure(self, rule, members, k, span):
        from_ = self.funnel.previous_required(k)
        return len(self.reached(rule, members, k, span)), len(self.reached(rule, members, from_, span))

    def figures(self, rule, members, k, span, z):
        passed, reached = self.measure(rule, members, k, span)
        low, high = wilson(passed, reached, z) if 0 < reached >= passed else (None, None)
        slices = {}
        for time in self.reached(rule, members, self.funnel.previous_required(k), span):
            slices[self.zone.slice_start(time)] = slices.get(self.zone.slice_start(time), 0) + 1
        return {"value": passed / reached if reached else None, "reached": reached, "passed": passed, "low": low, "high": high,
                "burst": max(slices.values()) / reached if reached else None}

    def window(self, rule, tick):
        if rule["window"].startswith("rolling"):
            return tick - rule["length"], tick
        return self.zone.window(rule["window"], tick - 1)

    def compared(self, rule, tick):
        start, _ = self.window(rule, tick)
        if rule["compare"] is not None:
            return start - rule["compare"], start
        if rule["window"].startswith("rolling"):
            return start - rule["length"], start
        return self.zone.window(rule["window"], start - 1)

    def below_target(self, rule, tick, series):
        z = NormalDist().inv_cdf((1 + rule["confidence"]) / 2)
        for k, group, members in series:
            target = self.funnel.steps[k].target
            if target is None:
                continue
            figures = self.figures(rule, members, k, self.window(rule, tick), z)
            holds = figures["reached"] >= rule["min_leads"] and figures["high"] is not None and figures["high"] < target
            yield self.labels(rule, k, group), holds, {**figures, "threshold": target}

    def dropped(self, rule, tick, series):
        rows, tested = [], []
        for k, group, members in series:
            figures = self.figures(rule, members, k, self.window(rule, tick), 1.959963984540054)
            passed, reached = self.measure(rule, members, k, self.compared(rule, tick))
            figures["threshold"] = passed / reached if reached else None
            row = [self.labels(rule, k, group), False, figures]
            rows.append(row)
            if min(reached, figures["reached"]) < rule["min_leads"]:
                continue
            figures["p_value"] = lower_p(figures["passed"], figures["reached"], passed, reached)
            if figures["p_value"] is None:
                continue
            row[1] = figures["value"] <= passed / reached * (1 - rule["drop"])
            tested.append(row)
        for row in tested:  # the least level at which the step-up procedure rejects it
            ranked = sorted(other[2]["p_value"] for other in tested)
            adjusted = [p * len(ranked) / (place + 1) for place, p in enumerate(ranked) if p >= row[2]["p_value"]]
            row[2]["q_value"] = min(1.0, *adjusted)
            row[1] = row[1] and row[2]["q_value"] <= rule["q"]
        return rows

    def drift(self, rule, tick, series):
        slice_s, rows = self.zone.slice, []
        for k, group, members in series:
            labels, horizon = self.labels(rule, k, group), self.funnel.steps[k].horizon
            slices = drift.by_slice(self.zone, members, self.funnel.previous_required(k), k, horizon, tick)
            rows.append((k, labels, self.drifts.setdefault(fingerprint(labels), drift.Series()), slices, horizon))
        rates = {}
        for k, _, state, slices, _ in rows:
            rates[k] = rates.get(k, 0) + state.rate(slices, rule["baseline"], tick)

        def paused(start):
            return self.is_paused(rule, start)

        for k, labels, state, slices, horizon in rows:
            if not state.watched:
                found = state.baseline(slices, rule, tick, slice_s, paused)
                if found is None:
                    yield labels, False, {}
                    continue
                state.watch(rule, found, horizon, rates, k)
            holds, figures = state.weigh(slices, rule, paused)
            self.verdicts += 1
            if holds is None:
                self.settled += 1
                holds = self.settle(fingerprint(labels), tick)
            if figures["reached"]:
                figures["low"], figures["high"] = wilson(figures["passed"], figures["reached"], 1.959963984540054)
            yield labels, holds, figures

    def rejected(self, rule, tick, letters):
        for word in sorted({word for _, word in letters}):
            count = sum(of == word and tick - rule["within"] <= start < tick and not self.is_paused(rule, start) for start, of in letters)
            labels = {"alertname": rule["alert"], "severity": "warning", "error": word}
            yield labels, count > rule["more_than"], {"value": count, "threshold": rule["more_than"]}

    def stuck(self, rule, tick, series):
        for k, group, members in series:
            standing = sorted((lead for lead in members if lead.state == "open" and lead.current == k), key=lambda lead: (lead.since, lead.id.encode()))
            stuck = [lead for lead in standing if tick - self.zone.slice_start(lead.since) > rule["older_than"] and not self.is_paused(rule, lead.since)]
            oldest = [(lead.id, lead.since) for lead in standing[:10] if lead in stuck]
            yield self.labels(rule, k, group), len(stuck) > rule["more_than"], {"value": len(stuck), "threshold": rule["more_than"], "oldest": oldest}
