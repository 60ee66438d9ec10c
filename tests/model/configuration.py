"""The configuration as plain objects (formats, "Configuration"). Only what shapes the numbers is read; alerts are not.

A configuration is taken to be right: what `funneld check-config` refuses is not looked for here."""

from dataclasses import dataclass, field
import re

import yaml

FIELDS = ("lead_id", "at", "stage_at", "created_at", "funnel", "stage", "reason", "amount", "currency", "score")
UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
UNIT_BYTES = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


class Loader(yaml.BaseLoader):
    """Every scalar is its text, but for a plain null."""


Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|Null|NULL|)$"), ["~", "n", "N", ""])
Loader.add_constructor("tag:yaml.org,2002:null", lambda loader, node: None)


@dataclass
class Source:
    each: str | None                  # pointer to the array of elements; None: the record itself
    where: list                       # [(pointer, [text])]
    pointers: dict                    # field or dimension -> [pointer]


@dataclass
class Step:
    id: str
    title: str
    stage: int
    optional: bool
    target: float | None
    horizon: int


@dataclass
class Stage:
    id: str
    title: str
    steps: list                       # indexes of its goals among the funnel's steps


@dataclass
class Funnel:
    id: str
    title: str
    names: list                       # its id and aliases
    match: dict                       # dimension -> [value]; empty: accepts no event by itself
    progress: str
    within: int | None
    confidence: float
    lateness: int
    min_leads: int
    currency: str | None
    windows: list                     # "day", "rolling 30d"
    breakdowns: list                  # lists of dimensions, each in byte order
    steps: list = field(default_factory=list)
    stages: list = field(default_factory=list)
    won: int = 0                      # index of the won step
    words: dict = field(default_factory=dict)   # what `stage` may say -> ("step", k), ("lost", reason), ("removed",), ("other",)

    def next_required(self, k):
        return next((j for j in range(k + 1, len(self.steps)) if not self.steps[j].optional), None)

    def previous_required(self, k):
        return next((j for j in range(k - 1, -1, -1) if not self.steps[j].optional), None)


@dataclass
class Configuration:
    timezone: str
    sources: list
    out_of_orderness: int
    max_future: int
    max_record: int
    ignore_unmatched: bool
    local_times: bool
    show_leads: bool
    retention: int | None
    takes: dict                       # dimension -> first, last or closing
    funnels: list


def duration(text):
    return None if text is None else int(text[:-1]) * UNIT_S[text[-1]]


def size(text):
    number, unit = re.fullmatch(r"(\d+)(\D*)", text).groups()
    return int(number) * UNIT_BYTES[unit]


def truth(text):
    return text is not None and text.lower() == "true"


def as_list(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def by_bytes(names):
    return sorted(names, key=lambda name: name.encode())


def read_source(source, dimensions):
    pointers = {name: ["/" + name] for name in FIELDS}
    for name, dimension in dimensions.items():
        pointers[name] = as_list((dimension or {}).get("field") or "/" + name)
    for name, value in (source.get("fields") or {}).items():
        pointers[name] = as_list(value)
    where = [(pointer, as_list(value)) for pointer, value in (source.get("where") or {}).items()]
    return Source(source.get("each"), where, pointers)


def add_stages(funnel, stages, horizon):
    """Steps and the words for them. A step's id or alias wins over a stage's."""
    stage_words = {}
    for raw in stages:
        goals = raw.get("goals") or [raw]
        stage = Stage(raw["id"], raw.get("title") or raw["id"], [])
        for goal in goals:
            k = len(funnel.steps)
            stage.steps.append(k)
            target = goal.get("target")
            funnel.steps.append(Step(goal["id"], goal.get("title") or goal["id"], len(funnel.stages), truth(goal.get("optional")),
                                     None if target is None else float(target), duration(goal.get("horizon")) or horizon))
            if truth(goal.get("won")):
                funnel.won = k
            for word in [goal["id"], *as_list(goal.get("aliases"))]:
                funnel.words[word] = ("step", k)
        for word in [raw["id"], *as_list(raw.get("aliases"))]:
            stage_words[word] = ("step", stage.steps[0])
        funnel.stages.append(stage)
    for word, meaning in stage_words.items():
        funnel.words.setdefault(word, meaning)


def read_funnel(raw):
    funnel = Funnel(
        id=raw["id"], title=raw.get("title") or raw["id"], names=[raw["id"], *as_list(raw.get("aliases"))],
        match={name: as_list(values) for name, values in (raw.get("match") or {}).items()},
        progress=raw.get("progress") or "furthest", within=duration(raw.get("within")),
        confidence=float(raw.get("confidence") or "0.95"), lateness=duration(raw.get("lateness")) or 0,
        min_leads=int(raw.get("min_leads") or "5"), currency=raw.get("currency"),
        windows=as_list(raw.get("windows")), breakdowns=[by_bytes(names) for names in as_list(raw.get("breakdowns"))])
    goals = [goal for stage in raw["stages"] for goal in stage.get("goals") or [stage]]
    funnel.won = len(goals) - 1
    add_stages(funnel, raw["stages"], duration(raw.get("horizon")) or 30 * 86400)
    lost = raw.get("lost") or []
    for word in lost:
        funnel.words[word] = ("lost", (lost[word] if isinstance(lost, dict) else None) or "")
    for meaning in ("removed", "other"):
        for word in as_list(raw.get(meaning)):
            funnel.words[word] = (meaning,)
    return funnel


def read(path):
    with open(path, encoding="utf-8") as file:
        raw = yaml.load(file, Loader)
    given = raw.get("input") or {}
    dimensions = raw.get("dimensions") or {}
    sources = given.get("sources") or [{"fields": given.get("fields")}]
    return Configuration(
        timezone=raw.get("timezone") or "UTC",
        sources=[read_source(source, dimensions) for source in sources],
        out_of_orderness=duration(given.get("out_of_orderness")) or 0,
        max_future=duration(given.get("max_future") or "1d"),
        max_record=size(given.get("max_record") or "1MiB"),
        ignore_unmatched=given.get("unmatched") == "ignore",
        local_times=truth(given.get("local_times")),
        show_leads=truth((raw.get("output") or {}).get("show_leads") or "true"),
        retention=duration(raw.get("retention")),
        takes={name: (dimension or {}).get("take") or "first" for name, dimension in dimensions.items()},
        funnels=[read_funnel(funnel) for funnel in raw["funnels"]])
