"""One pass over the events' files in the order given: what is refused, what is skipped, what counts (semantics, sections 2, 8 and 11).

Each file is one partition. Order matters through `too_old` and forgetting alone."""

import base64
from dataclasses import dataclass, field
import os

from leads import Lead, standing
from reading import Fault, Ignored, Reader, parse


@dataclass
class Known:
    """One lead id, in all funnels."""
    last: int                         # the greatest `at` of its events
    removed: bool = False
    sets: dict = field(default_factory=dict)      # funnel index -> Lead


class Intake:
    def __init__(self, configuration, zone, as_of):
        self.configuration = configuration
        self.reader = Reader(configuration, zone)
        self.as_of = as_of
        self.leads = {}
        self.forgotten = []           # (lead id, Known): what they counted stays
        self.greatest = {}            # partition -> the greatest `at` counted from it
        self.last_event = {}          # funnel index -> the greatest `at` counted in it
        self.dead_letters = []

    def bound(self, partition):
        """What lies before it is too old; None: nothing is."""
        if self.configuration.retention is None or partition not in self.greatest:
            return None
        return self.greatest[partition] - self.configuration.out_of_orderness - self.configuration.retention

    def least_bound(self):
        bounds = [self.bound(partition) for partition in self.greatest]
        return min(bounds) if bounds and self.configuration.retention is not None else None

    def read(self, paths):
        for partition, path in enumerate(paths):
            with open(path, "rb") as file:
                lines = file.read().split(b"\n")
            if lines[-1] == b"":
                lines.pop()
            for offset, line in enumerate(lines):
                word = self.record(partition, line)
                if word:
                    self.dead_letters.append(dead_letter(word, os.path.basename(path), partition, offset, line))

    def record(self, partition, line):
        """Take in one line; the word of its first faulty event, or None."""
        if len(line) > self.configuration.max_record:
            return "too_large"
        if not line.strip(b" \t\r\n"):
            return "empty"
        words = []
        try:
            for element, source in self.reader.elements(parse(line)):
                if source is None:
                    continue
                try:
                    words += self.event(partition, self.reader.event(element, source))
                except Ignored:
                    pass
                except Fault as fault:
                    words.append(fault.args[0])
        except Fault as fault:
            words.append(fault.args[0])
        return words[0] if words else None

    def event(self, partition, event):
        """Count one event. Returns its side faults; Fault where it is refused."""
        limit = self.as_of + self.configuration.max_future
        if max(event.at, event.stage_at, event.created_at or event.at) > limit:
            raise Fault("in_future")
        bound = self.bound(partition)
        if bound is not None and event.at < bound:
            raise Fault("too_old")
        if event.at > self.as_of:
            return []
        if not event.says_something():
            return event.side_faults[:1]

        self.greatest[partition] = max(event.at, self.greatest.get(partition, event.at))
        for f in event.moves:
            self.last_event[f] = max(event.at, self.last_event.get(f, event.at))
        known = self.leads.get(event.lead)
        if known is not None and bound is not None and known.last < bound:
            self.forgotten.append((event.lead, known))
            known = None
        if known is None:
            known = self.leads[event.lead] = Known(event.at)
        known.last = max(known.last, event.at)
        known.removed = known.removed or event.removes
        if known.removed:
            known.sets.clear()
        else:
            for f, move in event.moves.items():
                known.sets.setdefault(f, Lead.unknown()).add(event, move, f in event.amount_funnels)
        return event.side_faults[:1]

    def standings(self, f):
        """All leads of a funnel, and of those forgotten what they were: [(Standing, whether it still stands anywhere)]."""
        bound = self.least_bound()
        funnel, takes = self.configuration.funnels[f], self.configuration.takes
        present = [(id, known, bound is None or known.last >= bound) for id, known in self.leads.items()]
        gone = [(id, known, False) for id, known in self.forgotten]
        return [(standing(funnel, takes, id, known.sets[f]), here) for id, known, here in present + gone if f in known.sets]


def dead_letter(word, source, partition, offset, line):
    record = {"error": word, "message": "", "source": source, "partition": partition, "offset": offset}
    try:
        record["value"] = line.decode("utf-8")
    except UnicodeDecodeError:
        record["value_base64"] = base64.b64encode(line).decode()
    return record
