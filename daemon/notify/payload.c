#include "payload.h"

#include <stdlib.h>

/* ---- pieces ---- */

static void write_texts(struct buffer *buffer, const cJSON *object)
{
    const cJSON *item;
    buffer_char(buffer, '{');
    cJSON_ArrayForEach(item, object)
    {
        if (item != object->child)
            buffer_char(buffer, ',');
        json_string(buffer, text_of(item->string));
        buffer_char(buffer, ':');
        json_string(buffer, text_of(item->valuestring));
    }
    buffer_char(buffer, '}');
}

static void name_text(struct buffer *buffer, const char *name, const char *text)
{
    json_name(buffer, name);
    json_string(buffer, text_of(text));
}

static void write_identity(struct buffer *buffer, const struct settings *settings, const struct notice *notice)
{
    json_name(buffer, "labels");
    write_texts(buffer, notice->labels);
    json_name(buffer, "annotations");
    write_texts(buffer, notice->annotations);
    json_name(buffer, "startsAt");
    json_moment(buffer, &settings->zone, notice->starts_at);
}

/* ---- for programs ---- */

void payload_alertmanager(struct buffer *buffer, const struct settings *settings, const struct notice *const *notices, int count, int64_t valid_until)
{
    buffer_char(buffer, '[');
    for (int i = 0; i < count; i++) {
        buffer_text(buffer, i > 0 ? TEXT(",{") : TEXT("{"));
        write_identity(buffer, settings, notices[i]);
        json_name(buffer, "endsAt");
        json_moment(buffer, &settings->zone, notices[i]->status == NOTICE_FIRING ? valid_until : notices[i]->ends_at);
        if (notices[i]->generator_url != NULL)
            name_text(buffer, "generatorURL", notices[i]->generator_url);
        buffer_char(buffer, '}');
    }
    buffer_char(buffer, ']');
}

static void write_common(struct buffer *buffer, const struct notice *const *notices, int count, bool labels)
{
    const cJSON *item, *first = labels ? notices[0]->labels : notices[0]->annotations;
    bool any = false;
    buffer_char(buffer, '{');
    cJSON_ArrayForEach(item, first)
    {
        bool common = true;
        for (int i = 1; i < count && common; i++) {
            const char *other = labels ? notice_label(notices[i], item->string) : notice_annotation(notices[i], item->string);
            common = other != NULL && strcmp(other, item->valuestring) == 0;
        }
        if (!common)
            continue;
        if (any)
            buffer_char(buffer, ',');
        any = true;
        json_string(buffer, text_of(item->string));
        buffer_char(buffer, ':');
        json_string(buffer, text_of(item->valuestring));
    }
    buffer_char(buffer, '}');
}

static const char *status_of(const struct notice *const *notices, int count)
{
    for (int i = 0; i < count; i++)
        if (notices[i]->status == NOTICE_FIRING)
            return "firing";
    return "resolved";
}

void payload_webhook(struct buffer *buffer, const struct settings *settings, const char *receiver, const struct notice *const *notices, int count)
{
    const char *funnel = notice_label(notices[0], "funnel");
    buffer_text(buffer, TEXT("{\"version\":\"4\",\"groupKey\":\"{}:{"));
    if (funnel != NULL) { /* ids hold no quotes in practice; whatever they hold stays JSON */
        struct buffer key = {0}, quoted = {0};
        json_string(&key, text_of(funnel));
        json_string(&quoted, (struct text){key.data, key.length});
        buffer_text(buffer, TEXT("funnel="));
        buffer_text(buffer, (struct text){quoted.data + 1, quoted.length - 2});
        free(key.data);
        free(quoted.data);
    }
    buffer_text(buffer, TEXT("}\",\"truncatedAlerts\":0"));
    name_text(buffer, "status", status_of(notices, count));
    name_text(buffer, "receiver", receiver);
    json_name(buffer, "groupLabels");
    buffer_char(buffer, '{');
    if (funnel != NULL)
        name_text(buffer, "funnel", funnel);
    buffer_char(buffer, '}');
    json_name(buffer, "commonLabels");
    write_common(buffer, notices, count, true);
    json_name(buffer, "commonAnnotations");
    write_common(buffer, notices, count, false);
    name_text(buffer, "externalURL", settings->http.url != NULL ? settings->http.url : "");
    json_name(buffer, "alerts");
    buffer_char(buffer, '[');
    for (int i = 0; i < count; i++) {
        buffer_text(buffer, i > 0 ? TEXT(",{") : TEXT("{"));
        name_text(buffer, "status", notices[i]->status == NOTICE_FIRING ? "firing" : "resolved");
        write_identity(buffer, settings, notices[i]);
        json_name(buffer, "endsAt");
        if (notices[i]->status == NOTICE_RESOLVED)
            json_moment(buffer, &settings->zone, notices[i]->ends_at);
        else
            buffer_text(buffer, TEXT("\"0001-01-01T00:00:00Z\"")); /* Go's zero time, as Alertmanager has it */
        name_text(buffer, "generatorURL", notices[i]->generator_url != NULL ? notices[i]->generator_url : "");
        name_text(buffer, "fingerprint", notices[i]->fingerprint);
        buffer_char(buffer, '}');
    }
    buffer_text(buffer, TEXT("]}"));
}

/* ---- for people ---- */

static int write_message(struct buffer *buffer, const struct settings *settings, const struct receiver *receiver, const struct worth *worth, enum markup markup,
                         const struct notice *const *notices, int count)
{
    struct message_style style = {settings, receiver->language, markup, PAYLOAD_CHAT_MOST, worth};
    struct buffer message = {0};
    int told = message_write(&message, &style, notices, count);
    json_name(buffer, "text");
    json_string(buffer, (struct text){message.data, message.length});
    free(message.data);
    return told;
}

int payload_slack(struct buffer *buffer, const struct settings *settings, const struct receiver *receiver, const struct worth *worth,
                  const struct notice *const *notices, int count)
{
    buffer_char(buffer, '{');
    int told = write_message(buffer, settings, receiver, worth, MARKUP_SLACK, notices, count);
    buffer_char(buffer, '}');
    return told;
}

int payload_telegram(struct buffer *buffer, const struct settings *settings, const struct receiver *receiver, const struct worth *worth,
                  const struct notice *const *notices, int count)
{
    buffer_char(buffer, '{');
    name_text(buffer, "chat_id", receiver->chat_id);
    int told = write_message(buffer, settings, receiver, worth, MARKUP_TELEGRAM, notices, count);
    name_text(buffer, "parse_mode", "HTML");
    buffer_text(buffer, TEXT(",\"disable_web_page_preview\":true"));
    if (strcmp(status_of(notices, told), "resolved") == 0)
        buffer_text(buffer, TEXT(",\"disable_notification\":true")); /* good news needs no sound */
    buffer_char(buffer, '}');
    return told;
}
