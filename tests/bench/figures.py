"""Figures of several rounds: median and range, as a table for people and as JSON for programs."""

import statistics


def count(value):
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value / 1e3:.0f} k" if value >= 1e4 else f"{value:.0f}"


def decimals(number):
    return lambda value: f"{value:.{number}f}"


COLUMNS = {  # figure: its heading, how it is shown
    "events_per_s": ("events/s", count),
    "leads_per_s": ("leads/s", count),
    "cpu_us_per_event": ("CPU us/event", decimals(3)),
    "cpu_us_per_row": ("CPU us/row", decimals(3)),
    "peak_mib": ("peak RSS MiB", decimals(0)),
    "to_bare": ("x bare", decimals(2)),
    "to_cjson": ("x cJSON", decimals(2)),
    "to_one_thread": ("x one thread", decimals(2)),
    "to_smallest": ("x smallest", decimals(2)),
    "rss_bytes_per_lead": ("RSS bytes/lead", decimals(0)),
    "table_bytes_per_lead": ("table bytes/lead", decimals(0)),
    "slices": ("(group, slice) cells", count),
    "bytes_per_slice": ("bytes/cell", decimals(0)),
    "window_mib": ("windows MiB", decimals(1)),
    "rows_per_lead": ("rows/lead", decimals(2)),
    "rows_per_s": ("rows/s", count),
    "start_s": ("start s", decimals(2)),
    "restore_s": ("restore s", decimals(2)),
    "ready_s": ("ready s", decimals(2)),
    "records_per_s": ("records/s", decimals(1)),
    "p50_ms": ("p50 ms", decimals(1)),
    "p99_ms": ("p99 ms", decimals(1)),
}


class Table:
    """One measure: who took part, and what each round gave."""

    def __init__(self, title):
        self.title, self.rows = title, {}

    def add(self, who, **figures):
        row = self.rows.setdefault(who, {})
        for figure, value in figures.items():
            row.setdefault(figure, []).append(value)

    def compare(self, figure, who, to, ratio):
        """The ratio of a figure to somebody else's, of this round."""
        self.add(who, **{ratio: self.rows[who][figure][-1] / self.rows[to][figure][-1]})

    def text(self):
        figures = [figure for figure in COLUMNS if any(figure in row for row in self.rows.values())]
        lines = [["who"] + [COLUMNS[figure][0] for figure in figures]]
        for who, row in self.rows.items():
            lines.append([who] + [cell(row.get(figure), COLUMNS[figure][1]) for figure in figures])
        widths = [max(len(line[column]) for line in lines) for column in range(len(figures) + 1)]
        lines.insert(1, ["-" * width for width in widths])
        body = ["| " + " | ".join([line[0].ljust(widths[0])] + [text.rjust(width) for text, width in zip(line[1:], widths[1:])]) + " |" for line in lines]
        return "\n".join([self.title, ""] + body)

    def json(self):
        return {"title": self.title, "rows": {who: {figure: spread(values) for figure, values in row.items()} for who, row in self.rows.items()}}


def cell(values, show):
    if values is None:
        return ""
    median, least, greatest = show(statistics.median(values)), show(min(values)), show(max(values))
    return median if least == greatest else f"{median} ({least}-{greatest})"


def spread(values):
    return {"median": statistics.median(values), "least": min(values), "greatest": max(values), "rounds": values}
