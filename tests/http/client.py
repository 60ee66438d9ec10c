"""Requests as a plain client makes them, byte by byte where it matters, and server-sent events."""

import http.client
import json
import socket
import time
import urllib.parse


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def json(self):
        return json.loads(self.body)


class Client:
    def __init__(self, host, port, token=None):
        self.host, self.port, self.token = host, port, token

    def get(self, path, method="GET", body=None, **headers):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {self.token}"
        connection.request(method, path, body=body, headers=sent)
        answer = Answer(connection.getresponse())
        connection.close()
        return answer

    def api(self, name, **parameters):
        query = urllib.parse.urlencode(parameters)
        return self.get(f"/api/v1/{name}" + (f"?{query}" if query else ""))

    def listen(self, **filters):
        return Stream(self, "/events?" + urllib.parse.urlencode(filters))


class Stream:
    """Server-sent events over a socket of its own."""

    def __init__(self, client, path):
        self.socket = socket.create_connection((client.host, client.port), timeout=20)
        token = f"Authorization: Bearer {client.token}\r\n" if client.token else ""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{token}\r\n".encode())
        response = http.client.HTTPResponse(self.socket)
        response.begin()
        self.response = response

    def events(self, seconds):
        """(name, data) as they come, until the time is over or the stream ends."""
        until, name, data = time.monotonic() + seconds, None, None
        try:
            while (left := until - time.monotonic()) > 0:
                self.socket.settimeout(left)
                line = self.response.readline()
                if not line:
                    return
                line = line.decode().rstrip("\n")
                if line.startswith("event: "):
                    name = line[len("event: "):]
                elif line.startswith("data: "):
                    data = line[len("data: "):]
                elif not line and name:
                    yield name, data
                    name, data = None, None
        except (TimeoutError, socket.timeout):
            return

    def close(self):
        self.response.close()
        self.socket.close()
