"""The rule kind `drift`, recounted from all leads (semantics, section 9): outcomes, baseline, evidence and limit.

The page leaves open how the limit is reckoned; daemon/core/drift_limit.h says it, and judge.c how series share false alarms. Here the chain's equations are written down
whole, on a grid of its own, so run lengths are only known within LENGTH_ERROR, and the limit within what follows. Where that is not enough to say whether the condition holds, there is no verdict."""

from math import comb, exp, log, sqrt
from statistics import NormalDist

LENGTH_ERROR, LIMIT_LEAST = 0.05, 0.01    # on the logarithm
OUTCOMES_LEAST, SETTLED_LEAST, TOGETHER_MOST = 100, 50, 16
RATES = [NormalDist().inv_cdf((i + 0.5) / 5) for i in range(5)]


def outcome(lead, k, into, horizon):
    """(when it is known, whether the lead went on in time); None: it never came to k, or was further on before."""
    begin, end = lead.r[k], lead.r[into]
    if begin is None or (end is not None and end < begin):
        return None
    if end is not None and end - begin <= horizon:
        return end, True
    if end is None and lead.state == "lost":
        return min(max(lead.lost_at, begin), begin + horizon), False
    return begin + horizon, False


def by_slice(zone, leads, k, into, horizon, tick):
    """[(start of a slice that is over, successes, failures)], ascending."""
    slices = {}
    for lead in leads:
        known = outcome(lead, k, into, horizon)
        if known is not None and zone.slice_start(known[0]) < tick:
            slices.setdefault(zone.slice_start(known[0]), [0, 0])[0 if known[1] else 1] += 1
    return [(start, *slices[start]) for start in sorted(slices)]


# ---- the limit ----

def weights(succeeded, failed, drop):
    margin = 0.5 / (succeeded + failed)
    p0 = min(1 - margin, max(margin, succeeded / (succeeded + failed)))
    return log(1 - drop), log((1 - p0 * (1 - drop)) / (1 - p0)), p0


def run_length(p, brings, step, limit):
    """Outcomes until the sum has come from 0 to the limit; `brings`: {(successes, failures): how often}, among slices."""
    points = max(30, int(limit / step) + 1)
    step = limit / points
    moves = {}
    for (succeeded, failed, change), often in brings.items():
        chance = often * comb(succeeded + failed, succeeded) * p ** succeeded * (1 - p) ** failed
        low = int(change / step // 1)
        part = change / step - low
        moves[low] = moves.get(low, 0) + chance * (1 - part)
        moves[low + 1] = moves.get(low + 1, 0) + chance * part
    rows, right = [], [1.0] * points
    for i in range(points):                            # L(i) = 1 + sum of chance * L(where it leads)
        row = [0.0] * points
        row[i] += 1
        for move, chance in moves.items():
            if i + move < points:
                row[max(0, i + move)] -= chance
        rows.append(row)
    down, up = -min(moves), max(moves)
    for i in range(points):                            # a row is 0 but for `down` places before its own and `up` after it
        end = min(points, i + up + 1)
        for j in range(i + 1, min(points, i + down + 1)):
            factor = rows[j][i] / rows[i][i]
            if factor != 0:
                rows[j][i:end] = [a - factor * b for a, b in zip(rows[j][i:end], rows[i][i:end])]
                right[j] -= factor * right[i]
    lengths = [0.0] * points
    for i in reversed(range(points)):
        lengths[i] = (right[i] - sum(a * b for a, b in zip(rows[i][i + 1:], lengths[i + 1:]))) / rows[i][i]
    return lengths[0] * sum((succeeded + failed) * often * comb(succeeded + failed, succeeded) * p ** succeeded * (1 - p) ** failed
                            for (succeeded, failed, _), often in brings.items())


def limit_of(baseline, settled, drop, outcomes):
    """The sum that false alarms reach once in so many outcomes, and how wrong it may be; baseline: (successes, failures) of each slice."""
    succeeded, failed = (sum(slice_[i] for slice_ in baseline) for i in (0, 1))
    success, failure, p0 = weights(succeeded, failed, drop)
    sizes = {}
    for slice_ in baseline:
        count = sum(slice_)
        for part in [TOGETHER_MOST] * (count // TOGETHER_MOST) + [count % TOGETHER_MOST]:
            if part:
                sizes[part] = sizes.get(part, 0) + 1
    brings = {(k, n - k, k * success + (n - k) * failure): often / sum(sizes.values()) for n, often in sizes.items() for k in range(n + 1)}
    spread = (failure - success) * sqrt(p0 * (1 - p0) * sum(n * often for n, often in sizes.items()) / sum(sizes.values()))
    scale = (succeeded + failed) / sum(settled)
    s, f = settled[0] * scale + 0.5, settled[1] * scale + 0.5
    chances = [1 / (1 + exp(-(log(s / f) + z * sqrt(1 / s + 1 / f)))) for z in RATES]

    def excess(limit):
        return log(sum(outcomes / run_length(p, brings, spread / 18, limit) for p in chances) / len(chances))

    low, high = (LIMIT_LEAST, excess(LIMIT_LEAST)), (2.0, excess(2.0))
    if low[1] <= 0:
        return LIMIT_LEAST, 0.05
    while high[1] > 0:
        low, high = high, (high[0] * 1.4, excess(high[0] * 1.4))
    while min(low[1], -high[1]) > 0.01:                # the logarithm is nearly straight
        limit = low[0] + (high[0] - low[0]) * min(0.95, max(0.05, low[1] / (low[1] - high[1])))
        value = excess(limit)
        low, high = ((limit, value), high) if value > 0 else (low, (limit, value))
    limit, value = low if low[1] < -high[1] else high
    return limit, LENGTH_ERROR * 0.05 * limit / (value - excess(limit * 1.05))


# ---- a series ----

class Series:
    """One step in one group, from tick to tick."""

    def __init__(self):
        self.begin(None)

    def begin(self, moment):
        """A new baseline begins: what lies before the moment does not count."""
        self.after, self.watched = moment, False

    def since(self, slices):
        return [entry for entry in slices if self.after is None or entry[0] >= self.after]

    def rate(self, slices, length, tick):
        """Outcomes a second, of late."""
        slices = self.since(slices)
        if not slices:
            return 0.0
        begin = max(slices[0][0], tick - length)
        return sum(entry[1] + entry[2] for entry in slices if entry[0] >= begin) / (tick - begin)

    def baseline(self, slices, rule, tick, slice_s, paused):
        """(start, its slices), or None: it is not over."""
        entries = [entry for entry in self.since(slices) if not paused(entry[0])]
        taken, count, succeeded = [], 0, 0
        for entry in entries:
            if taken and entry[0] >= taken[0][0] + rule["baseline"] and count >= OUTCOMES_LEAST and succeeded > 0:
                break
            taken.append(entry)
            count, succeeded = count + entry[1] + entry[2], succeeded + entry[1]
        if count < OUTCOMES_LEAST or succeeded == 0:
            return None
        start = max(taken[0][0] + rule["baseline"], taken[-1][0] + slice_s)
        return (start, taken) if start <= tick else None

    def watch(self, rule, found, horizon, rates, k):
        start, taken = found
        self.watched, self.start = True, start
        self.succeeded, self.failed = sum(entry[1] for entry in taken), sum(entry[2] for entry in taken)
        settled = [entry for entry in taken if self.after is not None or entry[0] >= taken[0][0] + horizon]
        settled = sum(entry[1] for entry in settled), sum(entry[2] for entry in settled)
        if sum(settled) < SETTLED_LEAST:
            settled = self.succeeded, self.failed
        gathered = self.succeeded + self.failed
        steps = sum(rate > 0 for step, rate in rates.items() if step != k) + 1
        apart = max(rates.get(k, 0), gathered / (start - taken[0][0])) * steps / rule["false_alarms"]
        self.limit, self.limit_error = limit_of([entry[1:] for entry in taken], settled, rule["drop"], max(apart / 2, apart - gathered))

    def weigh(self, slices, rule, paused):
        """Whether the condition holds (None: too near the limit to say), and its figures."""
        success, failure, _ = weights(self.succeeded, self.failed, rule["drop"])
        total, error, since = 0.0, 0.0, []
        for start, succeeded, failed in slices:
            if start < self.start or paused(start):
                continue
            total += succeeded * success + failed * failure
            if total <= 0:
                total, error, since = 0.0, 0.0, []
                continue
            since.append((succeeded, failed))
            if total >= 2 * (self.limit - self.limit_error):     # from here on it is known as well as the limit is
                total, error = min(total, 2 * self.limit), 2 * self.limit_error
        passed, reached = sum(entry[0] for entry in since), sum(sum(entry) for entry in since)
        figures = {"threshold": self.succeeded / (self.succeeded + self.failed), "evidence": total, "evidence_error": error, "reached": reached, "passed": passed}
        if reached:
            figures.update(value=passed / reached, burst=max(sum(entry) for entry in since) / reached)
        return None if abs(total - self.limit) <= self.limit_error + error else total >= self.limit, figures
