/* post.h -- one HTTP POST of JSON to a receiver, and what its answer means for the message. Certificates are verified, redirections not followed.
 *
 *     2xx                                     POST_DONE
 *     429, 503 with Retry-After               POST_LATER, not before retry_after_s
 *     no answer, 408, 425, 5xx                POST_LATER
 *     401, 403, 404, 407, 410                 POST_LATER: the receiver is not what the configuration says, the message is well
 *     3xx, other 4xx                          POST_REFUSED: the message will never be taken
 *
 * Addresses and tokens are secrets: texts about errors hold neither. Threads: one thread uses a post; post_stop from any. */
#ifndef FUNNELD_NOTIFY_POST_H
#define FUNNELD_NOTIFY_POST_H

#include "../settings/settings.h"

enum post_outcome { POST_DONE, POST_LATER, POST_REFUSED };

enum { POST_BODY_MAX = 16384 /* bytes of an answer that are looked at; what is longer is cut there, and means what its status says */ };

struct post_answer {
    enum post_outcome outcome;
    int64_t retry_after_s;  /* 0: not said */
    long status;            /* 0: no answer */
    const char *body;       /* its beginning; borrowed until the next post_send */
    char text[256];         /* what was wrong, for people; "" */
};

struct post;

/* The receiver is borrowed. NULL: libcurl cannot be set up. */
struct post *post_new(const struct receiver *receiver);
void post_free(struct post *post);

void post_send(struct post *post, const char *url, struct text body, struct post_answer *answer);

/* A request under way is given STOP_MS more. */
void post_stop(struct post *post);

#endif
