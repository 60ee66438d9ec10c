"""More partitions on the input topic, while the application runs and while it does not: nothing is left unread, nothing counts twice, wherever a lead's events lie."""

import events
import records
from application import Application
from protocol import add_partitions
from suite import expect


def partitions(suite):
    application = Application(suite, "partitions", partitions=1)
    application.create_input()
    sample = events.make(application, 1_500, suite.seed)
    lines = sample.partitions[0]
    third = len(lines) // 3
    parts = [lines[:third], lines[third:2 * third], lines[2 * third:]]  # of one lead some lie in each
    daemon = application.daemon().start().leads()
    try:
        records.produce(application.servers, application.input, parts[0], 0)
        application.settle([len(parts[0])])
        add_partitions(application.servers, application.input, 2)
        records.produce(application.servers, application.input, parts[1], 1)
        application.partitions = 2
        application.settle([len(part) for part in parts[:2]])
        expect(daemon.said("the topics read have other partitions now"), f"{daemon.log}: it does not say that there are more partitions")
        expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")
        add_partitions(application.servers, application.input, 3)
        records.produce(application.servers, application.input, parts[2], 2)
        application.partitions = 3
        daemon.start().leads()
        application.settle([len(part) for part in parts])
        expect(daemon.terminate()[0] == 0, "exit status after SIGTERM")
        sample.partitions, sample.files = parts, [application.directory / f"part-{number}.ndjson" for number in range(3)]
        sample.write()
        application.agree_with_replay(sample.files)
        return "one more while it ran, one more while it did not"
    finally:
        application.end()
