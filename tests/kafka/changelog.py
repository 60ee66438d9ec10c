"""The changelog told again as events: what is known about a lead, a fact an event. Their replay must give what the daemon published."""

import json


def _facts(funnel, known):
    for at, step in known["reaches"]:
        yield {"at": at, "stage": step}
    for at, reason in known["losses"]:
        yield {"at": at, "stage": "lost", **({"reason": reason} if reason else {})}
    if known["created"] is not None:
        yield {"at": known["last"], "created_at": known["created"]}
    for name in ("amount", "score"):
        if known[name] is not None:
            yield {"at": known[name][0], name: known[name][1]}
    for name, values in known["dimensions"].items():
        for at, value in values:
            yield {"at": at, name: value}


def events_of(rows):
    """Events of the last row of each lead, as lines."""
    last = {record.key: record.value for record in rows}
    for key, value in last.items():
        row = json.loads(value) if value is not None else {"removed": False, "funnels": {}}
        lead = {"lead_id": key.decode()}
        if row["removed"]:
            yield json.dumps({**lead, "at": row["last"], "stage": "deleted"})
            continue
        for funnel, known in row["funnels"].items():
            for fact in _facts(funnel, known):
                yield json.dumps({**lead, "funnel": funnel, **fact}, ensure_ascii=False)
