"""A lead is the set of what is known about it in one funnel, and what follows from that set (semantics, sections 3 to 5 and 11)."""

from dataclasses import dataclass


@dataclass
class Lead:
    """The set. Pairs are kept as they came; adding one twice changes nothing."""
    reaches: set                      # (time, step)
    losses: set                       # (time, reason)
    values: dict                      # dimension -> {(at, value)}
    created: int | None = None
    amount: tuple | None = None       # (at, amount)
    score: tuple | None = None        # (at, -score)

    @staticmethod
    def unknown():
        return Lead(set(), set(), {})

    def add(self, event, move, counts_amount):
        if move is not None and move[0] == "step":
            self.reaches.add((event.stage_at, move[1]))
        if move is not None and move[0] == "lost":
            self.losses.add((event.stage_at, move[1] if event.reason is None else event.reason))
        if event.created_at is not None:
            self.created = event.created_at if self.created is None else min(self.created, event.created_at)
        if counts_amount:
            self.amount = max(self.amount or (event.at, event.amount), (event.at, event.amount))
        if event.score is not None:
            self.score = max(self.score or (event.at, -event.score), (event.at, -event.score))
        for name, value in event.dimensions.items():
            self.values.setdefault(name, set()).add((event.at, value))


@dataclass
class Standing:
    """What follows from one lead's set: all that counting asks for."""
    id: str
    r: list                           # r(k), or None for never
    skipped: list
    entry: int | None                 # None: not in the funnel
    state: str | None                 # "won", "lost", "open"; None: not in the funnel
    current: int | None               # step of the last move
    since: int | None                 # when its stay there began
    lost_at: int | None
    reason: str | None
    returned: bool
    amount: int
    score: int | None
    score_at: int | None
    dimensions: dict


def reached(funnel, lead):
    """r(k) and whether k was skipped, for every step."""
    count = len(funnel.steps)
    times = [sorted(time for time, step in lead.reaches if step == k) for k in range(count)]
    if lead.created is not None:
        times[0] = sorted([*times[0], lead.created])
    first = [known[0] if known else None for known in times]

    if funnel.progress == "any":
        return first, [False] * count

    r, skipped = [None] * count, [False] * count
    if funnel.progress == "furthest":
        for k in range(count):
            if funnel.steps[k].optional:
                r[k] = first[k]
                continue
            r[k] = min((time for time in first[k:] if time is not None), default=None)
            skipped[k] = r[k] is not None and (first[k] is None or first[k] > r[k])
        return r, skipped

    r[0] = first[0]
    before = r[0]                     # r of the required step before
    for k in range(1, count):
        r[k] = next((time for time in times[k] if before is not None and time >= before), None)
        if not funnel.steps[k].optional:
            before = r[k]
    return r, skipped


def stay(pairs, current):
    """When the stay at `current` began: the earliest of its pairs that have no pair of another step after them."""
    began = None
    for time, step in sorted(pairs, reverse=True):
        if step != current:
            break
        began = time
    return began


def take(how, values, closed_at):
    """A dimension's value. Equal times: the least by bytes."""
    def least(time):
        return min((value for at, value in values if at == time), key=str.encode)

    times = [at for at, _ in values]
    if how == "first":
        return least(min(times))
    if how == "closing" and closed_at is not None:
        times = [at for at in times if at <= closed_at] or [min(times)]
    return least(max(times))


def standing(funnel, takes, id, lead):
    r, skipped = reached(funnel, lead)
    known = [time for time in r if time is not None]
    entry = r[0] if funnel.progress != "any" else min(known, default=None)
    if entry is None:
        r, skipped = [None] * len(r), [False] * len(r)
    if funnel.within is not None:
        r = [None if time is not None and time - entry > funnel.within else time for time in r]

    pairs = set(lead.reaches)
    if not pairs and lead.created is not None:
        pairs = {(lead.created, 0)}
    moved_at, current = max(pairs, default=(None, None))
    lost_at, reason = None, None
    if pairs:
        lost_at, reason = min(((time, why) for time, why in lead.losses if time >= moved_at), key=lambda loss: (loss[0], loss[1].encode()),
                              default=(None, None))
    won_at = None if entry is None else r[funnel.won]
    if lost_at is not None:
        state = "lost"
    elif won_at is not None and current >= funnel.won:
        state = "won"
    else:
        state = "open"
    closed_at = {"lost": lost_at, "won": won_at, "open": None}[state]
    return Standing(
        id=id, r=r, skipped=skipped, entry=entry, state=state if entry is not None else None, current=current,
        since=stay(pairs, current), lost_at=lost_at, reason=reason,
        returned=any(time > earlier and step < further for time, step in pairs for earlier, further in pairs),
        amount=lead.amount[1] if lead.amount else 0,
        score=-lead.score[1] if lead.score else None, score_at=lead.score[0] if lead.score else None,
        dimensions={name: take(takes[name], values, closed_at) for name, values in lead.values.items()})
