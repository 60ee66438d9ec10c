/* Goal: a message says, readably, what the alert says; nothing from an event is obeyed; nothing is longer than the chat takes.
 * Method: each kind of alert in both languages beside its whole text; hostile names; many alerts. */
#include "notice_support.h"

#include <math.h>

#include "../../daemon/notify/payload.h"
#include "../../daemon/notify/route.h"

#define NB "\u00a0"

static struct settings *settings;

static const char yaml[] =
    "timezone: Europe/Moscow\n"
    "dimensions: {manager: {titles: {'12': Иванов}}}\n"
    "output: {lead_url: 'https://crm.example/deal/{lead_id}?a=1&b=2'}\n"
    "http: {listen: '127.0.0.1:1', lead: request, url: 'https://funnel.example'}\n"
    "funnels:\n"
    "  - id: sro\n"
    "    title: Допуск <СРО>\n"
    "    currency: RUB\n"
    "    horizon: 10d\n"
    "    stages: [{id: a, title: Заявка}, {id: x, title: По желанию, optional: true}, {id: b, title: КП отправлено, target: 0.6}]\n"
    "    alerts:\n"
    "      - {alert: Dropped, kind: dropped, groups: [[], [manager]], window: rolling 7d, compare: previous 28d, drop: 20%, annotations: {runbook: 'https://w/?a&b', who: 'РОП, см. https://w/x?a&b'}}\n"
    "      - {alert: Below, kind: below_target, measure: matured, window: month, severity: critical}\n"
    "      - {alert: Drifts, kind: drift, drop: 40%, baseline: 90d, false_alarms: 2 per year}\n"
    "      - {alert: Stuck, kind: stuck, step: a, older_than: 5d, more_than: 10, severity: info}\n"
    "      - {alert: Silent, kind: silence, silent_for: 6h}\n"
    "alerts: [{alert: Rejected, kind: rejected, more_than: 10, within: 1h}]\n"
    "notify:\n"
    "  receivers:\n"
    "    - {name: a, kind: slack, url: 'https://h'}\n"
    "    - {name: b, kind: slack, url: 'https://h'}\n"
    "    - {name: c, kind: slack, url: 'https://h'}\n"
    "  routes:\n"
    "    - {match: {severity: [critical, page]}, receivers: a, continue: true}\n"
    "    - {match: {funnel: sro, manager: '12'}, receivers: [b]}\n"
    "    - {match: {funnel: sro}, receivers: [c]}\n";

static int load(void **state)
{
    (void)state;
    settings = settings_of(yaml);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    settings_free(settings);
    return 0;
}

static char *message_of(struct notice *notice, enum language language, enum markup markup)
{
    assert_non_null(notice);
    static const struct worth worth = {.deals = {0.05, 0, 0.25}, .amount = 150000};
    struct message_style style = {settings, language, markup, PAYLOAD_CHAT_MOST, &worth};
    struct buffer buffer = {0};
    const struct notice *notices[] = {notice};
    assert_int_equal(message_write(&buffer, &style, notices, 1), 1);
    buffer_char(&buffer, '\0');
    notice_free(notice);
    return buffer.data;
}

static void check(const char *status, const char *labels, const char *figures, enum language language, enum markup markup, const char *expected)
{
    char *found = message_of(notice_of("00000000000000aa", "00000000000000aa-1", status, labels, figures), language, markup);
    assert_string_equal(found, expected);
    free(found);
}

#define SRO(name, step, more) "\"alertname\":\"" name "\",\"funnel\":\"sro\"," step "\"severity\":\"warning\"" more
#define STEP(id) "\"step\":\"" id "\","

static void drop__of_one_manager(void **state)
{
    (void)state;
    check("firing", SRO("Dropped", STEP("b"), ",\"manager\":\"12\""), "\"burst\":0.8", LANGUAGE_RU, MARKUP_SLACK,
          "🟠 *Допуск &lt;СРО&gt;*: конверсия упала\n"
          "Заявка → КП отправлено · Иванов\n"
          "50" NB "% → 25" NB "%: прошли 12 из 48" NB "заявок за 7" NB "дней\n"
          "с поправкой на случай от 15" NB "% до 39" NB "%; риск ложной тревоги 0,3" NB "%\n"
          "недосчитались около 12" NB "заявок, это около 3" NB "сделок, 450" NB "тыс." NB "₽\n"
          "с 14" NB "марта, 12:00\n"
          "⚠️ 80" NB "% этого пришло разом: похоже на массовую правку в CRM\n"
          "<https://w/?a&amp;b|runbook>\n"
          "who: РОП, см. <https://w/x?a&amp;b|https://"
          "\u200bw/x?a&amp;b>\n"
          "<https://funnel.example/?a=1&amp;b=2|Открыть воронку>");
    check("resolved", SRO("Dropped", STEP("b"), ""), "", LANGUAGE_EN, MARKUP_TELEGRAM,
          "✅ <b>Допуск &lt;СРО&gt;</b>: conversion has recovered\n"
          "Заявка → КП отправлено\n"
          "50% → 25%: 12 of 48 requests went on over 7 days\n"
          "since 14 March, 12:00 until 15 March, 09:00\n"
          "<a href=\"https://w/?a&amp;b\">runbook</a>\n"
          "who: РОП, см. <a href=\"https://w/x?a&amp;b\">https://"
          "\u200bw/x?a&amp;b</a>\n"
          "<a href=\"https://funnel.example/?a=1&amp;b=2\">Open the funnel</a>");
}

static void conversion__below_target_and_drifting(void **state)
{
    (void)state;
    check("firing", "\"alertname\":\"Below\",\"funnel\":\"sro\",\"step\":\"b\",\"severity\":\"critical\"", "\"window\":\"month\",\"q_value\":null,\"p_value\":null", LANGUAGE_RU, MARKUP_TELEGRAM,
          "🔴 <b>Допуск &lt;СРО&gt;</b>: конверсия ниже цели\n"
          "Заявка → КП отправлено\n"
          "ожидаемая через 10" NB "дней конверсия 25" NB "% при цели 50" NB "%: прошли 12 из 48" NB "заявок за этот месяц\n"
          "с поправкой на случай от 15" NB "% до 39" NB "%\n"
          "недосчитались около 12" NB "заявок, это около 3" NB "сделок, 450" NB "тыс." NB "₽\n"
          "с 14" NB "марта, 12:00\n"
          "<a href=\"https://funnel.example/?a=1&amp;b=2\">Открыть воронку</a>");
    check("firing", SRO("Drifts", STEP("b"), ""), "\"window\":null,\"q_value\":null,\"p_value\":null,\"low\":null,\"high\":null", LANGUAGE_EN, MARKUP_SLACK,
          "🟠 *Допуск &lt;СРО&gt;*: conversion drifts down\n"
          "Заявка → КП отправлено\n"
          "50% → 25%: 12 of 48 requests went on\n"
          "false alarms to be expected of this rule: at most 2 a year\n"
          "missing here: about 12 requests, that is about 3 deals, ₽450k\n"
          "since 14 March, 12:00\n"
          "<https://funnel.example/?a=1&amp;b=2|Open the funnel>");
}

static void leads__that_are_stuck_are_linked(void **state)
{
    (void)state;
    check("firing", "\"alertname\":\"Stuck\",\"funnel\":\"sro\",\"step\":\"a\",\"severity\":\"info\"",
          "\"value\":14,\"threshold\":10,\"oldest\":[{\"lead\":\"L 1|>\",\"since\":\"2024-03-02T10:00:00+03:00\"},{\"lead\":\"L2\",\"since\":\"2023-12-31T23:00:00+03:00\"}]", LANGUAGE_RU, MARKUP_SLACK,
          "🔵 *Допуск &lt;СРО&gt;*: зависли на шаге\n"
          "Заявка\n"
          "14" NB "заявок дольше 5" NB "дней, порог 10\n"
          "с 14" NB "марта, 12:00\n"
          "• <https://crm.example/deal/L%201%7C%3E?a=1&amp;b=2|L 1|&gt;> с 2" NB "марта\n"
          "• <https://crm.example/deal/L2?a=1&amp;b=2|L2> с 31" NB "декабря 2023\n"
          "<https://funnel.example/?a=1&amp;b=2|Открыть воронку>");
}

static void silence__and_rejected_events(void **state)
{
    (void)state;
    check("firing", SRO("Silent", "", ""), "\"value\":25500,\"generatorURL\":null", LANGUAGE_RU, MARKUP_SLACK,
          "🟠 *Допуск &lt;СРО&gt;*: нет событий\nтишина уже 7" NB "часов, проверьте, шлёт ли CRM события\nс 14" NB "марта, 12:00");
    check("firing", "\"alertname\":\"Rejected\",\"error\":\"unknown_stage\",\"severity\":\"warning\"", "\"value\":214,\"generatorURL\":null", LANGUAGE_EN, MARKUP_SLACK,
          "🟠 *funneld*: events are rejected\nunknown_stage\n214 events within 1 hour, kept in funnel.dead-letters\nsince 14 March, 12:00");
}

static void rule__that_is_gone_is_told_in_the_words_of_the_record(void **state)
{
    (void)state;
    check("firing", "\"alertname\":\"Old @all\",\"funnel\":\"gone\",\"step\":\"b\",\"severity\":\"warning\"", "\"generatorURL\":null", LANGUAGE_RU, MARKUP_SLACK,
          "🟠 *gone*: Old @\u200ball\nsum &lt;1&gt;\nmore\nс 14" NB "марта, 12:00");
    check("firing", SRO("Dropped", STEP("removed"), ""), "\"generatorURL\":null", LANGUAGE_RU, MARKUP_SLACK,
          "🟠 *Допуск &lt;СРО&gt;*: Dropped\nsum &lt;1&gt;\nmore\nс 14" NB "марта, 12:00");
}

static void many_alerts__take_several_messages_of_what_a_chat_takes(void **state)
{
    (void)state;
    enum { COUNT = 40 };
    const struct notice *notices[COUNT];
    for (int i = 0; i < COUNT; i++)
        notices[i] = notice_of("00000000000000aa", "00000000000000aa-1", "firing", SRO("Dropped", STEP("b"), ""), "");
    struct message_style style = {settings, LANGUAGE_RU, MARKUP_TELEGRAM, PAYLOAD_CHAT_MOST, NULL};
    struct buffer buffer = {0};
    int told = message_write(&buffer, &style, notices, COUNT), again;
    assert_in_range(told, 2, COUNT - 1);
    int characters = 0;
    for (size_t i = 0; i < buffer.length; i++)
        characters += ((unsigned char)buffer.data[i] & 0xC0) != 0x80;
    assert_in_range(characters, PAYLOAD_CHAT_MOST / 2, PAYLOAD_CHAT_MOST);
    style.most = 120; /* not even one alert: its first lines */
    buffer.length = 0;
    again = message_write(&buffer, &style, notices, COUNT);
    assert_int_equal(again, 1);
    assert_in_range(buffer.length, 20, 240);
    free(buffer.data);
    for (int i = 0; i < COUNT; i++)
        notice_free((struct notice *)(uintptr_t)notices[i]);
}

static void routes__the_first_that_fits_and_on_where_it_says_so(void **state)
{
    (void)state;
    static const struct { const char *labels, *hear; } cases[] = {
        {SRO("X", "", ""), "c"},
        {SRO("X", "", ",\"manager\":\"12\""), "b"},
        {"\"alertname\":\"X\",\"funnel\":\"sro\",\"severity\":\"critical\"", "ac"},
        {"\"alertname\":\"X\",\"funnel\":\"sro\",\"severity\":\"page\",\"manager\":\"12\"", "ab"},
        {"\"alertname\":\"X\",\"severity\":\"warning\"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct notice *notice = notice_of("00000000000000aa", "00000000000000aa-1", "firing", cases[i].labels, "");
        char hear[4] = "";
        for (int r = 0; r < 3; r++)
            if (route_leads_to(&settings->notify, notice, r))
                strcat(hear, settings->notify.receivers[r].name);
        assert_string_equal(hear, cases[i].hear);
        notice_free(notice);
    }
}

static void worth__is_read_from_a_snapshot(void **state)
{
    (void)state;
    struct worth worth;
    static const char text[] = "{\"activity\":{\"won\":50,\"won_amount\":7500000.00,\"steps\":[{\"reached\":1000},{\"reached\":0},{\"reached\":40}]},\"cohort\":{\"won\":1}}";
    assert_true(worth_read(&settings->funnels[0], TEXT(text), &worth));
    assert_true(fabs(worth.deals[0] - 0.05) < 1e-12 && isnan(worth.deals[1]) && worth.deals[2] == 1.0 && worth.amount == 150000);
    assert_false(worth_read(&settings->funnels[0], TEXT("{\"activity\":{\"won\":0,\"steps\":[{\"reached\":1},{\"reached\":1},{\"reached\":1}]}}"), &worth));
    assert_false(worth_read(&settings->funnels[0], TEXT("{\"activity\":{\"won\":5,\"steps\":[{\"reached\":10}]}}"), &worth)); /* of another configuration */
    assert_false(worth_read(&settings->funnels[0], TEXT("nonsense"), &worth));
}

static void records__that_are_no_alerts_are_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "null", "[]", "{\"type\":\"snapshot\"}", "{\"type\":\"alert\"}", "{\"type\":\"alert\",",
        "{\"type\":\"alert\",\"id\":\"a\",\"fingerprint\":\"b\",\"status\":\"firing\",\"labels\":{},\"annotations\":{}}",                                            /* since when? */
        "{\"type\":\"alert\",\"id\":\"a\",\"fingerprint\":\"b\",\"status\":\"pending\",\"labels\":{\"a\":1},\"annotations\":{}}",                                    /* a label that is no text */
        "{\"type\":\"alert\",\"id\":\"a\",\"fingerprint\":\"b\",\"status\":\"resolved\",\"labels\":{},\"annotations\":{},\"startsAt\":\"2024-03-14T15:00:00+03:00\"}", /* until when? */
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_null(notice_read(text_of(texts[i])));
    assert_null(notice_read((struct text){NULL, 0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drop__of_one_manager),
        cmocka_unit_test(conversion__below_target_and_drifting),
        cmocka_unit_test(leads__that_are_stuck_are_linked),
        cmocka_unit_test(silence__and_rejected_events),
        cmocka_unit_test(rule__that_is_gone_is_told_in_the_words_of_the_record),
        cmocka_unit_test(many_alerts__take_several_messages_of_what_a_chat_takes),
        cmocka_unit_test(routes__the_first_that_fits_and_on_where_it_says_so),
        cmocka_unit_test(worth__is_read_from_a_snapshot),
        cmocka_unit_test(records__that_are_no_alerts_are_none),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
