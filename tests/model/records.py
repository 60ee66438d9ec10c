"""The records of one funnel at one tick, and their text (formats, "Snapshot")."""

import json

from counts import Amount, Counts, Interval, Ratio, Text, matured, quantile, ratio

UNRESERVED = set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
UNIT_S = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "s": 1}
OLDEST = 10


def text(value):
    """JSON without white space, numbers as the contract prints them."""
    if isinstance(value, dict):
        return "{" + ",".join(text(str(name)) + ":" + text(member) for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(text, value)) + "]"
    if isinstance(value, Text):
        return str(value)
    if isinstance(value, Ratio):
        figure = f"{value:.6f}".rstrip("0").rstrip(".")
        return "0" if figure == "-0" else figure
    if isinstance(value, Amount):
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
    return json.dumps(value, ensure_ascii=False)


def escaped(name):
    return "".join(chr(byte) if byte in UNRESERVED else f"%{byte:02X}" for byte in name.encode())


def key(record):
    group = ",".join(escaped(name) + "=" + escaped(value) for name, value in record["group"].items()) or "all"
    start = "now" if record["window"].startswith("rolling-") else record["start"]
    return "/".join((escaped(record["funnel"]), record["window"], start, group))


class Snapshots:
    """All records of one funnel in which something counts."""

    def __init__(self, configuration, zone, tick, funnel, intake):
        self.configuration, self.zone, self.tick, self.funnel = configuration, zone, tick, funnel
        f = configuration.funnels.index(funnel)
        self.bound = intake.least_bound()
        self.last_event_at = intake.last_event.get(f)
        self.all = intake.standings(f)

    def records(self):
        for dimensions in [[], *self.funnel.breakdowns]:
            for values, members in self.groups(dimensions):
                for window in self.funnel.windows:
                    yield from self.of_window(window, dict(zip(dimensions, values)), members)

    def groups(self, dimensions):
        groups = {}
        for lead, here in self.all:
            if all(name in lead.dimensions for name in dimensions):
                groups.setdefault(tuple(lead.dimensions[name] for name in dimensions), []).append((lead, here))
        return groups.items()

    def of_window(self, window, group, members):
        if window.startswith("rolling"):
            length = int(window[8:-1]) * UNIT_S[window[-1]]
            end = self.zone.slice_start(self.tick)
            intervals = [(Interval(end - length, end), Interval(end - 2 * length, end - length))]
        else:
            intervals = []
            for start, end in sorted({self.zone.window(window, moment) for moment in self.moments(members)}):
                before = self.zone.window(window, start - 1)
                intervals.append((Interval(start, end), Interval(*before)))
        for interval, before in intervals:
            if self.bound is None or interval.start >= self.bound:
                record = self.record(window, interval, before, group, members)
                if record:
                    yield record

    def moments(self, members):
        """Every moment at which something may count."""
        moments = {self.tick}
        for lead, _ in members:
            if lead.entry is not None:
                moments.update(lead.r, [lead.entry, lead.lost_at])
            moments.add(lead.score_at)
        return moments - {None}

    def record(self, window, interval, before, group, members):
        rolling = window.startswith("rolling")
        leads = [lead for lead, _ in members if lead.state]
        activity = Counts(self.funnel, leads, interval, "activity")
        cohort = Counts(self.funnel, leads, interval, "cohort")
        nps = self.nps([lead.score for lead, _ in members if lead.score_at in interval])
        holds = rolling or self.tick in interval
        opened = self.open([lead for lead, here in members if here], group) if holds else None
        if activity.is_empty() and cohort.is_empty() and not nps["answers"] and not opened:
            return None
        baselines = [None, None]
        if self.bound is None or before.start >= self.bound:
            baselines = [Counts(self.funnel, leads, before, basis) for basis in ("activity", "cohort")]
        return {
            "type": "snapshot", "funnel": self.funnel.id, "title": self.funnel.title, "window": window.replace(" ", "-"),
            "start": self.zone.text(interval.start), "end": self.zone.text(interval.end), "as_of": self.zone.text(self.tick),
            "last_event_at": None if self.last_event_at is None else self.zone.text(self.last_event_at),
            "final": not rolling and self.tick >= interval.end + self.funnel.lateness, "group": group,
            "activity": activity.view(baselines[0], matured(activity, self.tick, self.zone.slice_start, self.zone.slice)),
            "cohort": cohort.view(baselines[1], {}), "open": opened, "nps": nps}

    def open(self, leads, group):
        entries = []
        for k, step in enumerate(self.funnel.steps):
            standing = sorted((lead for lead in leads if lead.state == "open" and lead.current == k), key=lambda lead: (lead.since, lead.id.encode()))
            if not standing:
                continue
            ages = [max(0, self.tick - self.zone.slice_start(lead.since)) for lead in standing]
            oldest = [{"lead": lead.id, "since": self.zone.text(lead.since)} for lead in standing[:OLDEST]]
            entries.append({
                "step": step.id, "leads": len(standing), "amount": Amount(sum(lead.amount for lead in standing)),
                "age_p50": quantile(ages, 0.5), "age_p90": quantile(ages, 0.9),
                "oldest": oldest if not group and self.configuration.show_leads else None})
        return entries

    @staticmethod
    def nps(scores):
        promoters, detractors = sum(score >= 9 for score in scores), sum(score <= 6 for score in scores)
        return {"answers": len(scores), "promoters": promoters, "passives": len(scores) - promoters - detractors, "detractors": detractors,
                "score": ratio(100 * (promoters - detractors), len(scores))}
