"""Alert records as the engine writes them, made by hand: valid against daemon/wire/schema/alert.schema.json."""

import datetime
import json
import sys

from suite import ROOT

sys.path.insert(0, str(ROOT / "tests" / "schema"))
import validate  # noqa: E402

SCHEMAS = validate.load()
ZONE = datetime.timezone(datetime.timedelta(hours=3))


def fingerprint(labels):
    """Alertmanager's: FNV-1a 64 over names and values in order of the names, a byte 255 after each. Source: prometheus/common, model/signature.go."""
    total = 14695981039346656037
    for name in sorted(labels):
        for byte in name.encode() + b"\xff" + labels[name].encode() + b"\xff":
            total = ((total ^ byte) * 1099511628211) % (1 << 64)
    return f"{total:016x}"


def moment(seconds_ago=0):
    return (datetime.datetime.now(ZONE) - datetime.timedelta(seconds=seconds_ago)).replace(microsecond=0)


def alert(status="firing", name="ConversionDropped", ago=600, ended_ago=0, figures=None, annotations=None, **labels):
    """A record. `ago`: seconds since it became active and fired; `ended_ago`: since it was resolved."""
    iso = {"severity": "critical", "team": "sales"} if labels.get("funnel") == "iso" else {}  # as the rules of suite.FUNNELS have it
    labels = {"alertname": name, "funnel": "sro", "step": "contract", "severity": "warning", **iso, **labels}
    labels = {key: value for key, value in labels.items() if value is not None}
    active = moment(ago)
    record = {
        "type": "alert", "id": f"{fingerprint(labels)}-{int(active.timestamp())}", "fingerprint": fingerprint(labels), "status": status, "labels": labels,
        "annotations": {"summary": "s", "description": "d", **(annotations or {})}, "activeAt": active.isoformat(),
        "startsAt": active.isoformat() if status != "pending" else None, "heldUntil": active.isoformat(),
        "endsAt": moment(ended_ago).isoformat() if status == "resolved" else None, "as_of": moment().isoformat(),
        "generatorURL": "https://funnel.example/?funnel=sro&step=contract", "window": "rolling-7d", "basis": "activity", "value": 0.25, "threshold": 0.5,
        "reached": 48, "passed": 12, "low": 0.149, "high": 0.388, "p_value": 0.00012, "q_value": 0.0031, "evidence": None, "burst": 0.07, "oldest": None,
        **(figures or {})}
    mistakes = validate.mistakes(json.dumps(record), SCHEMAS, None)
    assert not mistakes, mistakes
    return record


def again(record, **figures):
    """The same episode, later."""
    return {**record, **figures, "as_of": moment().isoformat()}


def resolved(record, ended_ago=0):
    """The end of the episode."""
    return again(record, status="resolved", endsAt=moment(ended_ago).isoformat())


def line(record):
    """As kcat takes it, with key and value."""
    return record["fingerprint"] + "\t" + json.dumps(record, ensure_ascii=False, separators=(",", ":"))
