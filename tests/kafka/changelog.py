"""The changelog told again as events: what is known about a lead, a fact an event. Their replay must give what the daemon published."""

import json


def _pairs(known, list_of):
    """[seconds since `from`, what, ...] as pairs of a moment and what."""
    return [(known["from"] + since, what) for since, what in zip(list_of[::2], list_of[1::2])]


def _facts(funnel, known):
    for at, step in _pairs(known, known.get("reaches", [])):
        yield {"at": at, "stage": step}
    for at, reason in _pairs(known, known.get("losses", [])):
        yield {"at": at, "stage": "lost", **({"reason": reason} if reason else {})}
    if "created" in known:
        yield {"at": known["from"] + known["last"], "created_at": known["from"] + known["created"]}
    for at, minor in _pairs(known, known.get("amount", [])):
        yield {"at": at, "amount": f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"}
    for at, score in _pairs(known, known.get("score", [])):
        yield {"at": at, "score": score}
    for name, values in known.get("dimensions", {}).items():
        for at, value in _pairs(known, values):
            yield {"at": at, name: value}


def events_of(rows):
    """Events of the last row of each lead, as lines."""
    last = {record.key: record.value for record in rows}
    for key, value in last.items():
        row = json.loads(value) if value is not None else {"funnels": {}}
        lead = {"lead_id": key.decode()}
        if "removed" in row:
            yield json.dumps({**lead, "at": row["removed"], "stage": "deleted"})
            continue
        for funnel, known in row["funnels"].items():
            for fact in _facts(funnel, known):
                yield json.dumps({**lead, "funnel": funnel, **fact}, ensure_ascii=False)
