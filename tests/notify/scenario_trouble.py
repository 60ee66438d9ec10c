"""Receivers that misbehave: nothing is lost, nothing is told twice that was taken, and nobody else waits."""

import json
import subprocess

from alerts import alert, resolved
from servers import Server
from suite import expect, text_of, wait_until

RECEIVER = '    - {{name: {name}, kind: slack, url: "{url}", timeout: 2s}}\n'


def trouble(world):
    """No answer, half an answer, no HTTP, errors, wrong credentials and 429 are waited out; Retry-After is honoured."""
    scripts = {"error": [500, 502], "close": ["close"], "garbage": ["garbage"], "hang": ["hang"], "busy": ["429:4"], "token": [401, 404]}
    servers = {name: Server(script) for name, script in scripts.items()}
    world.configure("  group_wait: 200ms\n  receivers:\n" + "".join(RECEIVER.format(name=name, url=server.url) for name, server in servers.items()))
    world.publish(alert())
    daemon = world.start()
    for name, server in servers.items():
        wait_until(server.taken, 30, f"{name}: a message after {scripts[name]}")
    world.stop(daemon)
    for name, server in servers.items():
        expect([request[4] for request in server.seen()] == scripts[name] + ["ok"], f"{name}: {[request[4] for request in server.seen()]}")
    waited = servers["busy"].seen()[1][0] - servers["busy"].seen()[0][0]
    expect(waited >= 4, f"429 with Retry-After: 4 was tried again after {waited:.1f} s")
    for server in servers.values():
        server.close()
    return f"{len(servers)} kinds of trouble"


def endless(world):
    """An answer without end is cut. Its status counts: what was taken with many words is not told again."""
    server = Server(["endless"])
    world.configure("  group_wait: 200ms\n  receivers:\n" + RECEIVER.format(name="endless", url=server.url))
    world.publish(alert())
    daemon = world.start()
    wait_until(server.seen, 20, "the message")
    world.publish(alert(funnel="iso"))
    wait_until(server.taken, 20, "the next message")
    world.stop(daemon)
    expect([request[4] for request in server.seen()] == ["endless", "ok"] and "ISO" in text_of(server.taken()[0]), f"{[request[3:] for request in server.seen()]}")
    server.close()


def away(world):
    """A receiver that is away holds no other one back, and hears how things are when it is back."""
    here, gone = Server(), Server(["hang", 500], usual="ok")
    world.configure("  group_wait: 200ms\n  receivers:\n" + RECEIVER.format(name="here", url=here.url) + RECEIVER.format(name="gone", url=gone.url))
    drop = alert(ago=3000)
    world.publish(drop)
    daemon = world.start()
    wait_until(here.taken, 20, "the receiver that is there")
    world.publish(resolved(drop), alert(funnel="iso"))
    wait_until(lambda: len(here.taken()) >= 3, 20, "the receiver that is there, the second time")
    wait_until(lambda: len(gone.taken()) >= 2, 30, "the receiver that was away")
    world.stop(daemon)
    heads = [text_of(body).split("\n")[0] for body in gone.taken()]
    expect(sorted(heads) == sorted(["✅ *Допуск СРО*: конверсия больше не снижена", "🔴 *Сертификаты ISO*: конверсия упала"]), f"the receiver that was away heard {heads}")
    for server in (here, gone):
        server.close()


def refused(world):
    """A message that will never be taken is left out, and the next one comes."""
    server = Server([500, 400])
    world.configure("  group_wait: 200ms\n  receivers:\n" + RECEIVER.format(name="picky", url=server.url), http="http: {listen: 127.0.0.1:0}\n")
    world.publish(alert())
    daemon = world.start(roles="http,notify")
    wait_until(lambda: "is left out: answered 400" in world.said(), 20, "a word about the message that was refused")
    world.publish(alert(funnel="iso"))
    wait_until(server.taken, 20, "the next message")
    counted = wait_until(lambda: world.counted("picky", "delivered") and [world.counted("picky", result) for result in ("delivered", "retried", "refused")], 10, "figures")
    world.stop(daemon)
    expect(counted == [1, 1, 1], f"/metrics: delivered, retried, refused: {counted}")
    expect([request[4] for request in server.seen()] == [500, 400, "ok"], f"{[request[4] for request in server.seen()]}")
    expect("ISO" in text_of(server.taken()[0]), server.taken()[0])


def as_telegram(_, body):
    """All of the message comes back, six bytes a letter that is not ASCII, and what is marked in it one by one."""
    text = json.loads(body)["text"]
    return 200, json.dumps({"ok": True, "result": {"message_id": 1, "text": text, "entities": text.count("<") * [{"offset": 0, "length": 10, "type": "text_link", "url": "https://funnel.example/?funnel=sro"}]}})


def with_path(path, _):
    return 503, json.dumps({"error": "в " + 99 * "я", "path": path}, ensure_ascii=False)


def words(world):
    """What a receiver says beside its status: a long echo is an answer like any other, a chat that has moved is no mistake of the message, and an address that
    is repeated may be a secret."""
    echo, moved, spring = Server(usual=as_telegram), Server([lambda *_: (400, json.dumps({"ok": False, "description": "Bad Request: group chat was upgraded to a supergroup chat"}))],
                                                            usual='{"ok":true}'), Server([with_path])
    telegram = '    - {{name: {name}, kind: telegram, token: "1:secret", chat_id: -100, api_url: "{url}"}}\n'
    world.configure("  group_wait: 1s\n  receivers:\n" + telegram.format(name="echo", url=echo.url) + telegram.format(name="moved", url=moved.url) +
                    RECEIVER.format(name="spring", url=spring.url + "/services/SECRETXYZ"))
    world.publish(*[alert(manager=f"Константинопольский Александр {number}") for number in range(30)])
    daemon = world.start()
    for server in (moved, spring):
        wait_until(server.taken, 30, f"a message after {server.seen()}")
    wait_until(echo.taken, 20, "the long message")
    world.stop(daemon)
    texts = [text_of(body) for body in echo.taken()]
    expect(max(len(as_telegram("", body)[1]) for body in echo.taken()) > 16384, f"answers of {[len(as_telegram('', body)[1]) for body in echo.taken()]} bytes")
    expect(len(set(texts)) == len(texts), f"{len(texts)} messages, {len(set(texts))} different ones")
    said = (world.directory / "said").read_bytes().decode()  # characters are whole
    expect("answered 503" in said and "SECRETXYZ" not in said, said)
    for server in (echo, moved, spring):
        server.close()


def tls(world):
    """A certificate that nobody vouches for is not talked to; one that ca_file vouches for is."""
    key, certificate = world.directory / "key.pem", world.directory / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=receiver",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    trusted, stranger = Server(certificate=(certificate, key)), Server(certificate=(certificate, key))
    world.configure("  group_wait: 200ms\n  receivers:\n"
                    f'    - {{name: trusted, kind: slack, url: "{trusted.url}", ca_file: "{certificate}"}}\n'
                    f'    - {{name: stranger, kind: slack, url: "{stranger.url}"}}\n')
    world.publish(alert())
    daemon = world.start()
    wait_until(trusted.taken, 20, "a message over TLS")
    wait_until(lambda: "SSL peer certificate or SSH remote key was not OK" in world.said(), 20, "a word about the certificate")
    world.stop(daemon)
    expect(not stranger.seen(), "something was sent to a server that nobody vouches for")
