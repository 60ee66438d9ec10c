/* reply.h -- what a request is answered with: a body and what is said about it. Errors are problem details (RFC 9457). */
#ifndef FUNNELD_HTTP_REPLY_H
#define FUNNELD_HTTP_REPLY_H

#include <microhttpd.h>

#include "../wire/json_write.h"

struct reply { /* zeroed and then one of the functions below; the body is the reply's */
    unsigned status;
    const char *type;              /* of the content */
    struct buffer body;
    struct text fixed;             /* in the place of a body: bytes that live as long as the program ... */
    const char *etag;              /* ... and their entity tag, or NULL: one is made of the body */
    bool gzipped;                  /* the fixed bytes are */
    const char *allow;             /* 405: the methods there are */
    struct MHD_Response *stream;   /* in the place of all: a response that goes on */
};

void reply_json(struct reply *reply);     /* 200, the body is to be written by the caller */
void reply_problem(struct reply *reply, unsigned status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Queue it. Compresses what is worth it where the client can read it, answers If-None-Match, adds the headers that every answer bears. Frees the body.
 * Where the reply has none, the connection is closed (MHD_NO). */
enum MHD_Result reply_send(struct reply *reply, struct MHD_Connection *connection);

/* Does the client take gzip? */
bool reply_takes_gzip(struct MHD_Connection *connection);

#endif
