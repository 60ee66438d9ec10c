"""Every record on every topic of an application against its schema."""

import sys

from letters import OWN
from suite import ROOT, Failure

sys.path.append(str(ROOT / "tests" / "schema"))
import validate  # noqa: E402

SCHEMAS = validate.load()
WORDS = SCHEMAS["dead-letter"].schema["properties"]["error"]["enum"]
SHOWN = 5


def _thinned(found, most):
    """All of them, or so many at even distances."""
    if most is None or len(found) <= most:
        return found
    return [found[i * len(found) // most] for i in range(most)]


def check(application, most=None):
    """Validate what lies on the topics, of each at most so many records. Returns how many were looked at."""
    wrong, checked = [], 0
    for topic, kind in ((application.snapshots, "snapshot"), (application.changelog, "lead"), (application.checkpoint, "checkpoint")):
        for record in _thinned([record for record in application.read(topic) if record.value is not None], most):
            checked += 1
            wrong += [f"{topic} {record.partition}@{record.offset}: {mistake}" for mistake in validate.mistakes(record.value, SCHEMAS, kind)]
            if kind == "snapshot" and {"type": b"snapshot", "schema": b"1"}.items() - dict(record.headers).items():
                wrong.append(f"{topic}@{record.offset}: headers {record.headers}")
    for record in application.read(application.letters):
        checked += 1
        headers = dict(record.headers)
        if headers.get("funneld.error", b"").decode() not in WORDS or not all(headers.get(name) for name in OWN):
            wrong.append(f"{application.letters}@{record.offset}: headers {record.headers}")
    if wrong:
        raise Failure(f"{len(wrong)} records are not valid:\n" + "\n".join(wrong[:SHOWN]))
    return checked
