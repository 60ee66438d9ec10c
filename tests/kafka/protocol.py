"""The requests to a broker that kcat cannot make: create a topic or more partitions of one, delete its beginning, read what a
group has committed, take a transactional id, give and take rights.

Source: the Kafka protocol guide; of each request the last version before compact encodings."""

import socket
import struct

CREATE_TOPICS, DELETE_TOPICS, OFFSET_FETCH, DELETE_RECORDS, INIT_PRODUCER_ID, CREATE_ACLS, DELETE_ACLS, CREATE_PARTITIONS = 19, 20, 9, 21, 22, 30, 31, 37
VERSIONS = {CREATE_TOPICS: 4, DELETE_TOPICS: 3, OFFSET_FETCH: 4, DELETE_RECORDS: 1, INIT_PRODUCER_ID: 1, CREATE_ACLS: 1, DELETE_ACLS: 1, CREATE_PARTITIONS: 1}
RESOURCES = {"topic": 2, "group": 3, "transactional id": 5}
OPERATIONS = {"Read": 3, "Write": 4, "Create": 5}
LITERAL, ALLOW = 3, 3
TIMEOUT_S = 30


def _string(text):
    data = text.encode()
    return struct.pack(">h", len(data)) + data


def _array(items):
    return struct.pack(">i", len(items)) + b"".join(items)


class _Answer:
    """Reads an answer's fields in order."""

    def __init__(self, data):
        self.data, self.place = data, 0

    def take(self, kind):
        (value,) = struct.unpack_from(">" + kind, self.data, self.place)
        self.place += struct.calcsize(">" + kind)
        return value

    def string(self):
        length = self.take("h")
        if length < 0:
            return None
        self.place += length
        return self.data[self.place - length:self.place].decode()


def _receive(connection, length):
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise ConnectionError("the broker has closed the connection")
        data += part
    return data


def _ask(servers, request, body):
    host, port = servers.split(",")[0].rsplit(":", 1)
    message = struct.pack(">hhi", request, VERSIONS[request], 1) + _string("tests") + body
    with socket.create_connection((host, int(port)), TIMEOUT_S) as connection:
        connection.sendall(struct.pack(">i", len(message)) + message)
        (length,) = struct.unpack(">i", _receive(connection, 4))
        answer = _Answer(_receive(connection, length))
    answer.take("i")  # the request's number
    return answer


def create_topic(servers, name, partitions, **properties):
    """Create a topic on one broker. Underscores in names of properties stand for dots."""
    configuration = [_string(key.replace("_", ".")) + _string(str(value)) for key, value in properties.items()]
    topic = _string(name) + struct.pack(">ih", partitions, 1) + _array([]) + _array(configuration)
    answer = _ask(servers, CREATE_TOPICS, _array([topic]) + struct.pack(">i?", TIMEOUT_S * 1000, False))
    answer.take("i")  # throttled for
    answer.take("i")  # one topic
    answer.string()
    error, message = answer.take("h"), answer.string()
    if error:
        raise RuntimeError(f"topic {name}: error {error}, {message}")


def delete_topic(servers, name):
    """The topic and all that is on it."""
    answer = _ask(servers, DELETE_TOPICS, _array([_string(name)]) + struct.pack(">i", TIMEOUT_S * 1000))
    answer.take("i")  # throttled for
    answer.take("i")  # one topic
    answer.string()
    error = answer.take("h")
    if error:
        raise RuntimeError(f"topic {name}: error {error}")


def add_partitions(servers, name, count):
    """A topic is to have so many partitions."""
    body = _array([_string(name) + struct.pack(">ii", count, -1)]) + struct.pack(">i?", TIMEOUT_S * 1000, False)
    answer = _ask(servers, CREATE_PARTITIONS, body)
    answer.take("i")  # throttled for
    answer.take("i")  # one topic
    answer.string()
    error, message = answer.take("h"), answer.string()
    if error:
        raise RuntimeError(f"partitions of {name}: error {error}, {message}")


def committed_offsets(servers, group, topic, partitions):
    """What the group has committed, by partition; -1: nothing."""
    wanted = _string(topic) + _array([struct.pack(">i", number) for number in range(partitions)])
    answer = _ask(servers, OFFSET_FETCH, _string(group) + _array([wanted]))
    answer.take("i")  # throttled for
    offsets = {}
    for _ in range(answer.take("i")):
        answer.string()
        for _ in range(answer.take("i")):
            number, offset = answer.take("i"), answer.take("q")
            answer.string()  # metadata
            answer.take("h")  # error
            offsets[number] = offset
    return [offsets.get(number, -1) for number in range(partitions)]


def take_transactional_id(servers, name):
    """As a producer that begins under this id, which shuts out the one before."""
    answer = _ask(servers, INIT_PRODUCER_ID, _string(name) + struct.pack(">i", 10_000))
    answer.take("i")  # throttled for
    error = answer.take("h")
    if error:
        raise RuntimeError(f"transactional id {name}: error {error}")


def _rule(principal, right):
    kind, name, operation = right
    return (struct.pack(">b", RESOURCES[kind]) + _string(name) + struct.pack(">b", LITERAL) + _string(principal) + _string("*") +
            struct.pack(">bb", OPERATIONS[operation], ALLOW))


def give_rights(servers, principal, rights):
    """Allow a principal such as User:x each right: (kind of resource, its name, operation)."""
    answer = _ask(servers, CREATE_ACLS, _array([_rule(principal, right) for right in rights]))
    answer.take("i")  # throttled for
    for _ in range(answer.take("i")):
        error, message = answer.take("h"), answer.string()
        if error:
            raise RuntimeError(f"rights: error {error}, {message}")


def take_right(servers, principal, right):
    """Take back exactly one right."""
    answer = _ask(servers, DELETE_ACLS, _array([_rule(principal, right)]))
    answer.take("i")  # throttled for
    answer.take("i")  # one filter
    error, message = answer.take("h"), answer.string()
    taken = answer.take("i")
    if error or taken != 1:
        raise RuntimeError(f"{right}: error {error}, {message}; {taken} rules deleted")


def delete_records(servers, topic, partition, before):
    """As retention does: what lies before an offset."""
    wanted = _string(topic) + _array([struct.pack(">iq", partition, before)])
    answer = _ask(servers, DELETE_RECORDS, _array([wanted]) + struct.pack(">i", TIMEOUT_S * 1000))
    answer.take("i")  # throttled for
    answer.take("i")  # one topic
    answer.string()
    answer.take("i")  # one partition
    _, oldest, error = answer.take("i"), answer.take("q"), answer.take("h")
    if error or oldest != before:
        raise RuntimeError(f"{topic}/{partition}: error {error}, the oldest record is at {oldest}")
