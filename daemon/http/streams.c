#include "streams.h"

#include <pthread.h>

#include "../host/clock.h"
#include "../metrics/metrics.h"
#include "../wire/json_write.h"
#include "../wire/snapshot_key.h"

enum {
    BLOCK_BYTES = 16384,   /* handed to a client at once */
    SILENCE_MS = 1000,     /* a client that was just told something is not kept alive as well */
};

struct told { /* one place in the ring */
    enum stream_event event;
    struct record *record;
};

struct stream {
    struct streams *streams;
    struct stream *previous, *next;
    struct MHD_Connection *connection;
    char *filter_bytes; /* what the filter's texts lie in */
    struct stream_filter filter;
    uint64_t at;        /* the number of the next event to look at */
    bool suspended;     /* waits for news; only then may it be resumed */
    int64_t heard_ms;   /* when something was last sent */
    struct buffer out;  /* being sent, from `sent` on */
    size_t sent;
};

struct streams {
    pthread_mutex_t mutex;
    struct told ring[STREAMS_RING];
    uint64_t oldest, told; /* numbers of events: of the oldest one that is there, and behind the last one */
    size_t bytes;          /* of the records that are there */
    struct stream *first;
    bool closing;
};

struct streams *streams_new(void)
{
    struct streams *streams = memory_new(sizeof *streams);
    pthread_mutex_init(&streams->mutex, NULL);
    return streams;
}

void streams_free(struct streams *streams)
{
    if (streams == NULL)
        return;
    for (int i = 0; i < STREAMS_RING; i++)
        record_drop(streams->ring[i].record);
    pthread_mutex_destroy(&streams->mutex);
    free(streams);
}

/* ---- who is told what ---- */

static bool passes(struct text wanted, struct text part)
{
    return wanted.data == NULL || text_equal(wanted, part);
}

static bool concerns(const struct stream *stream, const struct told *told)
{
    struct snapshot_key_parts key;
    if (told->event != STREAM_SNAPSHOT)
        return true;
    return snapshot_key_split(told->record->key, &key) && passes(stream->filter.funnel, key.funnel) && passes(stream->filter.window, key.window) &&
           passes(stream->filter.group, key.group);
}

/* Records hold no line breaks, so each is one line of data. */
static void write_event(struct stream *stream, enum stream_event event, struct text data)
{
    static const char *const names[] = {[STREAM_SNAPSHOT] = "snapshot", [STREAM_ALERT] = "alert", [STREAM_STATUS] = "status"};
    buffer_format(&stream->out, "event: %s\ndata: ", names[event]);
    buffer_text(&stream->out, data);
    buffer_text(&stream->out, TEXT("\n\n"));
}

/* What was sent makes room: a reader that just keeps up with the ring's end may never have sent all of `out`. */
static void drop_sent(struct stream *stream)
{
    struct buffer *out = &stream->out;
    if (stream->sent == 0)
        return;
    out->length -= stream->sent;
    memmove(out->data, out->data + stream->sent, out->length);
    stream->sent = 0;
}

/* Put what concerns it before event `end` into `out`, as far as a block is not full. Under the lock. */
static void gather(struct stream *stream, uint64_t end)
{
    drop_sent(stream);
    while (stream->at < end && stream->out.length < BLOCK_BYTES) {
        const struct told *told = &stream->streams->ring[stream->at++ % STREAMS_RING];
        if (concerns(stream, told))
            write_event(stream, told->event, told->record->value);
    }
}

/* Its callback runs again. Under the lock. */
static void wake(struct stream *stream)
{
    if (!stream->suspended)
        return;
    stream->suspended = false;
    MHD_resume_connection(stream->connection);
}

/* Room for one more. Those who stand at what goes take it along first, so that one with little to hear is not cut off because much was told to others
 * before its turn to read. */
static void let_oldest_go(struct streams *streams, size_t bytes)
{
    while (streams->told - streams->oldest == STREAMS_RING || (streams->oldest < streams->told && streams->bytes + bytes > STREAMS_RING_BYTES)) {
        for (struct stream *stream = streams->first; stream != NULL; stream = stream->next)
            if (stream->at == streams->oldest)
                gather(stream, streams->oldest + 1);
        struct told *oldest = &streams->ring[streams->oldest++ % STREAMS_RING];
        streams->bytes -= record_memory(oldest->record);
        record_drop(oldest->record);
        oldest->record = NULL;
    }
}

void streams_tell(struct streams *streams, enum stream_event event, struct record *record)
{
    pthread_mutex_lock(&streams->mutex);
    let_oldest_go(streams, record_memory(record));
    struct told *told = &streams->ring[streams->told++ % STREAMS_RING];
    streams->bytes += record_memory(record);
    *told = (struct told){event, record};
    for (struct stream *stream = streams->first; stream != NULL; stream = stream->next)
        if (concerns(stream, told))
            wake(stream);
        else if (stream->at == streams->told - 1) /* nothing for it to look at */
            stream->at = streams->told;
    pthread_mutex_unlock(&streams->mutex);
}

void streams_tick(struct streams *streams, int64_t now_ms)
{
    pthread_mutex_lock(&streams->mutex);
    for (struct stream *stream = streams->first; stream != NULL; stream = stream->next)
        if (now_ms - stream->heard_ms >= STREAMS_KEEP_ALIVE_MS)
            wake(stream);
    pthread_mutex_unlock(&streams->mutex);
}

void streams_close(struct streams *streams)
{
    pthread_mutex_lock(&streams->mutex);
    streams->closing = true;
    for (struct stream *stream = streams->first; stream != NULL; stream = stream->next)
        wake(stream);
    pthread_mutex_unlock(&streams->mutex);
}

/* ---- one client ---- */

/* What to send now that all of `out` was sent; possibly nothing. Under the lock. */
static void next_block(struct stream *stream)
{
    gather(stream, stream->streams->told);
    if (stream->out.length == 0 && clock_steady_ms() - stream->heard_ms >= STREAMS_KEEP_ALIVE_MS - SILENCE_MS)
        buffer_text(&stream->out, TEXT(": keep-alive\n\n"));
}

/* microhttpd asks for more; with nothing to say the connection waits until it is woken. */
static ssize_t read_stream(void *context, uint64_t position, char *bytes, size_t most)
{
    (void)position;
    struct stream *stream = context;
    struct streams *streams = stream->streams;
    ssize_t given = 0;
    pthread_mutex_lock(&streams->mutex);
    if (streams->closing) {
        given = MHD_CONTENT_READER_END_OF_STREAM;
    } else if (stream->at < streams->oldest) {
        metrics_add(METRIC_HTTP_STREAMS_CUT, NULL, NULL, 1);
        given = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        if (stream->sent == stream->out.length)
            next_block(stream);
        size_t rest = stream->out.length - stream->sent;
        if (rest > 0) {
            given = (ssize_t)(rest < most ? rest : most);
            memcpy(bytes, stream->out.data + stream->sent, (size_t)given);
            stream->sent += (size_t)given;
            stream->heard_ms = clock_steady_ms();
        } else {
            stream->suspended = true;
            MHD_suspend_connection(stream->connection);
        }
    }
    pthread_mutex_unlock(&streams->mutex);
    return given;
}

static void end_stream(void *context)
{
    struct stream *stream = context;
    struct streams *streams = stream->streams;
    pthread_mutex_lock(&streams->mutex);
    if (stream->next != NULL)
        stream->next->previous = stream->previous;
    if (stream->previous != NULL)
        stream->previous->next = stream->next;
    else
        streams->first = stream->next;
    pthread_mutex_unlock(&streams->mutex);
    metrics_add(METRIC_HTTP_STREAMS, NULL, NULL, -1);
    free(stream->filter_bytes);
    free(stream->out.data);
    free(stream);
}

static void keep_filter(struct stream *stream, const struct stream_filter *filter)
{
    const struct text *from[] = {&filter->funnel, &filter->window, &filter->group};
    struct text *to[] = {&stream->filter.funnel, &stream->filter.window, &stream->filter.group};
    size_t length = 0;
    for (int i = 0; i < 3; i++)
        length += from[i]->data != NULL ? from[i]->length : 0;
    char *at = stream->filter_bytes = memory_new(length + 1);
    for (int i = 0; i < 3; i++) {
        if (from[i]->data == NULL)
            continue;
        memcpy(at, from[i]->data, from[i]->length);
        *to[i] = (struct text){at, from[i]->length};
        at += from[i]->length;
    }
}

struct MHD_Response *streams_open(struct streams *streams, struct MHD_Connection *connection, const struct stream_filter *filter, struct record *first)
{
    struct stream *stream = memory_new(sizeof *stream);
    stream->streams = streams;
    stream->connection = connection;
    keep_filter(stream, filter);
    stream->heard_ms = clock_steady_ms();
    buffer_text(&stream->out, TEXT("retry: 2000\n\n"));
    if (first != NULL)
        write_event(stream, STREAM_STATUS, first->value);
    record_drop(first);
    metrics_add(METRIC_HTTP_STREAMS, NULL, NULL, 1);
    pthread_mutex_lock(&streams->mutex);
    stream->at = streams->told;
    stream->next = streams->first;
    if (stream->next != NULL)
        stream->next->previous = stream;
    streams->first = stream;
    pthread_mutex_unlock(&streams->mutex);
    struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, stream, end_stream);
    if (response == NULL)
        end_stream(stream);
    return response;
}
