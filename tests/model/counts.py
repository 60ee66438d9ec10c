"""Counts of one group of leads over one interval, from scratch (semantics, sections 6, 7, 10 and 11).

Every figure is computed from unrounded ones; what is printed is made of `Ratio`, `Amount` and whole numbers."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
import math

Z = 1.959963984540054
LEAST_DIFFERENCE = 1e-9               # below it two conversions are taken as equal
REASONS = 20


class Ratio(float):
    """Printed with up to six decimals."""


class Amount(int):
    """Minor units, printed with two decimals."""


class Text(str):
    """Printed as it stands."""


def ratio(part, whole):
    return None if whole == 0 else Ratio(part / whole)


def quantile(values, q):
    """The ceil(q n)-th smallest."""
    if not values:
        return None
    return sorted(values)[math.ceil(q * len(values)) - 1]


def wilson(part, whole):
    p = part / whole
    z2 = Z * Z
    middle = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z * math.sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    # At the ends the bounds are exactly 0 and 1, which rounding would miss by a hair.
    return max(0.0, middle - half) if part else 0.0, min(1.0, middle + half) if part < whole else 1.0


@dataclass
class Interval:
    start: int
    end: int

    def __contains__(self, time):
        return time is not None and self.start <= time < self.end


class Counts:
    """What is counted of `leads` (in the funnel, all of the group) in an interval, on one basis."""

    def __init__(self, funnel, leads, interval, basis):
        self.funnel, self.interval, self.basis = funnel, interval, basis
        if basis == "cohort":
            leads = [lead for lead in leads if lead.entry in interval]
        self.leads = leads
        self.reached = [self.reaching(k) for k in range(len(funnel.steps))]
        self.won = [lead for lead in leads if lead.state == "won" and self.counts(lead.r[funnel.won])]
        self.lost = [lead for lead in leads if lead.state == "lost" and self.counts(lead.lost_at)]
        self.transitions = [(k, funnel.next_required(k)) for k, step in enumerate(funnel.steps)
                            if not step.optional and funnel.next_required(k) is not None]

    def counts(self, time):
        return time is not None and (self.basis == "cohort" or time in self.interval)

    def reaching(self, k):
        return [lead for lead in self.leads if self.counts(lead.r[k])]

    @property
    def entered(self):
        return len(self.leads) if self.basis == "cohort" else len(self.reached[0])

    def is_empty(self):
        return not (self.entered or self.won or self.lost or any(self.reached))

    # ---- parts of the view ----

    def left(self, k):
        following = self.funnel.next_required(k)
        if following is None:
            return None
        states = Counter(lead.state for lead in self.reached[k] if lead.r[following] is None)
        return {state: states[state] for state in ("lost", "open", "won")}

    def lost_at(self, k):
        reasons = Counter(lead.reason for lead in self.lost if lead.current == k)
        ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0].encode()))
        return {"total": reasons.total(), "reasons": dict(ranked[:REASONS]), "other": sum(count for _, count in ranked[REASONS:])}

    def times_to_next(self, k):
        following = self.funnel.next_required(k)
        if following is None:
            return []
        durations = [lead.r[following] - lead.r[k] for lead in self.reached[k]
                     if lead.r[following] is not None and not lead.skipped[k] and not lead.skipped[following]]
        return [duration for duration in durations if duration >= 0]

    def stage_reached(self, stage):
        if self.funnel.progress != "any":
            return len(self.reached[stage.steps[0]])
        first = [min((lead.r[k] for k in stage.steps if lead.r[k] is not None), default=None) for lead in self.leads]
        return sum(self.counts(time) for time in first)

    # ---- bottlenecks ----

    def conversions(self):
        """(reached, passed) of every transition."""
        return [(len(self.reached[k]), len(self.reached[following])) for k, following in self.transitions]

    def bottlenecks(self, baseline):
        """`baseline`: the Counts of the window before, or None."""
        pairs = self.conversions()
        before = baseline.conversions() if baseline else [(0, 0)] * len(pairs)
        total = sum(max(0, whole - part) for whole, part in pairs)
        logs = [math.log(part / whole) for whole, part in pairs if part and whole]
        mean = math.exp(sum(logs) / len(logs)) if logs else None
        found = []
        for order, ((k, following), (whole, part), (whole_before, part_before)) in enumerate(zip(self.transitions, pairs, before)):
            if whole == 0 or whole < self.funnel.min_leads:
                continue
            lost = max(0, whole - part)
            c = part / whole
            low, high = wilson(part, whole) if part <= whole else (None, None)
            target = self.funnel.steps[following].target
            c_before = part_before / whole_before if whole_before else None
            why = [reason for reason, holds in (
                ("most_lost", lost * len(pairs) >= total > 0),
                ("below_target", target is not None and high is not None and high < target),
                ("below_baseline", self.fell(part, whole, part_before, whole_before)),
                ("lowest_conversion", mean is not None and above(mean, c))) if holds]
            if not why:
                continue
            reference = next((value for value in (target, c_before, mean) if value is not None and above(value, c)), c)
            extra = len(self.won) * (reference / c - 1) if c > 0 else None
            won_amount = sum(lead.amount for lead in self.won) / 100
            extra_amount = Text(f"{extra * won_amount / len(self.won):.2f}") if extra is not None and self.won else None
            left = self.left(k)
            row = {"from": self.funnel.steps[k].id, "to": self.funnel.steps[following].id, "reached": whole, "passed": part, "left": lost,
                   "lost": left["lost"], "open": left["open"], "share": ratio(lost, total), "conversion": Ratio(c), "low": as_ratio(low),
                   "high": as_ratio(high), "target": as_ratio(target), "baseline": as_ratio(c_before), "reference": Ratio(reference),
                   "extra_wins": as_ratio(extra), "extra_amount": extra_amount, "why": why}
            found.append(((-round(extra or 0, 6), -lost, order), row))
        found.sort(key=lambda item: item[0])
        return [{"rank": rank, **row} for rank, (_, row) in enumerate(found, 1)]

    def fell(self, part, whole, part_before, whole_before):
        """`below_baseline`: lower than before, by a one-sided two-proportion z-test, pooled."""
        if not whole_before or part > whole or part_before > whole_before or part * whole_before >= part_before * whole:
            return False
        pooled = Fraction(part + part_before, whole + whole_before)
        variance = pooled * (1 - pooled) * (Fraction(1, whole) + Fraction(1, whole_before))
        if variance == 0:
            return False
        z = (part_before / whole_before - part / whole) / math.sqrt(variance)
        return math.erfc(z / math.sqrt(2)) / 2 < 1 - self.funnel.confidence

    # ---- the view ----

    def view(self, baseline, matured):
        """`matured`: step -> what stands in its `matured`."""
        funnel, entered, cohort = self.funnel, self.entered, self.basis == "cohort"
        steps, stages, stage_before = [], [], None
        for k, step in enumerate(funnel.steps):
            before = funnel.previous_required(k)
            durations = self.times_to_next(k)
            steps.append({
                "step": step.id, "title": step.title, "stage": funnel.stages[step.stage].id, "optional": step.optional,
                "reached": len(self.reached[k]), "skipped": sum(lead.skipped[k] for lead in self.reached[k]),
                "conversion": None if before is None else ratio(len(self.reached[k]), len(self.reached[before])),
                "from_start": ratio(len(self.reached[k]), entered), "left": self.left(k), "lost": self.lost_at(k),
                "to_next_p50": quantile(durations, 0.5), "to_next_p90": quantile(durations, 0.9), "matured": matured.get(k)})
        for stage in funnel.stages:
            reached = self.stage_reached(stage)
            stages.append({"stage": stage.id, "title": stage.title, "reached": reached,
                           "conversion": None if stage_before is None else ratio(reached, stage_before)})
            stage_before = reached
        return {"entered": entered, "won": len(self.won), "lost": len(self.lost),
                "open": sum(lead.state == "open" for lead in self.leads) if cohort else None,
                "returned": sum(lead.returned for lead in self.leads) if cohort else None,
                "conversion": ratio(len(self.won), entered), "won_amount": Amount(sum(lead.amount for lead in self.won)),
                "lost_amount": Amount(sum(lead.amount for lead in self.lost)), "steps": steps, "stages": stages,
                "bottlenecks": self.bottlenecks(baseline)}


def above(value, c):
    return value - c > LEAST_DIFFERENCE * value


def as_ratio(value):
    return None if value is None else Ratio(value)


# ---- matured conversion ----

def quotient(part, whole):
    return 0.0 if part == 0 else part / whole


def aalen_johansen(exits, censored, horizon):
    """(F, low, high, whether S is above 0 after the last exit). `exits`: [(duration, advanced or not)]; `censored`: [duration]."""
    at_risk = len(exits) + len(censored)
    survival, f, rows = 1.0, 0.0, []
    ended = [duration for duration, _ in exits]
    for time in sorted(set(ended)):
        if time > horizon:
            break
        n = at_risk - sum(duration < time for duration in ended) - sum(duration < time for duration in censored)
        d = sum(duration == time for duration in ended)
        e = sum(advanced for duration, advanced in exits if duration == time)
        f += survival * e / n
        rows.append((n, d, e, survival, f))
        survival *= (n - d) / n
    variance = 0.0
    for n, d, e, before, f_j in rows:
        variance += quotient((f - f_j) ** 2 * d, (n - 1) * (n - d))
        variance += quotient(before**2 * e * (n - e), n * n * (n - 1))
        variance -= quotient(2 * (f - f_j) * before * e * (n - e), n * (n - d) * (n - 1))
    if f <= 1e-12 or f >= 1 - 1e-12:
        return round(f), None, None, survival > 0
    width = Z * math.sqrt(max(0.0, variance)) / (f * math.log(f))
    bounds = sorted((f ** math.exp(width), f ** math.exp(-width)))
    return f, bounds[0], bounds[1], survival > 0


def matured(counts, tick, slice_start, slice_length):
    """Of the activity view: step -> its matured conversion."""
    now = slice_start(tick)
    result = {}
    for k, following in counts.transitions:
        horizon = counts.funnel.steps[following].horizon
        exits, censored, mature = [], [], 0
        for lead in counts.reached[k]:
            came, went = lead.r[k], lead.r[following]
            if went is not None and went < came:
                continue
            if went is not None:
                exits.append((went - came, True))
            elif lead.state == "lost":
                exits.append((max(0, lead.lost_at - came), False))
            else:
                censored.append(max(0, now - came))
            mature += slice_start(came) + slice_length <= now - horizon
        f, low, high, surviving = aalen_johansen(exits, censored, horizon) if exits or censored else (None, None, None, True)
        if mature == 0 and surviving:
            f = low = high = None
        result[following] = {"horizon": horizon, "conversion": as_ratio(f), "low": as_ratio(low), "high": as_ratio(high),
                             "leads": len(exits) + len(censored), "mature": mature}
    return result
