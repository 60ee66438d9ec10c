"""What the measures share: the programs, sample events kept from one time to the next, and a broker for as long as it is needed."""

import os
import shutil
import subprocess
import zlib

from children import Daemon, Failure, Finished, answer

SEED = 1
CATCH_UP_S = 600
# As kafka-server-start.sh has them: in the tests a broker starts quickly, here it is compiled as in production.
BROKER_OPTIONS = "-server -Xms1g -Xmx1g -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 -XX:+ExplicitGCInvokesConcurrent"


class Workshop:
    """A context: the broker, if some measure asked for it, ends with it, and its data go."""

    def __init__(self, root, build, options):
        self.root, self.build, self.options = root, build, options
        self.folder = os.path.join(build, "bench")
        self.template = os.path.join(root, "tests/bench/bench.yaml")
        self.broker = os.path.join(self.folder, "kafka")
        self.servers = None
        self.filled = set()
        os.makedirs(self.folder, exist_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.servers is not None:
            subprocess.run([os.path.join(self.root, "scripts/kafka"), "stop", self.broker], check=True)
            shutil.rmtree(self.broker)

    # ---- programs ----

    def path(self, name):
        return os.path.join(self.folder, name)

    def program(self, name):
        path = os.path.join(self.build, name if name == "funneld" else f"tests/{name}")
        if not os.path.exists(path):
            raise Failure(f"{path} is not there: cmake -G Ninja -B {self.build} && ninja -C {self.build}")
        return path

    def answer(self, name, *arguments):
        return answer([self.program(name), *map(str, arguments)], self.path(name + ".log"))

    def replay(self, events, *options):
        """`funneld replay`; its records are counted and thrown away."""
        return Finished([self.program("funneld"), "replay", "--config", self.template, *options, events], self.path("replay.log"))

    # ---- events ----

    def events(self, leads):
        """A file of the events of so many leads: about four a lead."""
        with open(self.template, "rb") as file:
            path = self.path(f"events-{leads}-{zlib.crc32(file.read()):08x}.ndjson")
        if not os.path.exists(path):
            Finished([self.program("funneld"), "generate", "--config", self.template, "--leads", str(leads), "--seed", str(SEED)],
                     self.path("generate.log"), path + ".part")
            os.rename(path + ".part", path)
        return path

    # ---- Kafka ----

    def start_broker(self):
        if self.servers is None:
            shutil.rmtree(self.broker, ignore_errors=True)
            environment = {**os.environ, "PORT": "0", "KAFKA_JVM_PERFORMANCE_OPTS": BROKER_OPTIONS}
            started = subprocess.run([os.path.join(self.root, "scripts/kafka"), "start", self.broker], env=environment, stdout=subprocess.PIPE, text=True, check=True)
            self.servers = started.stdout.strip()

    def topic(self, name, partitions, leads=None):
        """A topic, filled with the events of so many leads once."""
        self.start_broker()
        if name not in self.filled:
            file = [self.events(leads)] if leads else []
            Finished([self.program("bench_fill"), self.servers, name, str(partitions), *file], self.path("fill.log"))
            self.filled.add(name)
        return name

    def daemon(self, application, topic, threads, every="5s"):
        """`funneld run` of an application; one that is named anew begins at the beginning, with topics of its own."""
        with open(self.template, encoding="utf-8") as file:
            template = file.read()
        config = self.path("run.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(template.replace("application: bench\n", f"application: {application}\n"))
            file.write(f"kafka: {{bootstrap.servers: {self.servers}}}\ninput: {{topics: [{topic}]}}\n"
                       f"output: {{snapshots: {application}.snapshots, alerts: {application}.alerts, dead_letters: {application}.dead-letters, every: {every}}}\n")
        return Daemon([self.program("funneld"), "run", "--config", config, "--threads", str(threads)], self.path(f"{application}.log"))

    def wait_caught_up(self, application, topic):
        """How many events the application has read, and the wall-clock moment at which it had committed the last of them."""
        caught_up, _ = self.answer("bench_caught_up", self.servers, topic, application, CATCH_UP_S)
        return caught_up["events"], caught_up["wall_s"]
