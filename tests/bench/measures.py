"""The measures, each against its yardstick. Everybody takes a turn in every round, so that what else the machine does hits all alike."""

import re

from children import Failure
from figures import Table


def catch_up(workshop, options):
    """`run` from an empty state to the end of its input, beside consumers that do less."""
    table = Table(f"Catching up on Kafka: {options.leads} leads, {options.partitions} partitions, exactly once, read committed")
    topic = workshop.topic("events", options.partitions, options.leads)
    for turn in range(options.rounds):
        for who, *parse in [("bare consumer",), ("consumer + cJSON", "--parse")]:
            consumed, cost = workshop.answer("bench_consume", workshop.servers, topic, *parse)
            add_speed(table, who, consumed["events"], consumed["seconds"], cost)
        for threads in (1, 2):
            who = f"run --threads {threads}"
            application = f"catch-up-{turn}-{threads}"
            with workshop.daemon(application, topic, threads) as daemon:
                _, leading, _, _ = daemon.wait_until_leading()
                events, caught_up = workshop.wait_caught_up(application, topic)
                cost = daemon.stop()
            if events != consumed["events"]:
                raise Failure(f"run read {events} events, the consumer {consumed['events']}")
            add_speed(table, who, events, caught_up - leading, cost)
            table.add(who, start_s=leading - daemon.started)
            table.compare("events_per_s", who, "consumer + cJSON", "to_cjson")
            table.compare("events_per_s", who, "bare consumer", "to_bare")
    return table


def replay(workshop, options):
    """`replay` of a file, beside a program that parses its lines."""
    table = Table(f"Replay from a file: {options.leads} leads")
    path = workshop.events(options.leads)
    for _ in range(options.rounds):
        parsed, cost = workshop.answer("bench_parse", path)
        add_speed(table, "lines + cJSON", parsed["events"], parsed["seconds"], cost)
        for ticks, *last in [("--last", "--last"), ("hourly ticks",)]:
            for threads in (1, 2):
                who = f"replay, {ticks}, --threads {threads}"
                finished = workshop.replay(path, "--threads", str(threads), *last)
                add_speed(table, who, parsed["events"], finished.seconds, finished.cost)
                table.compare("events_per_s", who, "lines + cJSON", "to_cjson")
            table.compare("events_per_s", who, f"replay, {ticks}, --threads 1", "to_one_thread")
    return table


FIGURES = re.compile(r"^(\d+) leads in (\d+) bytes; (\d+) group slices in (\d+) bytes; (\d+) windows in (\d+) bytes$", re.MULTILINE)


def memory(workshop, options):
    """What one lead more costs: growth of the peak RSS between two sizes, over the same days and so the same counts."""
    table = Table("Memory of replay --last, one thread")
    small, large = options.memory_leads
    for _ in range(options.rounds):
        peaks, tables = {}, {}
        for leads in (small, large):
            who = f"{leads} leads"
            finished = workshop.replay(workshop.events(leads), "--last")
            peaks[leads] = finished.cost.peak_mib * 2**20
            table.add(who, peak_mib=finished.cost.peak_mib)
            known = FIGURES.search(finished.said)
            if known is None:
                continue  # a replay that tells no figures is measured from outside
            count, tables[leads], slices, slice_bytes, _, window_bytes = map(int, known.groups())
            table.add(who, table_bytes_per_lead=tables[leads] / count, slices=slices, bytes_per_slice=slice_bytes / max(slices, 1), window_mib=window_bytes / 2**20)
        table.add("growth", rss_bytes_per_lead=(peaks[large] - peaks[small]) / (large - small))
        if tables:
            table.add("growth", table_bytes_per_lead=(tables[large] - tables[small]) / (large - small))
    return table


def cost(workshop, options):
    """Does an event cost the same however many came before it?"""
    table = Table("Cost per event of replay --last, one thread")
    for _ in range(options.rounds):
        first = None
        for leads in options.cost_leads:
            finished = workshop.replay(workshop.events(leads), "--last")
            events = int(re.search(r"(\d+) events", finished.said).group(1))
            who = f"{events} events"
            add_speed(table, who, events, finished.seconds, finished.cost)
            first = first or who
            table.compare("cpu_us_per_event", who, first, "to_smallest")
    return table


def restore(workshop, options):
    """A restart with all leads in the changelog, beside consumers that read the same rows. The changelog is as the run left it: `rows/lead` over 1 says that
    it holds several versions of a lead, not compacted yet."""
    leads = options.restore_leads
    table = Table(f"Restore from the changelog: {leads} leads")
    application, topic = "restore", workshop.topic("restore.events", options.partitions, leads)
    with workshop.daemon(application, topic, 2) as daemon:
        daemon.wait_until_leading()
        workshop.wait_caught_up(application, topic)
        daemon.stop()
    for _ in range(options.rounds):
        for who, *parse in [("bare consumer of the rows",), ("the same + cJSON", "--parse")]:
            consumed, used = workshop.answer("bench_consume", workshop.servers, f"{application}-leads-changelog", *parse)
            table.add(who, rows_per_s=consumed["events"] / consumed["seconds"], cpu_us_per_row=used.cpu_s / consumed["events"] * 1e6, peak_mib=used.peak_mib,
                      leads_per_s=leads / consumed["seconds"])
        for threads in (1, 2):
            with workshop.daemon(application, topic, threads) as daemon:
                took, leading, restored, rows = daemon.wait_until_leading()
                used = daemon.stop()
            if restored != leads:
                raise Failure(f"{restored} leads restored of {leads}")
            seconds = max(leading - took, 0.001)
            table.add(f"run --threads {threads}", rows_per_s=rows / seconds, leads_per_s=leads / seconds, rows_per_lead=rows / leads, restore_s=seconds,
                      ready_s=leading - daemon.started, cpu_us_per_row=used.cpu_s / rows * 1e6, peak_mib=used.peak_mib)
    return table


def latency(workshop, options):
    """From the event on the input topic to the record that shows it on the output topic, beside an event's way to a consumer and nothing else."""
    table = Table(f"Live: {options.rate} events/s for {options.seconds} s, every: 100ms")
    for turn in range(options.rounds):
        topic = workshop.topic(f"round-trip-{turn}", 1)
        add_latency(table, "produce and consume", workshop.answer("bench_latency", workshop.servers, topic, topic, options.rate, options.seconds), options)
        application, topic = f"live-{turn}", workshop.topic(f"live-{turn}.events", 1)
        with workshop.daemon(application, topic, 1, every="100ms") as daemon:
            daemon.wait_until_leading()
            answer = workshop.answer("bench_latency", workshop.servers, topic, f"{application}.snapshots", options.rate, options.seconds)
            daemon.stop()
        add_latency(table, "run, to the snapshot", answer, options)
    return table


def add_speed(table, who, events, seconds, used):
    table.add(who, events_per_s=events / seconds, cpu_us_per_event=used.cpu_s / events * 1e6, peak_mib=used.peak_mib)


def add_latency(table, who, answer, options):
    took, _ = answer
    table.add(who, p50_ms=took["p50_ms"], p99_ms=took["p99_ms"], records_per_s=took["records"] / options.seconds)


MEASURES = {measure.__name__.replace("_", "-"): measure for measure in (catch_up, replay, memory, cost, restore, latency)}
