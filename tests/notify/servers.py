"""An HTTP server that keeps what is posted to it and misbehaves as it is told."""

import http.server
import socket
import ssl
import threading
import time


class Server:
    """Answers each request with the next of `script`, and with 200 once that is used up:
    an integer (a status), "429:SECONDS" (with Retry-After), "hang", "close" (in the middle of the answer), "garbage" (no HTTP), "endless" (a body without
    end), a text (the body of a 200), or a function of the path and the body that gives a status and a text."""

    def __init__(self, script=(), usual="ok", certificate=None):
        self.script, self.usual, self.lock = list(script), usual, threading.Lock()
        self.requests = []  # (moment, path, headers, body, what it was answered)
        self.freed = threading.Event()  # ends what hangs
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                with outer.lock:
                    action = outer.script.pop(0) if outer.script else outer.usual
                    outer.requests.append((time.monotonic(), self.path, dict(self.headers), body, action))
                outer.answer(self, action)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that hangs up is not news
        self.scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def answer(self, handler, action):
        if action == "hang":
            self.freed.wait(30)
            handler.close_connection = True
        elif action == "garbage":
            handler.wfile.write(b"\x00\x01 what? \r\n\r\n")
            handler.close_connection = True
        elif action == "close":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        elif action == "endless":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                while not self.freed.is_set():
                    handler.wfile.write(b"x" * 65536)
            except OSError:
                pass
            handler.close_connection = True
        elif callable(action):
            status, text = action(*self.seen()[-1][1:4:2])
            handler.send_response(status)
            handler.send_header("Content-Length", str(len(text.encode())))
            handler.end_headers()
            handler.wfile.write(text.encode())
        else:
            status, _, seconds = str(action).partition(":") if not isinstance(action, str) or action.startswith("429") else ("200", "", "")
            text = (action if isinstance(action, str) and status == "200" else "what is wrong").encode()
            handler.send_response(int(status))
            if seconds:
                handler.send_header("Retry-After", seconds)
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            handler.wfile.write(text)

    def taken(self):
        """Bodies of the requests that were answered well."""
        with self.lock:
            return [body for _, _, _, body, action in self.requests if action == self.usual]

    def seen(self):
        with self.lock:
            return list(self.requests)

    def close(self):
        self.freed.set()
        self.server.shutdown()
        self.server.server_close()
