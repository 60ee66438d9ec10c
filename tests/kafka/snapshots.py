"""What snapshots say, and whether two say the same.

as_of, last_event_at, matured and the ages of open leads are moved by time alone and say nothing new.  Source: semantics, section 11, "Records"."""

import json

BESIDE = ("as_of", "last_event_at")
AGES = ("age_p50", "age_p90")


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def snapshots_of(found):
    """Records of the topic, in order; a tombstone as NDJSON has it."""
    return [json.loads(record.value) if record.value is not None else {"type": "tombstone", "key": record.key.decode()} for record in found]


def _escape(text):
    return "".join(chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "-._~") else f"%{byte:02X}" for byte in text.encode())


def key_of(snapshot):
    """The key of its record."""
    if snapshot["type"] == "tombstone":
        return snapshot["key"]
    start = "now" if snapshot["window"].startswith("rolling") else snapshot["start"]
    group = ",".join(f"{_escape(name)}={_escape(value)}" for name, value in sorted(snapshot["group"].items())) or "all"
    return f"{_escape(snapshot['funnel'])}/{snapshot['window']}/{start}/{group}"


def saying(snapshot):
    """It without what time alone moves."""
    if snapshot["type"] == "tombstone":
        return None
    said = {name: value for name, value in snapshot.items() if name not in BESIDE}
    for view in ("activity", "cohort"):
        said[view] = {**said[view], "steps": [{**step, "matured": None} for step in said[view]["steps"]]}
    if said["open"] is not None:
        said["open"] = [{name: value for name, value in entry.items() if name not in AGES} for entry in said["open"]]
    return said


def counts_nothing(snapshot):
    views = (snapshot["activity"], snapshot["cohort"])
    return not any(view["entered"] or view["won"] or view["lost"] or any(step["reached"] for step in view["steps"]) for view in views) \
        and not snapshot["open"] and not snapshot["nps"]["answers"]


def last_by_key(snapshots):
    """The last one under each key; those taken back by a tombstone and those in which nothing counts are left out."""
    last = {key_of(snapshot): snapshot for snapshot in snapshots}
    return {key: snapshot for key, snapshot in last.items() if snapshot["type"] == "snapshot" and not counts_nothing(snapshot)}


def _first_difference(a, b, path=""):
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return next((found for name in a if (found := _first_difference(a[name], b[name], f"{path}/{name}"))), None)
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return next((found for i, pair in enumerate(zip(a, b)) if (found := _first_difference(*pair, f"{path}/{i}"))), None)
    return None if a == b else f"{path}: {json.dumps(a, ensure_ascii=False)} instead of {json.dumps(b, ensure_ascii=False)}"


def differences(live, replayed):
    """By key, in lines for people: what was published instead of what should have been."""
    found = [f"{key}: not published" for key in replayed.keys() - live.keys()]
    found += [f"{key}: published, but not in the replay" for key in live.keys() - replayed.keys()]
    for key in live.keys() & replayed.keys():
        difference = _first_difference(saying(live[key]), saying(replayed[key]))
        if difference:
            found.append(f"{key} as of {live[key]['as_of']}: {difference}")
    return sorted(found)


def repeats(snapshots):
    """Records that say what the one before them under their key said."""
    last, found = {}, []
    for snapshot in snapshots:
        key, said = key_of(snapshot), saying(snapshot)
        if key in last and last[key] == said:
            found.append(f"{key} as of {snapshot.get('as_of')}")
        last[key] = said
    return found
