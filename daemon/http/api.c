#include "api.h"

#include <stdio.h>
#include <stdlib.h>

#include "../host/clock.h"
#include "../wire/moment.h"
#include "funnels_json.h"
#include "page_files.h"
#include "scrape.h"

enum {
    HISTORY_USUAL = 24,
    HISTORY_MOST = 400,
    REQUEST_TEXT_MAX = 2048, /* bytes of one parameter */
};

void api_init(struct api *api, const struct settings *settings, struct store *store, struct streams *streams)
{
    *api = (struct api){.settings = settings, .store = store, .streams = streams};
    atomic_init(&api->ready, false);
    funnels_json_write(&api->funnels, settings);
}

void api_free(struct api *api)
{
    free(api->funnels.data);
}

/* ---- what was asked for ---- */

static struct text parameter(struct MHD_Connection *connection, const char *name)
{
    const char *value = NULL;
    size_t length = 0;
    if (MHD_lookup_connection_value_n(connection, MHD_GET_ARGUMENT_KIND, name, strlen(name), &value, &length) == MHD_NO || value == NULL)
        return (struct text){NULL, 0};
    return (struct text){value, length};
}

struct view { /* a request's funnel and window, known to the configuration, and its group and start; as keys write them */
    struct buffer bytes;
    struct text funnel, window, group, start;
};

static const struct funnel *find_funnel(const struct settings *settings, struct text id)
{
    for (int f = 0; f < settings->funnel_count; f++)
        if (text_equal(text_of(settings->funnels[f].id), id))
            return &settings->funnels[f];
    return NULL;
}

static bool has_window(const struct funnel *funnel, struct text name)
{
    for (int w = 0; w < funnel->window_count; w++)
        if (text_equal(text_of(funnel->windows[w].name), name))
            return true;
    return false;
}

/* False: the reply says what is missing or unknown. `required`: funnel and window must be given. */
static bool read_view(struct api *api, struct MHD_Connection *connection, bool required, struct view *view, struct reply *reply)
{
    struct text funnel = parameter(connection, "funnel"), window = parameter(connection, "window"), group = parameter(connection, "group"),
                start = parameter(connection, "start");
    *view = (struct view){0};
    if (funnel.length > REQUEST_TEXT_MAX || window.length > REQUEST_TEXT_MAX || group.length > REQUEST_TEXT_MAX || start.length > REQUEST_TEXT_MAX) {
        reply_problem(reply, MHD_HTTP_BAD_REQUEST, "a parameter is longer than %d bytes", REQUEST_TEXT_MAX);
        return false;
    }
    if (required && (funnel.data == NULL || window.data == NULL)) {
        reply_problem(reply, MHD_HTTP_BAD_REQUEST, "the parameter `%s` is missing", funnel.data == NULL ? "funnel" : "window");
        return false;
    }
    const struct funnel *found = funnel.data != NULL ? find_funnel(api->settings, funnel) : NULL;
    if (funnel.data != NULL && found == NULL) {
        reply_problem(reply, MHD_HTTP_NOT_FOUND, "no funnel is called `%.*s`; /api/v1/funnels lists them", (int)funnel.length, funnel.data);
        return false;
    }
    if (window.data != NULL && found != NULL && !has_window(found, window)) {
        reply_problem(reply, MHD_HTTP_NOT_FOUND, "the funnel `%s` has no window `%.*s`; /api/v1/funnels lists them", found->id, (int)window.length, window.data);
        return false;
    }
    int64_t moment;
    if (start.length > 0 && !text_equal(start, TEXT("now")) && !moment_from_text(start, NULL, &moment)) {
        reply_problem(reply, MHD_HTTP_BAD_REQUEST, "`start` is no time: expected RFC 3339, such as 2024-03-01T00:00:00+03:00");
        return false;
    }
    if (funnel.data != NULL)
        buffer_percent(&view->bytes, funnel);
    view->funnel.length = view->bytes.length;
    view->funnel.data = funnel.data != NULL ? view->bytes.data : NULL;
    view->window = window;
    view->group = group;
    view->start = start;
    return true;
}

/* ---- routes ---- */

static void list(struct reply *reply, const char *name, struct record_list *records)
{
    reply_json(reply);
    buffer_format(&reply->body, "{\"%s\":[", name);
    for (size_t i = 0; i < records->count; i++) {
        if (i > 0)
            buffer_char(&reply->body, ',');
        buffer_text(&reply->body, records->records[i]->value);
    }
    buffer_text(&reply->body, TEXT("]}"));
    record_list_drop(records);
}

static void get_funnels(struct api *api, struct MHD_Connection *connection, struct reply *reply)
{
    (void)connection;
    reply_json(reply);
    buffer_text(&reply->body, (struct text){api->funnels.data, api->funnels.length});
}

static void get_snapshot(struct api *api, struct MHD_Connection *connection, struct reply *reply)
{
    struct view view;
    if (!read_view(api, connection, true, &view, reply))
        return;
    struct record *record = store_snapshot(api->store, view.funnel, view.window, view.start, view.group.length > 0 ? view.group : TEXT("all"));
    free(view.bytes.data);
    if (record == NULL) {
        reply_problem(reply, MHD_HTTP_NOT_FOUND, "nothing is known of that window and group (yet)");
        return;
    }
    reply_json(reply);
    buffer_text(&reply->body, record->value);
    record_drop(record);
}

static void get_history(struct api *api, struct MHD_Connection *connection, struct reply *reply)
{
    struct view view;
    if (!read_view(api, connection, true, &view, reply))
        return;
    struct text limit = parameter(connection, "limit");
    char digits[8] = "";
    if (limit.length < sizeof digits && limit.length > 0)
        memcpy(digits, limit.data, limit.length);
    char *end = NULL;
    long most = limit.data == NULL ? HISTORY_USUAL : strtol(digits, &end, 10);
    if (limit.data != NULL && (*digits < '0' || *digits > '9' || *end != '\0' || most < 1 || most > HISTORY_MOST)) {
        reply_problem(reply, MHD_HTTP_BAD_REQUEST, "`limit` is no number from 1 to %d", HISTORY_MOST);
    } else {
        struct record_list records = {0};
        store_history(api->store, view.funnel, view.window, view.group.length > 0 ? view.group : TEXT("all"), (size_t)most, &records);
        list(reply, "snapshots", &records);
    }
    free(view.bytes.data);
}

static int by_bytes(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* The dimensions' names as keys have them: percent-encoded, in byte order. Returns how many; 0: a name is unknown. */
static int read_dimensions(const struct settings *settings, struct text by, struct text names[FUNNEL_DIMENSIONS_MAX])
{
    int count = 0;
    while (by.data != NULL && count < FUNNEL_DIMENSIONS_MAX) {
        const char *comma = by.length > 0 ? memchr(by.data, ',', by.length) : NULL;
        struct text name = {by.data, comma != NULL ? (size_t)(comma - by.data) : by.length};
        bool known = false;
        for (int d = 0; d < settings->dimension_count; d++)
            known |= text_equal(name, text_of(settings->dimensions[d].name));
        if (!known)
            return 0;
        names[count++] = name;
        by = comma != NULL ? (struct text){comma + 1, by.length - name.length - 1} : (struct text){NULL, 0};
    }
    if (count > 1)
        qsort(names, (size_t)count, sizeof *names, by_bytes);
    return count;
}

static void get_groups(struct api *api, struct MHD_Connection *connection, struct reply *reply)
{
    struct view view;
    if (!read_view(api, connection, true, &view, reply))
        return;
    struct text names[FUNNEL_DIMENSIONS_MAX], encoded[FUNNEL_DIMENSIONS_MAX];
    struct buffer bytes[FUNNEL_DIMENSIONS_MAX] = {{0}};
    int count = read_dimensions(api->settings, parameter(connection, "by"), names);
    if (count == 0) {
        reply_problem(reply, MHD_HTTP_BAD_REQUEST, "`by` names no dimensions: expected one or several of the configuration, with commas between them");
    } else {
        for (int i = 0; i < count; i++) {
            buffer_percent(&bytes[i], names[i]);
            encoded[i] = (struct text){bytes[i].data, bytes[i].length};
        }
        struct record_list records = {0};
        store_groups(api->store, view.funnel, view.window, view.start, encoded, count, &records);
        list(reply, "snapshots", &records);
    }
    for (int i = 0; i < count; i++)
        free(bytes[i].data);
    free(view.bytes.data);
}

static void get_alerts(struct api *api, struct MHD_Connection *connection, struct reply *reply)
{
    (void)connection;
    struct record_list records = {0};
    store_alerts(api->store, &records);
    list(reply, "alerts", &records);
}

void api_write_status(struct api *api, struct buffer *out)
{
    struct store_status status;
    store_status(api->store, clock_wall_ms() / 1000, &status);
    buffer_char(out, '{');
    json_name(out, "application");
    json_string(out, text_of(api->settings->application));
    json_name(out, "ready");
    json_boolean(out, atomic_load(&api->ready));
    json_name(out, "last_event_at");
    json_text_or_null(out, status.last_event_at);
    json_name(out, "as_of");
    json_text_or_null(out, status.as_of);
    json_name(out, "rejected");
    buffer_format(out, "{\"window\":%d,\"total\":", STORE_LETTER_HOURS * 3600);
    uint64_t total = 0;
    for (size_t i = 0; i < status.word_count; i++)
        total += status.words[i].count;
    json_integer(out, (int64_t)total);
    buffer_text(out, TEXT(",\"words\":["));
    for (size_t i = 0; i < status.word_count; i++) {
        if (i > 0)
            buffer_char(out, ',');
        buffer_char(out, '{');
        json_name(out, "word");
        json_string(out, text_of(status.words[i].word));
        json_name(out, "count");
        json_integer(out, (int64_t)status.words[i].count);
        json_name(out, "example");
        json_text_or_null(out, status.words[i].message);
        buffer_char(out, '}');
    }
    buffer_text(out, TEXT("]}}"));
    store_status_free(&status);
}

static void get_status(struct api *api, struct MHD_Connection *connection, struct reply *reply)
{
    (void)connection;
    reply_json(reply);
    api_write_status(api, &reply->body);
}

static void get_events(struct api *api, struct MHD_Connection *connection, struct reply *reply)
{
    struct view view;
    if (!read_view(api, connection, false, &view, reply))
        return;
    struct buffer status = {0};
    api_write_status(api, &status);
    struct record *first = record_new((struct text){"", 0}, (struct text){status.data, status.length});
    free(status.data);
    *reply = (struct reply){.stream = streams_open(api->streams, connection, &(struct stream_filter){view.funnel, view.window, view.group}, first)};
    if (reply->stream == NULL)
        reply_problem(reply, MHD_HTTP_SERVICE_UNAVAILABLE, "no more streams can be opened");
    free(view.bytes.data);
}

static void get_metrics(struct api *api, struct MHD_Connection *connection, struct reply *reply)
{
    (void)connection;
    reply_json(reply);
    reply->type = "text/plain; version=0.0.4; charset=utf-8";
    scrape_write(api->settings, api->store, &reply->body);
}

static void get_health(struct api *api, struct MHD_Connection *connection, struct reply *reply)
{
    (void)api;
    (void)connection;
    reply_json(reply);
    buffer_text(&reply->body, TEXT("{\"status\":\"ok\"}"));
}

static void get_readiness(struct api *api, struct MHD_Connection *connection, struct reply *reply)
{
    if (atomic_load(&api->ready))
        get_health(api, connection, reply);
    else
        reply_problem(reply, MHD_HTTP_SERVICE_UNAVAILABLE, "the output topics are not read to their ends yet");
}

static const struct route {
    const char *path;
    void (*answer)(struct api *api, struct MHD_Connection *connection, struct reply *reply);
    bool open; /* also without the token */
} routes[] = {
    {"/api/v1/funnels", get_funnels, false},
    {"/api/v1/snapshot", get_snapshot, false},
    {"/api/v1/history", get_history, false},
    {"/api/v1/groups", get_groups, false},
    {"/api/v1/alerts", get_alerts, false},
    {"/api/v1/status", get_status, false},
    {"/events", get_events, false},
    {"/metrics", get_metrics, false},
    {"/healthz", get_health, true},
    {"/readyz", get_readiness, true},
};

enum { ROUTE_COUNT = sizeof routes / sizeof *routes };

static const struct route *find_route(const char *path)
{
    for (int i = 0; i < ROUTE_COUNT; i++)
        if (strcmp(routes[i].path, path) == 0)
            return &routes[i];
    return NULL;
}

/* ---- files ---- */

static const struct page_file *find_file(const char *path)
{
    static const char assets[] = "/assets/";
    const char *name = strcmp(path, "/") == 0 ? "index.html" : strcmp(path, "/api/v1/openapi.json") == 0 ? "openapi.json" : NULL;
    if (name == NULL && strncmp(path, assets, sizeof assets - 1) == 0)
        name = path + sizeof assets - 1;
    for (size_t i = 0; name != NULL && i < page_file_count; i++)
        if (strcmp(page_files[i].name, name) == 0)
            return &page_files[i];
    return NULL;
}

static void answer_file(struct MHD_Connection *connection, const struct page_file *file, struct reply *reply)
{
    bool gzipped = file->gzip != NULL && reply_takes_gzip(connection);
    *reply = (struct reply){.status = MHD_HTTP_OK, .type = file->type, .gzipped = gzipped, .etag = gzipped ? file->gzip_etag : file->etag};
    reply->fixed = gzipped ? (struct text){(const char *)file->gzip, file->gzip_size} : (struct text){(const char *)file->bytes, file->size};
}

/* ---- */

bool api_is_guarded(const char *path)
{
    const struct route *route = find_route(path);
    return route != NULL ? !route->open : find_file(path) == NULL;
}

void api_answer(struct api *api, struct MHD_Connection *connection, const char *path, struct reply *reply)
{
    const struct route *route = find_route(path);
    const struct page_file *file = route == NULL ? find_file(path) : NULL;
    if (route != NULL)
        route->answer(api, connection, reply);
    else if (file != NULL)
        answer_file(connection, file, reply);
    else
        reply_problem(reply, MHD_HTTP_NOT_FOUND, "nothing is served at %s", path);
}
