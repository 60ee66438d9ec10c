"""A broker that trusts nobody: TLS with SCRAM or mutual TLS, and exactly the rights that check-config lists. With one of them missing the daemon says which."""

import subprocess

import events
import records
from application import TEMPLATE, Application
from cluster import Cluster
from protocol import OPERATIONS, give_rights, take_right
from suite import PROGRAM, expect, wait_until

VERSION = "3.9.1"  # of Kafka: the librdkafka of Debian 12 cannot speak SCRAM with 4.0 and later
USER = "User:funneld"
EVENT = '{{"lead_id": "{0}", "stage": "{1}", "product": "Допуск СРО"}}'
UNSEEN = {"alerts"}  # topics on which a lack of rights shows only when there is something to say


def _configuration(cluster, how):
    secrets = cluster.directory / "secrets"
    port = int(cluster.servers.rsplit(":", 1)[1])
    properties = {"bootstrap.servers": f"localhost:{port + (2 if how == 'scram' else 3)}", "ssl.ca.location": secrets / "ca.pem",
                  "session.timeout.ms": 1500, "heartbeat.interval.ms": 300}
    if how == "scram":
        properties |= {"security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "funneld",
                       "sasl.password": f"$${{file:{secrets / 'password'}}}"}
    else:
        properties |= {"security.protocol": "SSL", "ssl.certificate.location": secrets / "client.pem", "ssl.key.location": secrets / "client.key"}
    section = "kafka: {" + ", ".join(f'{name}: "{value}"' for name, value in properties.items()) + "}"
    return "".join(section + "\n" if line.startswith("kafka:") else line for line in TEMPLATE.read_text(encoding="utf-8").splitlines(keepends=True))


def _rights(application):
    """What check-config says it needs: (kind, name, operation) each."""
    said = subprocess.run([PROGRAM, "check-config", "--config", application.config], capture_output=True, text=True, check=True).stdout
    rights = []
    for line in said.split("\nrights at the brokers", 1)[1].splitlines()[1:]:
        kind, name, operations = line[2:20].strip(), line[20:].split()[0], line[20:].split(None, 1)[1]
        rights += [(kind, name, operation) for operation in operations.split(", ")]
    return rights, said


def _run(suite, cluster, how):
    """An application with exactly its rights; it must agree with a replay."""
    application = Application(suite, f"secure-{how}", template=_configuration(cluster, how), servers=cluster.servers)
    application.create_input()
    rights, said = _rights(application)
    give_rights(cluster.servers, USER, rights)
    sample = events.make(application, 500, suite.seed)
    daemon = application.daemon().start().leads()
    try:
        records.produce(cluster.servers, application.input, sample.partitions[0])
        application.settle(sample.counts())
        expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")
        application.agree_with_replay(sample.files)
        password = (cluster.directory / "secrets" / "password").read_text(encoding="ascii").strip()
        expect(password not in said and not daemon.said(password, 0), "the password is shown")
        return application, rights
    finally:
        application.end()


def _wrong_password(suite, cluster):
    """The daemon ends at once, says why, and shows neither this password nor any."""
    wrong = suite.directory / "wrong-password"
    wrong.write_text("sesame-of-yesterday\n", encoding="ascii")
    right = str(cluster.directory / "secrets" / "password")
    application = Application(suite, "secure-wrong", template=_configuration(cluster, "scram").replace(right, str(wrong)), servers=cluster.servers)
    daemon = application.daemon().start()
    try:
        wait_until(lambda: not daemon.running(), 20, f"{daemon.log}: its end with a wrong password")
        expect(daemon.process.returncode == 1, f"exit status {daemon.process.returncode} with a wrong password")
        expect(daemon.said("the brokers refuse our credentials: "), f"{daemon.log}: it does not say that its credentials are refused")
        expect(not daemon.said("sesame"), "the password is shown")
    finally:
        application.end()


def _without(application, right):
    """One right taken away: the daemon must end, naming it."""
    kind, name, operation = right
    take_right(application.servers, USER, right)
    daemon = application.daemon().start()
    lead = "-".join(right).replace(" ", "-")  # a new one each time, and a dead letter, so that there is something to write everywhere
    records.produce(application.servers, application.input, [(lead.encode(), EVENT.format(lead, stage).encode()) for stage in ("new", "nowhere")])
    try:
        wait_until(lambda: not daemon.running(), 20, f"{daemon.log}: its end without {right}")
        said = [f"the right {word} on the {kind} {name};" for word in (operation, "Describe")]
        expect(daemon.process.returncode == 1, f"{daemon.log}: exit status {daemon.process.returncode} without {right}")
        expect(any(daemon.said(text) for text in said), f"{daemon.log}: it does not say that {right} is missing")
    finally:
        application.end()
        give_rights(application.servers, USER, [right])


def _without_creation(suite, cluster):
    """The first start of an application that may not create one of its topics."""
    application = Application(suite, "secure-creation", template=_configuration(cluster, "mutual"), servers=cluster.servers)
    application.create_input()
    rights, _ = _rights(application)
    give_rights(cluster.servers, USER, rights)
    _without(application, ("topic", application.letters, "Create"))


def secure(suite):
    cluster = Cluster(suite.directory / "secure", secure=True, version=VERSION)
    cluster.start()
    try:
        application, _ = _run(suite, cluster, "scram")
        _wrong_password(suite, cluster)
        if suite.quick:
            return "SCRAM only"
        application, rights = _run(suite, cluster, "mutual")
        _without_creation(suite, cluster)
        tried = [right for right in rights if right[2] != "Create" and right[1].rsplit(".", 1)[-1] not in UNSEEN]
        for right in tried:
            _without(application, right)
        return f"{len(rights)} rights of {len(OPERATIONS)} kinds listed and given, {len(tried) + 1} missed one by one"
    finally:
        cluster.stop()
