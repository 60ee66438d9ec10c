"""From the bytes of one line to events, or to the word for what is wrong with it (semantics, section 2; formats, "Dead letter")."""

from dataclasses import dataclass, field
import json
import re

import zone

MAX_DEPTH = 128
NUMBER = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
RFC3339 = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))?")


class Number(str):
    """A JSON number, as written."""


class Fault(Exception):
    """A refusal; its only argument is the word."""


@dataclass
class Event:
    """One event, understood. `moves`: funnel index -> meaning of its stage there, or None where it names none."""
    lead: str
    at: int
    stage_at: int
    created_at: int | None
    moves: dict
    reason: str | None
    amount: int | None
    amount_funnels: set               # the funnels in which the amount counts
    score: int | None
    dimensions: dict
    side_faults: list = field(default_factory=list)

    @property
    def removes(self):
        return any(move == ("removed",) for move in self.moves.values())

    def says_something(self):
        return (self.created_at is not None or any(move is not None for move in self.moves.values()) or bool(self.amount_funnels)
                or self.score is not None or bool(self.dimensions))


# ---- JSON ----

def check_text(text):
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("a string that is not text")


def check_strings(value):
    if isinstance(value, Number):
        return
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, list):
        for element in value:
            check_strings(element)


def members(pairs):
    """A JSON object; also the members that a later one of the same name hides must be well formed."""
    for name, value in pairs:
        check_text(name)
        check_strings(value)
    return dict(pairs)


def refuse_constant(name):
    raise ValueError(name)


def depth(text):
    deepest = level = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text, re.DOTALL):
        if token.group() in "[{":
            level += 1
            deepest = max(deepest, level)
        elif token.group() in "]}":
            level -= 1
    return deepest


def parse(line):
    try:
        text = line.decode("utf-8")
        if depth(text) > MAX_DEPTH:
            raise Fault("not_json")
        value = json.loads(text, object_pairs_hook=members, parse_int=Number, parse_float=Number, parse_constant=refuse_constant)
        check_strings(value)
        return value
    except ValueError:
        raise Fault("not_json") from None


def at_pointer(value, pointer):
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(token)
        elif isinstance(value, list) and re.fullmatch(r"0|[1-9][0-9]*", token) and int(token) < len(value):
            value = value[int(token)]
        else:
            return None
    return value


def get(element, pointers):
    """The first that is there and not empty; an empty string where nothing better is there."""
    found = [value for value in (at_pointer(element, pointer) for pointer in pointers) if value is not None]
    return next((value for value in found if value != "" or isinstance(value, Number)), "" if found else None)


def is_integer(value):
    return isinstance(value, Number) and re.fullmatch(r"-?[0-9]+", value) is not None


def as_name(value):
    """The text of a string or an integer; None where absent; ValueError where neither."""
    if value is None or value == "":
        return None
    if isinstance(value, Number) and not is_integer(value) or not isinstance(value, str):
        raise ValueError
    return str(value)


# ---- numbers and times ----

def decimal(text):
    """A number of JSON's grammar as (sign, digits, exponent): sign * digits * 10^exponent. Huge exponents are cut: all that matters is that they are."""
    found = NUMBER.fullmatch(text)
    if not found:
        raise ValueError(text)
    sign, whole, fraction, exponent = found.groups()
    digits = (whole + (fraction or "")).lstrip("0")
    exponent = exponent or "0"
    magnitude = exponent.lstrip("+-").lstrip("0") or "0"
    power = 10**8 if len(magnitude) > 8 else int(magnitude)
    power = -power if exponent.startswith("-") else power
    return (-1 if sign else 1), digits, power - len(fraction or "")


def floor_scaled(text, shift, limit_digits):
    """(floor(|n| * 10^shift), the next digit or so >= 5, whether anything was cut off); ValueError where that has more than limit_digits digits."""
    _, digits, exponent = decimal(text)
    if not digits:
        return 0, False, False
    exponent += shift
    if len(digits) + exponent > limit_digits:
        raise ValueError(text)
    if exponent >= 0:
        return int(digits + "0" * exponent), False, False
    kept, cut = (digits[:exponent], digits[exponent:]) if -exponent <= len(digits) else ("", "0" * min(-exponent - len(digits), 2) + digits)
    return int(kept or "0"), cut[0] >= "5", cut.strip("0") != ""


def read_amount(value):
    """Integer minor units, rounded half away from zero."""
    if not isinstance(value, str):
        raise ValueError
    units, half, _ = floor_scaled(value, 2, 20)
    units += half
    if units >= 2**63:
        raise ValueError
    return -units if decimal(value)[0] < 0 else units


def read_score(value):
    if not isinstance(value, str):
        raise ValueError
    units, _, rest = floor_scaled(value, 0, 20)
    if rest or units > 10 or units and decimal(value)[0] < 0:
        raise ValueError
    return units


def read_number_of_time(text):
    """Seconds, or by their size milli-, micro- or nanoseconds; truncated towards the past."""
    whole, _, _ = floor_scaled(text, 0, 40)
    shift = 0
    for limit, scale in ((10**17, -9), (10**14, -6), (10**11, -3)):
        if whole >= limit:
            shift = scale
            break
    seconds, _, rest = floor_scaled(text, shift, 40)
    if decimal(text)[0] < 0:
        seconds = -seconds - rest
    return seconds


def read_rfc3339(text, local):
    """`local`: the zone in which to read a time without an offset, or None."""
    found = RFC3339.fullmatch(text)
    if not found:
        raise ValueError
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    zulu, sign, offset_hour, offset_minute = found.groups()[6:]
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1] or hour > 23 or minute > 59 or second > 60:
        raise ValueError
    seconds = zone.days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    if zulu:
        return seconds
    if sign:
        if int(offset_hour) > 23 or int(offset_minute) > 59:
            raise ValueError
        offset = int(offset_hour) * 3600 + int(offset_minute) * 60
        return seconds + offset if sign == "-" else seconds - offset
    if local is None:
        raise ValueError
    return local.from_local(seconds)


def read_time(value, local):
    if value is None or value == "":
        return None
    try:
        if not isinstance(value, str):
            raise ValueError
        moment = read_number_of_time(value) if NUMBER.fullmatch(value) else read_rfc3339(value, local)
        if not zone.LEAST <= moment <= zone.GREATEST:
            raise ValueError
    except ValueError:
        raise Fault("bad_time") from None
    return moment


# ---- from an element to an event ----

class Ignored(Exception):
    """An element that no source takes, or an event that no funnel wants where such are ignored."""


class Reader:
    def __init__(self, configuration, local_zone):
        self.configuration = configuration
        self.local = local_zone if configuration.local_times else None

    def elements(self, value):
        """The elements of a record in the order in which they are looked at: each with its source, or None where none takes it."""
        sources = self.configuration.sources
        eaches = list(dict.fromkeys(source.each for source in sources))
        if not isinstance(value, dict) and not (isinstance(value, list) and "" in eaches):
            raise Fault("not_json")
        for each in eaches:
            elements = [value] if each is None else at_pointer(value, each)
            if each is None and not isinstance(value, dict) or not isinstance(elements, list):
                continue
            for element in elements:
                takers = [source for source in sources if source.each == each and self.takes(source, element)]
                yield element, (takers[0] if takers else None)

    def takes(self, source, element):
        if not isinstance(element, dict):
            return True
        return all(self.where_text(at_pointer(element, pointer)) in values for pointer, values in source.where)

    @staticmethod
    def where_text(value):
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, str) else None

    def lead_id(self, value):
        try:
            name = as_name(value)
        except ValueError:
            name = None
        if not name or len(name.encode()) > 255:
            raise Fault("no_lead_id")
        return name

    def funnels(self, value, dimensions):
        """The funnels that take the event."""
        funnels = self.configuration.funnels
        try:
            name = as_name(value)
        except ValueError:
            name = ""                             # no funnel's
        if name is None:
            chosen = [f for f, funnel in enumerate(funnels)
                      if funnel.match and all(dimensions.get(d) in values for d, values in funnel.match.items())]
            if not chosen:
                chosen = [f for f, funnel in enumerate(funnels) if not funnel.match][:1]
        else:
            chosen = [f for f, funnel in enumerate(funnels) if name in funnel.names]
        if not chosen:
            if self.configuration.ignore_unmatched:
                raise Ignored
            raise Fault("unknown_funnel")
        return chosen

    def moves(self, value, chosen):
        try:
            word = as_name(value)
        except ValueError:
            raise Fault("unknown_stage") from None
        if word is None:
            return {f: None for f in chosen}
        funnels = self.configuration.funnels
        moves = {f: funnels[f].words[word] for f in chosen if word in funnels[f].words}
        if not moves:
            raise Fault("unknown_stage")
        return moves

    def event(self, element, source):
        """An event; Fault where it is refused by itself, whenever it comes."""
        if not isinstance(element, dict):
            raise Fault("no_lead_id")
        values = {name: get(element, pointers) for name, pointers in source.pointers.items()}
        lead = self.lead_id(values["lead_id"])
        at, stage_at, created_at = (read_time(values[name], self.local) for name in ("at", "stage_at", "created_at"))
        if at is None:
            raise Fault("bad_time")

        faults = []

        def side(word, read, value):
            if value is None or value == "":
                return None
            try:
                return read(value)
            except ValueError:
                faults.append(word)
                return None

        amount = side("bad_amount", read_amount, values["amount"])
        score = side("bad_score", read_score, values["score"])
        currency = side("bad_field", as_name, values["currency"])
        reason = side("bad_field", as_name, values["reason"])
        dimensions = {name: side("bad_field", as_name, values[name]) for name in self.configuration.takes}
        dimensions = {name: value for name, value in dimensions.items() if value is not None}

        chosen = self.funnels(values["funnel"], dimensions)
        moves = self.moves(values["stage"], chosen)
        amount_funnels = set()
        if amount is not None:
            own = {f: self.configuration.funnels[f].currency for f in moves}
            amount_funnels = {f for f in moves if currency is None or own[f] is None or own[f] == currency}
            if len(amount_funnels) < len(moves):
                faults.append("other_currency")
        order = ("bad_amount", "other_currency", "bad_score", "bad_field")
        event = Event(lead, at, at if stage_at is None else stage_at, created_at, moves, reason, amount, amount_funnels, score, dimensions,
                      sorted(faults, key=order.index))
        if not event.says_something() and not faults:
            raise Fault("empty")
        return event
