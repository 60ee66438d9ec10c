"""What only Kafka's records can be: tombstones, CloudEvents by their headers, a megabyte, bytes that are no text."""

import json

import letters
import records
import validity
from application import Application
from events import moment
from snapshots import last_by_key
from suite import expect

MEBIBYTE = 1 << 20
CLOUD = [("ce_specversion", "1.0"), ("ce_id", "1"), ("ce_source", "crm"), ("ce_type", "stage"), ("content-type", "application/json")]


def _event(lead, stage, **members):
    return json.dumps({"lead_id": lead, "at": moment(7200), "stage": stage, "product": "Допуск СРО", **members}, ensure_ascii=False).encode()


def forms(suite):
    application = Application(suite, "forms")
    application.create_input()
    daemon = application.daemon().start()
    plain, letters_wanted = [], []  # what the same says in a file; words of the dead letters
    produced = 0

    def produce(*lines, headers=(), same=(), words=()):
        nonlocal produced
        records.produce(application.servers, application.input, lines, headers=headers)
        produced += len(lines)
        plain.extend(same or [value for _, value in lines])
        letters_wanted.extend(words)

    def produce_large(length, word):
        nonlocal produced
        path = application.directory / f"large-{length}.json"
        frame = _event("large", "new", note="")
        path.write_bytes(frame[:-2] + b"x" * (length - len(frame)) + frame[-2:])
        records.produce_file(application.servers, application.input, path, "large")
        produced += 1
        plain.append(path.read_bytes())
        letters_wanted.extend([word] if word else [])

    try:
        produce((b"kept", _event("kept", "kp")), (b"gone", _event("gone", "contract")))
        application.settle([produced])
        produce((b"gone", None), same=[_event("gone", "deleted")])
        produce((b"gone", _event("gone", "payment")))  # once removed, always so
        time = moment(3600)
        bare = json.dumps({"lead_id": "binary", "stage": "answered", "product": "Допуск СРО"}, ensure_ascii=False).encode()
        produce((b"binary", bare), headers=[*CLOUD, ("ce_time", time)], same=[_event("binary", "answered", at=time)])
        envelope = {"specversion": "1.0", "id": "2", "source": "crm", "type": "stage", "time": time, "data": {"lead_id": "structured", "stage": "kp", "product": "Допуск СРО"}}
        produce((b"structured", json.dumps(envelope, ensure_ascii=False).encode()), headers=[("content-type", "application/cloudevents+json; charset=utf-8")])
        produce((b"xml", b"<stage/>"), headers=[*CLOUD[:-1], ("content-type", "application/xml")], words=["not_json"])
        produce_large(MEBIBYTE, None)
        produce_large(MEBIBYTE + 1, "too_large")
        produce_large(20 * MEBIBYTE, "too_large")
        produce((b"\xff\xfe", b'{"lead_id":"\xff\xfe","stage":"new"}'), words=["not_json"])
        application.settle([produced])
        expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")

        path = application.directory / "plain.ndjson"
        path.write_bytes(b"".join(value + b"\n" for value in plain))
        live, _ = application.agree_with_replay([path])
        entered = sum(snapshot["cohort"]["entered"] for snapshot in last_by_key(live).values() if snapshot["group"] == {})  # a month may begin in between
        expect(entered == 4, f"{entered} leads entered; kept, binary, structured and large should have")
        found = application.read(application.letters)
        words = [letters.place_of(letter)[2] for letter in found]
        expect(words == letters_wanted, f"dead letters {words}, not {letters_wanted}")
        letters.check(found, application.read(application.input), application.input)
        _check_removed(application)
        return f"{validity.check(application)} records valid"
    finally:
        application.end()


def _check_removed(application):
    row = [record.value for record in application.read(application.changelog) if record.key == b"gone"][-1]
    expect(json.loads(row).keys() == {"removed"}, f"the removed lead's row: {row}")
