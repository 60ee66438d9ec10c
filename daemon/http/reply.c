#include "reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>
#include <zlib.h>

#include "../core/memory.h"
#include "../metrics/metrics.h"
#include "../wire/utf8.h"

enum {
    WORTH_COMPRESSING = 1024, /* bytes */
    GZIP_LEVEL = 4,           /* JSON of this kind to a tenth; higher levels cost more than they save */
    GZIP_WINDOW = 15 + 16,    /* zlib's word for the gzip format */
};

void reply_json(struct reply *reply)
{
    *reply = (struct reply){.status = MHD_HTTP_OK, .type = "application/json"};
}

/* A detail repeats what was asked for, which may be any bytes, and may be cut: what is no UTF-8 becomes question marks. */
static void make_valid(char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0, size; i < length; i += size) {
        size = utf8_sequence(text + i, length - i);
        if (size == 0) {
            text[i] = '?';
            size = 1;
        }
    }
}

void reply_problem(struct reply *reply, unsigned status, const char *format, ...)
{
    char detail[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    make_valid(detail);
    free(reply->body.data);
    *reply = (struct reply){.status = status, .type = "application/problem+json"};
    buffer_format(&reply->body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%u,\"detail\":", MHD_get_reason_phrase_for(status), status);
    json_string(&reply->body, text_of(detail));
    buffer_char(&reply->body, '}');
}

/* Whether a list such as `gzip, deflate;q=0.5` names gzip and does not refuse it. */
bool reply_takes_gzip(struct MHD_Connection *connection)
{
    const char *at = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    for (; at != NULL && *at != '\0'; at += strcspn(at, ","), at += *at == ',') {
        at += strspn(at, " \t");
        if (strncasecmp(at, "gzip", 4) != 0 || strcspn(at, " \t;,") != 4)
            continue;
        const char *quality = at + 4 + strspn(at + 4, " \t;");
        return strncasecmp(quality, "q=0", 3) != 0 || (quality[3] == '.' && strspn(quality + 4, "0") != strcspn(quality + 4, " \t,"));
    }
    return false;
}

/* The body compressed, in its place. False: it stays as it is. */
static bool compress_body(struct buffer *body)
{
    z_stream stream = {.next_in = (Bytef *)body->data, .avail_in = (uInt)body->length};
    if (body->length > UINT32_MAX / 2 || deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    size_t most = deflateBound(&stream, (uLong)body->length);
    char *bytes = memory_resize(NULL, most);
    stream.next_out = (Bytef *)bytes;
    stream.avail_out = (uInt)most;
    bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    size_t length = most - stream.avail_out;
    deflateEnd(&stream);
    if (!done) {
        free(bytes);
        return false;
    }
    free(body->data);
    *body = (struct buffer){bytes, length, most};
    return true;
}

/* Does If-None-Match hold this tag (or any)? Compared weakly, as RFC 9110 says. */
static bool is_known(struct MHD_Connection *connection, const char *etag)
{
    const char *at = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (at == NULL)
        return false;
    if (strcmp(at, "*") == 0)
        return true;
    size_t length = strlen(etag);
    for (const char *found = at; (found = strstr(found, etag)) != NULL; found += length)
        if (found[length] == '\0' || found[length] == ',' || found[length] == ' ')
            return true;
    return false;
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    MHD_add_response_header(response, name, value);
}

/* The page runs its own scripts and nothing else, wherever text from events may land. */
static void add_security(struct MHD_Response *response)
{
    add(response, "Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                                             "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    add(response, "X-Content-Type-Options", "nosniff");
    add(response, "Referrer-Policy", "no-referrer");
    add(response, "Cross-Origin-Opener-Policy", "same-origin");
    add(response, "Cross-Origin-Resource-Policy", "same-origin");
}

static enum MHD_Result queue(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
    char code[8];
    snprintf(code, sizeof code, "%u", status);
    metrics_add(METRIC_HTTP_REQUESTS, code, NULL, 1);
    add_security(response);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_stream(struct reply *reply, struct MHD_Connection *connection)
{
    add(reply->stream, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
    add(reply->stream, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    add(reply->stream, "X-Accel-Buffering", "no"); /* proxies that would wait for more */
    return queue(connection, MHD_HTTP_OK, reply->stream);
}

enum MHD_Result reply_send(struct reply *reply, struct MHD_Connection *connection)
{
    if (reply->stream != NULL)
        return send_stream(reply, connection);
    bool fixed = reply->fixed.data != NULL, gzipped = reply->gzipped, made = reply->etag == NULL && reply->status == MHD_HTTP_OK;
    char tag[24] = "";
    if (made)
        snprintf(tag, sizeof tag, "\"%016llx", (unsigned long long)XXH3_64bits(reply->body.data, reply->body.length));
    if (!fixed && reply->body.length >= WORTH_COMPRESSING && reply_takes_gzip(connection))
        gzipped = compress_body(&reply->body);
    if (made)
        snprintf(tag + strlen(tag), sizeof tag - strlen(tag), "%s\"", gzipped ? "-gz" : "");
    const char *etag = made ? tag : reply->etag;
    unsigned status = reply->status;
    struct text bytes = fixed ? reply->fixed : (struct text){reply->body.data, reply->body.length};
    if (status == MHD_HTTP_OK && is_known(connection, etag)) {
        status = MHD_HTTP_NOT_MODIFIED;
        bytes.length = 0;
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(bytes.length, (void *)(uintptr_t)bytes.data, fixed ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(reply->body.data);
        return MHD_NO;
    }
    add(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
    add(response, MHD_HTTP_HEADER_VARY, "Accept-Encoding, Authorization");
    add(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache"); /* kept, but asked for anew: the entity tag answers */
    if (etag != NULL && *etag != '\0')
        add(response, MHD_HTTP_HEADER_ETAG, etag);
    if (gzipped && status != MHD_HTTP_NOT_MODIFIED)
        add(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    if (reply->allow != NULL)
        add(response, MHD_HTTP_HEADER_ALLOW, reply->allow);
    if (status == MHD_HTTP_UNAUTHORIZED)
        add(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"funneld\"");
    return queue(connection, status, response);
}
