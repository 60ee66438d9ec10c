/* letters.h -- puts dead letters back: each onto the topic that it came from, key, value, time and headers as they came. How far the letters were read is
 * committed under the group <application>-dead-letters in the same transactions as the records put back, so each letter goes back once however often this
 * is called and wherever it is interrupted. Letters that come while it runs are for the next time. Two at once: the later shuts the earlier out.
 * Threads: one. Source: KIP-98. */
#ifndef FUNNELD_LOG_LETTERS_H
#define FUNNELD_LOG_LETTERS_H

#include "../settings/settings.h"
#include "log.h"

struct letters_options {
    int topic;  /* an index into settings->topics: where letters go whose own topic is none of them; -1: they are an error */
    void (*each)(void *context, struct text word); /* a letter was put into a transaction; its funneld.error */
    void (*progress)(void *context, int64_t position, int64_t size);
    void *context;
};

/* False: `error` says why; what was committed until then stays. */
bool letters_put_back(const struct settings *settings, const struct letters_options *options, char *error, size_t error_size);

#endif
