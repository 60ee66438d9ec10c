"""What receivers of each kind are sent, and who hears of what."""

import json

from alerts import alert, resolved
from servers import Server
from suite import expect, text_of, wait_until

TELEGRAM_OK = '{"ok":true,"result":{}}'


def messages(world):
    """Each kind hears of two alerts of one funnel in one message, and of their end."""
    slack, telegram, hook = Server(), Server(usual=TELEGRAM_OK), Server()
    world.configure(f"""
  group_wait: 500ms
  receivers:
    - {{name: slack, kind: slack, url: "{slack.url}/services/x"}}
    - {{name: telegram, kind: telegram, token: "1:secret", chat_id: -100, api_url: "{telegram.url}", language: en}}
    - {{name: hook, kind: webhook, url: "{hook.url}/hook?x=1", bearer_token: "t0k"}}
""")
    fires = [alert(ago=3600), alert(manager="12", figures={"burst": 0.8})]
    world.publish(alert("pending", name="NoEvents", step=None), *fires)
    daemon = world.start()
    for server in (slack, telegram, hook):
        wait_until(server.taken, 20, f"{server.url}: a message")
    world.publish(*map(resolved, fires))
    for server in (slack, telegram, hook):
        wait_until(lambda server=server: len(server.taken()) >= 2, 20, f"{server.url}: the resolution")
    world.stop(daemon)
    for server in (slack, telegram, hook):
        expect(len(server.seen()) == 2, f"{server.url}: {len(server.seen())} requests instead of 2")

    first = text_of(slack.taken()[0])
    for piece in ("🟠 *Допуск СРО*: конверсия упала", "Перезвонили по КП → Договор отправлен · Иванов", "50\u00a0% → 25\u00a0%: прошли 12 из 48\u00a0лидов за 7\u00a0дней",
                  "с поправкой на случай от 15\u00a0% до 39\u00a0%; риск ложной тревоги 0,3\u00a0%", "недосчитались около 12\u00a0лидов", "⚠️ 80\u00a0% этого пришло разом",
                  "<https://wiki.example/drop|runbook_url>", "<https://funnel.example/?funnel=sro&amp;step=contract|Открыть воронку>"):
        expect(piece in first, f"slack: no `{piece}` in\n{first}")
    expect(first.count("конверсия упала") == 2, f"slack: not both alerts in\n{first}")
    expect("✅ *Допуск СРО*: конверсия больше не снижена" in text_of(slack.taken()[1]), f"slack: {slack.taken()[1]}")

    body = json.loads(telegram.taken()[0])
    expect(telegram.seen()[0][1] == "/bot1:secret/sendMessage" and body["chat_id"] == "-100" and body["parse_mode"] == "HTML", f"telegram: {telegram.seen()[0]}")
    expect("🟠 <b>Допуск СРО</b>: conversion dropped" in body["text"] and '<a href="https://funnel.example/?funnel=sro&amp;step=contract">Open the funnel</a>' in body["text"],
           f"telegram: {body['text']}")
    expect("1:secret" not in world.said(), "the token is in the log")

    envelope = json.loads(hook.taken()[0])
    expect(hook.seen()[0][1] == "/hook?x=1" and hook.seen()[0][2]["Authorization"] == "Bearer t0k", f"webhook: {hook.seen()[0]}")
    expect(envelope["version"] == "4" and envelope["status"] == "firing" and envelope["groupKey"] == '{}:{funnel="sro"}' and
           {one["fingerprint"] for one in envelope["alerts"]} == {one["fingerprint"] for one in fires} and
           envelope["commonLabels"] == {"alertname": "ConversionDropped", "funnel": "sro", "step": "contract", "severity": "warning"}, f"webhook: {envelope}")
    end = json.loads(hook.taken()[1])
    expect(end["status"] == "resolved" and all(one["endsAt"] > one["startsAt"] for one in end["alerts"]), f"webhook: {end}")
    return "3 kinds, firing and resolved, one message each"


def routes(world):
    """The first route that fits says who hears; `continue` goes on."""
    chat, head, rest = Server(), Server(), Server()
    world.configure(f"""
  group_wait: 200ms
  receivers:
    - {{name: chat, kind: slack, url: "{chat.url}"}}
    - {{name: head, kind: slack, url: "{head.url}"}}
    - {{name: rest, kind: slack, url: "{rest.url}"}}
  routes:
    - {{match: {{severity: critical}}, receivers: head, continue: true}}
    - {{match: {{funnel: [iso, sro], team: sales}}, receivers: [chat]}}
    - {{receivers: [rest]}}
""")
    world.publish(alert(), alert(funnel="iso", severity="critical", team="sales"), alert(name="EventsRejected", funnel=None, step=None, error="unknown_stage",
                                                                                        figures={"value": 214, "threshold": 10}))
    daemon = world.start()
    wait_until(lambda: len(rest.taken()) >= 2 and chat.taken() and head.taken(), 20, "messages on all routes")
    world.stop(daemon)
    titles = [[text_of(body).split("*")[1] for body in server.taken()] for server in (chat, head, rest)]
    expect([titles[0], titles[1], sorted(titles[2])] == [["Сертификаты ISO"], ["Сертификаты ISO"], ["routes", "Допуск СРО"]], f"routes: {titles}")
    rejected = next(text_of(body) for body in rest.taken() if "*routes*" in text_of(body))
    expect("unknown_stage" in rejected and "214\u00a0событий за 1\u00a0час, лежат в funnel.dead-letters" in rejected, rejected)
