/* payload.h -- what is posted to each kind of receiver. Pure; JSON is appended to a buffer.
 * Sources: Alertmanager's api/v2/openapi.yaml (postableAlerts); its webhook, version 4 (template.Data); Slack, "Sending messages using incoming webhooks";
 * Telegram Bot API, sendMessage. */
#ifndef FUNNELD_NOTIFY_PAYLOAD_H
#define FUNNELD_NOTIFY_PAYLOAD_H

#include "message.h"

enum {
    PAYLOAD_ALERTS_MAX = 64,   /* alerts in one request */
    PAYLOAD_CHAT_MOST = 4000,  /* characters of a message: Telegram takes 4096, Rocket.Chat 5000 */
};

/* POST /api/v2/alerts. Labels only make the identity, so the fingerprint is the same there. What fires is declared to end at `valid_until`, which is moved on
 * by sending it again; what is resolved has ended when it did. */
void payload_alertmanager(struct buffer *buffer, const struct settings *settings, const struct notice *const *notices, int count, int64_t valid_until);

/* The envelope that Alertmanager sends to webhooks; the alerts are of one funnel. */
void payload_webhook(struct buffer *buffer, const struct settings *settings, const char *receiver, const struct notice *const *notices, int count);

/* A message to people. `worth`: of the funnel, or NULL. Return how many of the notices it tells of. */
int payload_slack(struct buffer *buffer, const struct settings *settings, const struct receiver *receiver, const struct worth *worth,
                  const struct notice *const *notices, int count);
int payload_telegram(struct buffer *buffer, const struct settings *settings, const struct receiver *receiver, const struct worth *worth,
                  const struct notice *const *notices, int count);

#endif
