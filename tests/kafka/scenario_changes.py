"""What an operator changes in a configuration, a row of the table each: the application runs, its configuration is changed, it starts again. Either what it
publishes then is what a replay of the same events under the new configuration says, tombstones for what is gone included; or it does not start and says why."""

import time

import events
import records
import yaml
from application import QUIET_S, TEMPLATE, Application
from protocol import committed_offsets
from suite import expect, wait_until

REFUSED, WORKS = "refused", "works"
SEEN_S = 60


def _steps(configuration):
    return configuration["funnels"][0]["stages"]


def _step_named(configuration, name):
    goals = [goal for stage in _steps(configuration) for goal in stage.get("goals", [stage])]
    return next(goal for goal in goals if goal["id"] == name)


def _both(configuration, **members):
    for funnel in configuration["funnels"]:
        funnel.update(members)


def _rename(configuration, aliases):
    _step_named(configuration, "answered").update(id="spoken", aliases=aliases)


def _remove(configuration, other):
    configuration["funnels"][0]["stages"] = [stage for stage in _steps(configuration) if stage["id"] != "contract"]
    configuration["funnels"][0].update(other=other)


def _lost_step(configuration):
    _remove(configuration, [])
    configuration["funnels"][0]["lost"].append("contract")


def _rename_funnel(configuration, aliases):
    configuration["funnels"][0].update(id="admission", aliases=aliases)


CHANGES = {  # how it changes; what comes of it; where it is refused, what is said
    "a step added": (lambda c: _steps(c).insert(3, {"id": "visited", "title": "Приезжали"}), WORKS),
    "steps in another order": (lambda c: _steps(c).insert(1, _steps(c).pop(2)), WORKS),
    "a step renamed, with the alias": (lambda c: _rename(c, ["answered"]), WORKS),
    "a step renamed, without": (lambda c: _rename(c, []), REFUSED, "the step `answered` of funnel sro, known of "),
    "a step removed, as `other`": (lambda c: _remove(c, ["contract"]), WORKS),
    "a step removed": (lambda c: _remove(c, []), REFUSED, "the step `contract` of funnel sro, known of "),
    "a step made a loss": (_lost_step, WORKS),
    "a funnel renamed, with the alias": (lambda c: _rename_funnel(c, ["sro"]), WORKS),
    "a funnel renamed, without": (lambda c: _rename_funnel(c, []), REFUSED, "the funnel `sro`, known of "),
    "progress": (lambda c: _both(c, progress="any"), WORKS),
    "within": (lambda c: _both(c, within="5d"), WORKS),
    "an optional step, and where it is won": (lambda c: (_step_named(c, "kp").update(optional=True), _step_named(c, "contract").update(won=True)), WORKS),
    "the time zone": (lambda c: c.update(timezone="Asia/Kathmandu"), WORKS),
    "windows": (lambda c: _both(c, windows=["week", "rolling 7d"]), WORKS),
    "retention, shorter": (lambda c: c.update(retention="40d"), WORKS),
    "retention, longer": (lambda c: c.update(retention="900d"), REFUSED, "retention is longer than it was"),
    "a breakdown": (lambda c: _both(c, breakdowns=[["channel", "manager"]]), WORKS),
    "a dimension left out": (lambda c: (c["dimensions"].pop("manager"), c["funnels"][0].update(breakdowns=[])), WORKS),
    "a dimension added": (lambda c: c["dimensions"].update(seller={"field": "/manager"}), REFUSED, "dimension seller is new"),
    "another `take`": (lambda c: c["dimensions"]["manager"].update(take="last"), REFUSED, "dimension manager has another `take`"),
    "`take: closing` narrowed": (lambda c: c["dimensions"]["product"].update(take="first"), WORKS),
    "another currency": (lambda c: c["funnels"][0].update(currency="USD"), REFUSED, "funnel sro takes amounts in USD: those so far are in RUB"),
    "any currency": (lambda c: c["funnels"][0].pop("currency"), REFUSED, "funnel sro takes amounts in any currency: those so far are in RUB"),
    "a funnel added": (lambda c: c["funnels"].append({**c["funnels"][0], "id": "second", "match": {"product": "none"}}), REFUSED, "funnel second is new"),
    "a funnel left out": (lambda c: c["funnels"].pop(1), REFUSED, "the funnel `iso`, known of "),
    "a target, and min_leads": (lambda c: (_step_named(c, "kp").update(target=0.9), _both(c, min_leads=2, confidence=0.8)), WORKS),
    "an alert": (lambda c: c["funnels"][0].update(alerts=[{"alert": "Quiet", "kind": "silence", "silent_for": "6h"}]), WORKS),
}


class _Case:
    def __init__(self, suite, number, name, change, outcome, said=""):
        self.name, self.change, self.outcome, self.words = name, change, outcome, said
        self.application = Application(suite, f"change-{number}", windows="[day, month, rolling 30d]", template=TEMPLATE.read_text(encoding="utf-8").replace(
            "product: {field: /product}", "product: {field: /product, take: closing}"))
        self.application.create_input()
        self.daemon = self.application.daemon()

    def begin(self, sample):
        self.daemon.start()
        records.produce(self.application.servers, self.application.input, sample.partitions[0])

    def reconfigure(self):
        configuration = yaml.safe_load(self.application.config.read_text(encoding="utf-8"))
        self.change(configuration)
        self.application.config.write_text(yaml.safe_dump(configuration, allow_unicode=True, sort_keys=False), encoding="utf-8")

    def has_read(self, sample):
        application = self.application
        return committed_offsets(application.servers, application.name, application.input, 1) == sample.counts()

    def check(self, sample):
        if self.outcome == WORKS:
            expect(self.daemon.terminate()[0] == 0, f"{self.daemon.log}: exit status after SIGTERM")
            self.application.agree_with_replay(sample.files)
            return
        wait_until(lambda: not self.daemon.running(), SEEN_S, f"{self.daemon.log}: it does not start")
        expect(self.daemon.process.returncode == 2, f"{self.daemon.log}: exit status {self.daemon.process.returncode}")
        expect(self.daemon.said(self.words) and self.daemon.said("`funneld rebuild --config "), f"{self.daemon.log}: it does not say `{self.words}`")
        accepting = self.application.daemon("--accept-changes").start().leads(SEEN_S)
        expect(accepting.said(self.words), f"{accepting.log}: it does not say what it accepts")
        if "known of" in self.words:  # what nobody names any more is gone from the rows, so once was enough
            expect(accepting.terminate()[0] == 0, f"{accepting.log}: exit status after SIGTERM")
            expect(self.application.daemon().start().leads(SEEN_S).terminate()[0] == 0, "exit status after SIGTERM")


def _wait_for_quiet(cases):
    """Until none of them publishes anything more."""
    ends, since, until = None, time.monotonic(), time.monotonic() + SEEN_S
    while time.monotonic() - since < QUIET_S:
        expect(time.monotonic() < until, "they go on publishing")
        now = [records.ends(case.application.servers, case.application.snapshots) for case in cases]
        if now != ends:
            ends, since = now, time.monotonic()
        time.sleep(0.3)


def changes(suite):
    cases = [_Case(suite, number, name, *row) for number, (name, row) in enumerate(CHANGES.items())]
    sample = events.make(cases[0].application, 300, suite.seed)
    try:
        for case in cases:
            case.begin(sample)
        for case in cases:
            wait_until(lambda: case.has_read(sample), SEEN_S, f"{case.name}: all is read")
        for case in cases:
            expect(case.daemon.terminate()[0] == 0, f"{case.daemon.log}: exit status after SIGTERM")
            case.reconfigure()
            case.daemon.start()
        for case in cases:
            if case.outcome == WORKS:
                case.daemon.leads(SEEN_S)
        _wait_for_quiet(cases)
        for case in cases:
            try:
                case.check(sample)
            except Exception as error:
                raise type(error)(f"{case.name}: {error}") from error
        words = [case.outcome for case in cases]
        return f"{words.count(WORKS)} changes work, {words.count(REFUSED)} are refused"
    finally:
        for case in cases:
            case.application.end()
