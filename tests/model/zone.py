"""Time in one zone: offsets, slices and the windows of the calendar (semantics, sections 8 and 11).

Moments are whole seconds since 1970-01-01T00:00:00Z, of the years 1 to 9999."""

from datetime import date, datetime, timedelta, timezone
from math import gcd
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
LEAST, GREATEST = -62135596800, 253402300799      # 0001-01-01T00:00:00Z, 9999-12-31T23:59:59Z
PROBE_S = 6 * 3600                                # no zone changes its offset and back within this


def days(year, month, day):
    """Days since 1970-01-01 of a date of the Gregorian calendar, year 0 included."""
    if year == 0:
        return date(400, month, day).toordinal() - 146097 - 719163
    return date(year, month, day).toordinal() - 719163


class Zone:
    def __init__(self, name):
        self.zone = ZoneInfo(name)
        self.slice = self.slice_length()

    def offset(self, moment):
        moment = min(max(moment, LEAST + 86400), GREATEST - 86400)
        there = (EPOCH + timedelta(seconds=moment)).astimezone(self.zone)
        return int(there.utcoffset().total_seconds())

    def change(self, low, high):
        """The first moment in (low, high] with another offset than low has, or None; low and high at most PROBE_S apart."""
        before = self.offset(low)
        if self.offset(high) == before:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            if self.offset(middle) == before:
                low = middle
            else:
                high = middle
        return high

    def slice_length(self):
        length = 3600
        for moment in range(days(2000, 1, 1) * 86400, days(2038, 1, 1) * 86400, 86400 * 7):
            length = gcd(length, self.offset(moment))
        return length

    def slice_start(self, moment):
        return moment // self.slice * self.slice

    def local(self, moment):
        """Date and second of the day there."""
        day, second = divmod(moment + self.offset(moment), 86400)
        return date.fromordinal(day + 719163), second

    def text(self, moment):
        offset = self.offset(moment)
        there = datetime(1970, 1, 1) + timedelta(seconds=moment + offset)
        sign, minutes = "-" if offset < 0 else "+", abs(offset) // 60
        return f"{there.isoformat()}{sign}{minutes // 60:02d}:{minutes % 60:02d}"

    def from_local(self, seconds):
        """The moment at which clocks there show `seconds` (counted as if UTC): of two the first; of none, read with the offset before the change."""
        offsets = {self.offset(seconds + hours * 3600) for hours in range(-27, 28)}
        moments = [seconds - offset for offset in offsets if self.offset(seconds - offset) == offset]
        if moments:
            return min(moments)
        before = self.offset(seconds - max(offsets))
        return seconds - before

    def midnight(self, day):
        """The first moment of a local date, or of the next one that there is."""
        wanted = days(day.year, day.month, day.day) * 86400
        moment = wanted - 27 * 3600
        while moment + self.offset(moment) < wanted:
            step = min(PROBE_S, wanted - moment - self.offset(moment))
            moment = self.change(moment, moment + step) or moment + step
        return moment

    def window(self, kind, moment):
        """[start, end) of the calendar window that holds the moment."""
        if kind == "hour":
            return self.hour(moment)
        day, _ = self.local(moment)
        if kind == "day":
            first, after = day, day + timedelta(days=1)
        elif kind == "week":
            first = day - timedelta(days=day.weekday())
            after = first + timedelta(days=7)
        else:
            months = {"month": 1, "quarter": 3, "year": 12}[kind]
            month = (day.month - 1) // months * months
            first = date(day.year, month + 1, 1)
            after = date(day.year + (month + months) // 12, (month + months) % 12 + 1, 1)
        return self.midnight(first), self.midnight(after)

    def hour(self, moment):
        """The instants with the same local date, hour and offset."""
        offset = self.offset(moment)
        start = (moment + offset) // 3600 * 3600 - offset
        end = self.change(moment, start + 3600) or start + 3600
        while self.offset(start) != offset:
            start = self.change(start, moment)
        return start, end
