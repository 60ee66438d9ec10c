"""What goes wrong on a working day, and what the daemon says about it: the broker away at the start, topics missing, somebody else under its
transactional id. It waits, says what for, is ready only when it leads or stands by, and goes on by itself."""

import subprocess

import records
from application import TEMPLATE, Application
from cluster import Cluster
from manager import Manager
from protocol import create_topic, delete_topic, take_transactional_id
from snapshots import last_by_key, snapshots_of
from suite import PROGRAM, expect, wait_until

LATE_S = 40
EVENT = '{"lead_id": "L-1", "stage": "new", "product": "Допуск СРО"}'.encode()


def trouble(suite):
    cluster = Cluster(suite.directory / "trouble")
    cluster.reserve()
    applications = []
    try:
        applications.append(Application(suite, "trouble", servers=cluster.servers))
        signs = _away_then_missing(cluster, applications[0])
        _another_program(applications[0])
        _standing_by(applications[0])
        _state_lost(applications[0])
        _row_spoiled(applications[0])
        _checkpoint_lost(applications[0])
        shared = TEMPLATE.read_text(encoding="utf-8").replace("$application.snapshots", "shared.snapshots").replace("$application.alerts", "shared.alerts")
        applications += [Application(suite, name, servers=cluster.servers, template=template)
                         for name, template in (("shared", shared), ("shared-other", shared.replace("id: sro", "id: other").replace("id: iso", "id: other-iso")))]
        for one in applications[1:]:
            one.snapshots = "shared.snapshots"
        _shared_topics(*applications[1:])
        applications.append(Application(suite, "no-creation", servers=cluster.servers,
                                        template=TEMPLATE.read_text(encoding="utf-8").replace("every: 1s", "every: 1s, create_topics: false")))
        _may_not_create(applications[-1])
        return f"all said and survived, {signs} signs of life while waiting"
    finally:
        for application in applications:
            application.end()
        cluster.stop()


def _says(daemon, text, seconds=LATE_S):
    wait_until(lambda: daemon.said(text) or not daemon.running(), seconds, f"{daemon.log}: it says `{text}`")
    expect(daemon.running(), f"{daemon.log}: it ended with {daemon.process.poll()}")


def _away_then_missing(cluster, application):
    """Started before its broker and before its input."""
    manager = Manager(application.directory / "notify")
    daemon = application.daemon().start(manager.environment())
    _says(daemon, 'object=kafka msg="the brokers do not answer, waiting: ')
    wait_until(lambda: (manager.hear().status or "").startswith("kafka: the brokers do not answer"), 5, "the status says what is waited for")
    wait_until(lambda: manager.hear().signs >= 2, 10, "it gives signs of life while it waits")
    cluster.start()
    _says(daemon, 'object=kafka msg="the brokers answer again')
    _says(daemon, f'object={application.input} msg="the topic is not there, waiting: it is the input')
    expect(not manager.hear().ready, "it is ready before it leads")
    application.create_input()
    _says(daemon, f'object={application.input} msg="the topic is there now')
    wait_until(lambda: manager.hear().ready and manager.status.startswith("leading "), LATE_S, "it is ready, and leads")
    manager.close()
    return manager.signs


def _another_program(application):
    """Kafka lets the last one in: each shuts out the other. Whoever leads says that it is no successor."""
    daemon = application.daemons[0]
    take_transactional_id(application.servers, f"{application.name}-0")
    since = daemon.mark()
    records.produce(application.servers, application.input, [(b"L-1", EVENT)])
    wait_until(lambda: daemon.said("another program has taken the transactional id", since), LATE_S, f"{daemon.log}: it names the id that is taken")
    wait_until(lambda: daemon.said("all restored", since), LATE_S, f"{daemon.log}: it leads again")
    application.settle([1])


def _standing_by(application):
    manager = Manager(application.directory / "notify-second")
    second = application.daemon().start(manager.environment())
    wait_until(lambda: manager.hear().ready and manager.status.startswith("standing by"), LATE_S, "the second is ready, standing by")
    expect(second.terminate()[0] == 0, "exit status of the second")
    expect(application.daemons[0].terminate()[0] == 0, "exit status after SIGTERM")
    manager.close()


def _state_lost(application):
    """Without the changelog it does not publish an empty funnel, and rebuild makes it anew."""
    delete_topic(application.servers, application.changelog)
    _refuses(application, f"no lead can be read from {application.changelog}: it was lost")
    subprocess.run([PROGRAM, "rebuild", "--config", application.config], check=True, capture_output=True)
    _leads_with(application, 1)


def _refuses(application, *words):
    """It ends, having published nothing, and says why and what helps."""
    before = application.read(application.snapshots)
    daemon = application.daemon().start()
    wait_until(lambda: not daemon.running(), LATE_S, f"{daemon.log}: it ends")
    expect(daemon.process.wait() == 2, f"{daemon.log}: exit status {daemon.process.returncode}")
    for word in (*words, "`funneld rebuild --config "):
        expect(daemon.said(word), f"{daemon.log}: it does not say `{word}`")
    expect(application.read(application.snapshots) == before, f"{daemon.log}: it published something")


def _leads_with(application, leads, *arguments):
    daemon = application.daemon(*arguments).start()
    _says(daemon, "all restored")
    expect(daemon.said(f" leads={leads} "), f"{daemon.log}: not {leads} leads")
    expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")


def _row_spoiled(application):
    """A row that is no row: not led with, but where asked to once, and that once is enough."""
    partition = next(record.partition for record in application.read(application.changelog) if record.key == b"L-1")
    records.produce(application.servers, application.changelog, [(b"L-1", b"no row")], partition)
    _refuses(application, f"of 1 leads the row in {application.changelog} is not what this program writes")
    _leads_with(application, 1, "--accept-changes")
    _leads_with(application, 1)


def _checkpoint_lost(application):
    delete_topic(application.servers, application.checkpoint)
    _refuses(application, f"{application.checkpoint} does not say how far the input was read: it was lost")
    subprocess.run([PROGRAM, "rebuild", "--config", application.config], check=True, capture_output=True)
    _leads_with(application, 1)


def _shared_topics(application, other):
    """Two applications on the same output topics, with funnels of their own: neither takes the other's records for its own former ones."""
    application.create_input()
    other.create_input()
    snapshots = []
    for one in (application, other, application, other):
        records.produce(one.servers, one.input, [(b"L-1", EVENT)])
        daemon = one.daemon().start()
        _says(daemon, "all restored")
        one.settle([len(one.daemons)])
        expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")
        snapshots.append(last_by_key(snapshots_of(application.read(application.snapshots))))
    funnels = [{snapshot["funnel"] for snapshot in seen.values() if snapshot["type"] == "snapshot"} for seen in snapshots]
    expect(funnels == [{"sro"}, {"sro", "other"}, {"sro", "other"}, {"sro", "other"}], f"funnels on the topic after each: {funnels}")


def _may_not_create(application):
    """output.create_topics: false. It waits for each of its topics by name, and creates none."""
    application.create_input()
    daemon = application.daemon().start()
    for topic, partitions in ((application.snapshots, 1), (f"{application.name}.alerts", 1), (application.letters, 1), (application.changelog, 2),
                              (application.checkpoint, 1)):
        _says(daemon, f'object={topic} msg="the topic is not there, waiting: the daemon writes to it, create it')
        expect(not any(name.startswith(application.name) and name == topic for name in records.topics(application.servers)), f"{topic} was created")
        create_topic(application.servers, topic, partitions, cleanup_policy="compact")
    daemon.leads(LATE_S)
    expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")
