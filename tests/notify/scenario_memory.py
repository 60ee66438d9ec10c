"""What has been told is remembered: over restarts, kills and takeovers."""

import time

from alerts import again, alert, resolved
from servers import Server
from suite import expect, text_of, wait_until

RECEIVERS = '  group_wait: 200ms\n  receivers:\n    - {{name: chat, kind: slack, url: "{url}", timeout: 3s}}\n'


def heads(server):
    return [text_of(body).split("\n")[0] for body in server.taken()]


FIRES, ENDED = "🟠 *Допуск СРО*: конверсия упала", "✅ *Допуск СРО*: конверсия больше не снижена"
ISO_FIRES = "🔴 *Сертификаты ISO*: конверсия упала"


def restart(world):
    """A restart repeats nothing; what happened in between is told; figures that change are no news."""
    server = Server()
    world.configure(RECEIVERS.format(url=server.url))
    drop = alert(ago=3000)
    world.publish(alert("resolved", ago=9000, ended_ago=5000, manager="3"), drop)
    daemon = world.start()
    wait_until(server.taken, 20, "the first message")
    world.publish(again(drop, value=0.2))
    time.sleep(1)
    world.stop(daemon)
    expect(heads(server) == [FIRES], f"before the restart: {heads(server)}")  # what was resolved before anybody listened is no news
    world.publish(again(drop, value=0.21), resolved(drop), alert(funnel="iso"), alert("resolved", ago=400, ended_ago=10, funnel="iso", manager="4"))
    daemon = world.start()
    wait_until(lambda: len(server.taken()) >= 3, 20, "what happened in between")
    time.sleep(1)
    world.stop(daemon)
    expect(sorted(heads(server)[1:]) == sorted([ENDED, ISO_FIRES]), f"after the restart: {heads(server)[1:]}")
    expect(text_of(server.taken()[-1]).count("ISO") + text_of(server.taken()[-2]).count("ISO") == 2, "the episode that came and went in between is missing")


def killed(world):
    """kill -9 while one message cannot be delivered: that one comes, the other one does not come again."""
    server = Server(["ok"] + [500] * 3)
    world.configure(RECEIVERS.format(url=server.url))
    world.publish(alert(ago=3000))
    daemon = world.start()
    wait_until(server.taken, 20, "the first message")
    world.publish(alert(funnel="iso"))
    wait_until(lambda: len(server.seen()) >= 2, 20, "a try that fails")
    time.sleep(1)
    world.kill(daemon)
    time.sleep(7)  # the group believes in its dead member so long
    daemon = world.start()
    wait_until(lambda: len(server.taken()) >= 2, 40, "the message that could not be delivered")
    world.stop(daemon)
    expect(heads(server) == [FIRES, ISO_FIRES], f"{heads(server)}")


def takeover(world):
    """Of two processes one delivers; the other goes on where it left."""
    server = Server()
    world.configure(RECEIVERS.format(url=server.url))
    world.publish(alert(ago=3000))
    first = world.start("first")
    wait_until(server.taken, 20, "the first message")
    second = world.start("second")
    wait_until(lambda: "stands by" in world.said("second") or "stands by" in world.said("first"), 30, "one that stands by")
    world.stop(first)
    world.publish(alert(funnel="iso"))
    wait_until(lambda: len(server.taken()) >= 2, 30, "a message from the second process")
    time.sleep(1)
    world.stop(second)
    expect(heads(server) == [FIRES, ISO_FIRES], f"{heads(server)}")


def too_old(world):
    """What is older than max_age is left out, and so is its end."""
    server = Server()
    world.configure("  max_age: 1h\n" + RECEIVERS.format(url=server.url))
    drop = alert(ago=7200)
    world.publish(drop, alert(funnel="iso", ago=60))
    daemon = world.start()
    wait_until(server.taken, 20, "the message that is not too old")
    wait_until(lambda: "older than max_age" in world.said(), 10, "a word about the other one")
    world.publish(resolved(drop))
    time.sleep(1.5)
    world.stop(daemon)
    expect(heads(server) == [ISO_FIRES], f"{heads(server)}")
