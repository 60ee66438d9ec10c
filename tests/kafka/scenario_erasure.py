"""A person asks to be forgotten: after the removal, and a compaction that really ran, the changelog holds the lead's id and nothing else about it."""

import json

import records
from application import Application
from events import moment
from protocol import committed_offsets, create_topic
from suite import expect, wait_until

SECRET = "Любовь Ивановна"  # stands in the lead's card, and must not outlive it
COMPACTED_S = 60


def _event(lead, stage, **members):
    return lead.encode(), json.dumps({"lead_id": lead, "at": moment(600), "stage": stage, "product": "Допуск СРО", **members}, ensure_ascii=False).encode()


def erasure(suite):
    application = Application(suite, "erasure")
    application.create_input()
    create_topic(application.servers, application.changelog, 1, cleanup_policy="compact", segment_ms=500, min_cleanable_dirty_ratio=0.01, max_compaction_lag_ms=500)
    daemon = application.daemon().start().leads()
    produced = 0

    def produce(*lines):
        nonlocal produced
        records.produce(application.servers, application.input, lines)
        produced += len(lines)
        wait_until(lambda: committed_offsets(application.servers, application.name, application.input, 1) == [produced], COMPACTED_S, "all is read")

    try:
        produce(_event("gone", "new", manager=SECRET, amount=1000, currency="RUB"), _event("kept", "new"))
        expect(any(SECRET in record.value.decode() for record in application.read(application.changelog)), "the manager's name never came to the changelog")
        produce(_event("gone", "deleted"))
        produce(_event("gone", "kp", manager=SECRET))  # somebody saves the card once more
        produce(_event("kept", "kp"))                  # begins another segment: the newest is never compacted

        def rows():
            return [record for record in application.read(application.changelog) if record.key == b"gone"]

        wait_until(lambda: len(rows()) == 1, COMPACTED_S, "compaction leaves one row of the lead")
        value = json.loads(rows()[0].value)
        expect(list(value) == ["removed"] and isinstance(value["removed"], int), f"the removed lead's row: {value}")
        expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")
        daemon.start().leads()
        produce(_event("gone", "payment", manager=SECRET))
        expect(all(SECRET not in record.value.decode() for record in rows()), "after a restart the removal is forgotten")
        return f"{value} is all that is left"
    finally:
        application.end()
