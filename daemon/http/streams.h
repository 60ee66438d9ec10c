/* streams.h -- server-sent events: clients that listen, and what is told to them.
 * What is told lies in one ring of STREAMS_RING events and STREAMS_RING_BYTES, whoever listens; a client is a place in it and sends what concerns it, and takes
 * along about a block of what the ring is about to forget. One that falls further behind is cut off and comes back for the present state: a slow reader holds
 * nothing up and costs no memory.
 * Threads: streams_tell, streams_tick and streams_close from any thread; the rest on the server's. A lock inside.
 * Source: WHATWG HTML, "Server-sent events". */
#ifndef FUNNELD_HTTP_STREAMS_H
#define FUNNELD_HTTP_STREAMS_H

#include <microhttpd.h>
#include <stdint.h>

#include "record.h"

enum { STREAMS_RING = 4096, STREAMS_RING_BYTES = 64 << 20, STREAMS_KEEP_ALIVE_MS = 15000 };

struct streams;

struct streams *streams_new(void);
void streams_free(struct streams *streams); /* all clients must be gone */

enum stream_event { STREAM_SNAPSHOT, STREAM_ALERT, STREAM_STATUS };

/* Tell all who listen. The record's value is the event's data; snapshots go to those whose filter lets their key pass. Taken. */
void streams_tell(struct streams *streams, enum stream_event event, struct record *record);

struct stream_filter { /* parts as in keys; data NULL: any */
    struct text funnel, window, group;
};

/* A response that listens, for this connection; `first` is told at once (taken; NULL: nothing). */
struct MHD_Response *streams_open(struct streams *streams, struct MHD_Connection *connection, const struct stream_filter *filter, struct record *first);

/* Wake those who have not heard anything for STREAMS_KEEP_ALIVE_MS. Called some times a second. */
void streams_tick(struct streams *streams, int64_t now_ms);

/* End all streams soon, and let none begin: the server can stop. */
void streams_close(struct streams *streams);

#endif
