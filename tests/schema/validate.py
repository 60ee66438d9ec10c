#!/usr/bin/env python3
"""Validate records, one JSON object a line, against the schema of their kind.

    validate.py [--schema NAME] [FILE...]        standard input without files

The kind is the record's `type`; a record without one is a dead letter if it has an `error`, else an event. Members must also stand in the
schema's order. From Kafka: kcat -C -e -q -Z -b BROKERS -t TOPIC | validate.py, whose NULL lines are tombstones.
Exit status: 0 all are valid, 1 some are not, 2 nothing could be checked.
"""
import argparse
import json
import pathlib
import sys

from jsonschema import Draft202012Validator

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "daemon" / "wire" / "schema"


def load():
    schemas = {}
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        schemas[path.name.removesuffix(".schema.json")] = Draft202012Validator(schema)
    return schemas


def kind_of(record):
    if not isinstance(record, dict):
        return "event"
    return record.get("type", "dead-letter" if "error" in record else "event")


def misplaced(record, schema, root, path=""):
    """Paths of objects whose members are not in the order that the schema lists them in."""
    if "$ref" in schema:
        yield from misplaced(record, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, path)
    for part in schema.get("allOf", []) + schema.get("anyOf", []):
        yield from misplaced(record, part, root, path)
    if isinstance(record, dict) and schema.get("additionalProperties") is False:
        order = [name for name in schema["properties"] if name in record]
        if order != list(record) and set(order) == set(record):
            yield path or "/"
    if isinstance(record, dict):
        for name, value in record.items():
            yield from misplaced(value, schema.get("properties", {}).get(name, {}), root, f"{path}/{name}")
    if isinstance(record, list) and isinstance(schema.get("items"), dict):
        for index, value in enumerate(record):
            yield from misplaced(value, schema["items"], root, f"{path}/{index}")


def mistakes(line, schemas, wanted):
    try:
        record = json.loads(line)
    except ValueError as error:
        return [f"not JSON: {error}"]
    kind = wanted or kind_of(record)
    if kind not in schemas:
        return [f"no schema for type {kind!r}"]
    found = [f"{kind}: /{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in schemas[kind].iter_errors(record)]
    return found + [f"{kind}: {path}: members out of order" for path in misplaced(record, schemas[kind].schema, schemas[kind].schema)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schema", help="check against this one, whatever the type")
    parser.add_argument("files", nargs="*", metavar="FILE")
    arguments = parser.parse_args()
    schemas = load()
    if arguments.schema and arguments.schema not in schemas:
        parser.error(f"no schema {arguments.schema!r}; there are {', '.join(schemas)}")
    checked = wrong = 0
    for name in arguments.files or ["-"]:
        stream = sys.stdin.buffer if name == "-" else open(name, "rb")
        with stream:
            for number, line in enumerate(stream, 1):
                if line.strip() in (b"", b"NULL"):
                    continue
                checked += 1
                found = mistakes(line, schemas, arguments.schema)
                wrong += bool(found)
                for mistake in found:
                    print(f"{name}:{number}: {mistake}", file=sys.stderr)
    print(f"{checked} records, {wrong} not valid", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
