"""The changelog told again as events: what is known about a lead, a fact an event. Their replay must give what the daemon published."""

import json


def _facts(known):
    """[first moment, greatest `at`, fact, seconds since the first, fact, ...] as events."""
    first, last, *rest = known
    at = first
    for fact in rest:
        if isinstance(fact, int):
            at = first + fact
        elif isinstance(fact, str):
            yield {"at": at, "stage": fact}
        elif "reason" in fact:
            yield {"at": at, "stage": "lost", **(fact if fact["reason"] else {})}
        elif "created_at" in fact:
            yield {"at": first + last, "created_at": first + fact["created_at"]}
        elif "amount" in fact:
            minor = fact["amount"]
            yield {"at": at, "amount": f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"}
        else:
            yield {"at": at, **fact}


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
            for fact in _facts(known):
                yield json.dumps({**lead, "funnel": funnel, **fact}, ensure_ascii=False)
