#include "server.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../host/clock.h"
#include "../host/operator_log.h"
#include "../log/follower.h"
#include "../metrics/metrics.h"
#include "api.h"
#include "guard.h"

enum {
    STATUS_MS = 1000,   /* between two words about the state of things, at least */
    BACKLOG = 256,
    SPARE_FILES = 1024, /* descriptors for everything but connections: librdkafka takes three a broker for each of its handles, and there is one a receiver, too */
};

enum topic { TOPIC_SNAPSHOTS, TOPIC_ALERTS, TOPIC_DEAD_LETTERS, TOPIC_COUNT };

struct server {
    const struct settings *settings;
    struct guard *guard;
    struct store *store;
    struct streams *streams;
    struct api api;
    struct follower *follower;
    struct MHD_Daemon *http;
    struct buffer status; /* as it was last told; the follower's thread */
    int64_t status_ms;
};

/* ---- what the topics say ---- */

/* A dead letter names the topic that it came from. */
static bool is_foreign_letter(const struct settings *settings, const struct log_record *letter)
{
    struct text from = log_header_value(letter, TEXT("__streams.errors.topic"));
    return from.data != NULL && settings_topic(settings, from) < 0;
}

static void on_letter(struct server *server, const struct log_record *record)
{
    struct text word = log_header_value(record, TEXT("funneld.error"));
    if (word.data != NULL)
        store_letter(server->store, word, log_header_value(record, TEXT("__streams.errors.message")), record->timestamp_ms / 1000, clock_wall_ms() / 1000);
}

/* Streams hear of what is new, not of what was there before. */
static void on_record(void *context, int topic, const struct log_record *from)
{
    struct server *server = context;
    if (topic == TOPIC_DEAD_LETTERS ? is_foreign_letter(server->settings, from) : log_is_foreign(from, server->settings->application))
        return; /* several applications may share a topic */
    if (topic == TOPIC_DEAD_LETTERS) {
        on_letter(server, from);
        return;
    }
    bool tombstone = from->value.data == NULL;
    bool alert = topic == TOPIC_ALERTS || text_equal(log_header_value(from, TEXT("type")), TEXT("alert"));
    struct record *record = record_new(from->key, from->value);
    store_put(server->store, record_hold(record), tombstone, alert); /* first: who listens and then asks misses nothing */
    if (!tombstone && atomic_load(&server->api.ready))
        streams_tell(server->streams, alert ? STREAM_ALERT : STREAM_SNAPSHOT, record);
    else
        record_drop(record);
}

static void tell_status(struct server *server, int64_t now_ms)
{
    if (now_ms - server->status_ms < STATUS_MS)
        return;
    server->status_ms = now_ms;
    struct buffer status = {0};
    api_write_status(&server->api, &status);
    if (text_equal((struct text){status.data, status.length}, (struct text){server->status.data, server->status.length})) {
        free(status.data);
        return;
    }
    free(server->status.data);
    server->status = status;
    streams_tell(server->streams, STREAM_STATUS, record_new((struct text){"", 0}, (struct text){status.data, status.length}));
}

static void on_pause(void *context, bool caught_up)
{
    struct server *server = context;
    int64_t now_ms = clock_steady_ms();
    if (caught_up && !atomic_exchange(&server->api.ready, true))
        operator_log(OPERATOR_INFO, "http", "the output topics are read, the page is up to date");
    tell_status(server, now_ms);
    streams_tick(server->streams, now_ms);
}

/* ---- requests ---- */

static bool brings_body(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return (length != NULL && strspn(length, "0") != strlen(length)) || MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
}

/* microhttpd calls it when the headers are there, and again for a body: none is ever taken. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
                                  const char *upload, size_t *upload_length, void **request)
{
    (void)version;
    (void)upload;
    static int begun;
    struct server *server = context;
    struct reply reply = {0};
    bool reads = strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    bool body = brings_body(connection);
    if (reads && *request == NULL && !body) {
        *request = &begun; /* the second call comes when there is no body to wait for */
        return MHD_YES;
    } /* else the answer goes out now: in the middle of a body the library takes none */
    if (!guard_knows_host(server->guard, MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST))) {
        reply_problem(&reply, MHD_HTTP_MISDIRECTED_REQUEST, "the request's Host is none of this daemon's names; see http.hosts in its configuration");
    } else if (!reads) {
        reply_problem(&reply, MHD_HTTP_METHOD_NOT_ALLOWED, "there is nothing here to %s", method);
        reply.allow = "GET, HEAD";
    } else if (body) {
        reply_problem(&reply, MHD_HTTP_BAD_REQUEST, "a %s has no body here", method);
    } else if (api_is_guarded(path) && !guard_lets_in(server->guard, MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION))) {
        reply_problem(&reply, MHD_HTTP_UNAUTHORIZED, "a bearer token is needed");
    } else {
        api_answer(&server->api, connection, path, &reply);
    }
    if (reply.stream != NULL && strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
        MHD_add_response_header(reply.stream, MHD_HTTP_HEADER_CONNECTION, "close"); /* the library would end chunks that a HEAD has none of */
    *upload_length = 0;
    return reply_send(&reply, connection);
}

/* ---- starting and stopping ---- */

/* A listening socket for HOST:PORT. -1: said why. */
static int listen_at(const char *address)
{
    const char *colon = strrchr(address, ':');
    size_t length = (size_t)(colon - address);
    const char *start = address;
    if (length >= 2 && *address == '[') {
        start++;
        length -= 2;
    }
    char *host = memory_string(start, length);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
    int error = getaddrinfo(*host != '\0' ? host : NULL, colon + 1, &hints, &found), descriptor = -1;
    free(host);
    if (error != 0) {
        operator_log(OPERATOR_ERROR, address, "http.listen is no address here: %s", gai_strerror(error));
        return -1;
    }
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
        int on = 1;
        descriptor = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);
        if (descriptor >= 0 && setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
            bind(descriptor, at->ai_addr, at->ai_addrlen) == 0 && listen(descriptor, BACKLOG) == 0)
            break;
        error = errno;
        if (descriptor >= 0)
            close(descriptor);
        descriptor = -1;
    }
    freeaddrinfo(found);
    if (descriptor < 0)
        operator_log(OPERATOR_ERROR, address, "cannot listen there: %s", strerror(error));
    return descriptor;
}

/* As many connections as descriptors allow: the soft limit is raised to the hard one. */
static unsigned connections_allowed(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return SERVER_CONNECTIONS;
    if (files.rlim_cur < SERVER_CONNECTIONS + SPARE_FILES && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max < SERVER_CONNECTIONS + SPARE_FILES ? files.rlim_max : SERVER_CONNECTIONS + SPARE_FILES;
        setrlimit(RLIMIT_NOFILE, &files);
        getrlimit(RLIMIT_NOFILE, &files);
    }
    if (files.rlim_cur >= SERVER_CONNECTIONS + SPARE_FILES)
        return SERVER_CONNECTIONS;
    return (unsigned)(files.rlim_cur > 2 * SPARE_FILES ? files.rlim_cur - SPARE_FILES : files.rlim_cur / 2);
}

static void tell_address(const struct settings *settings, int descriptor)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (settings->http.url != NULL)
        operator_log(OPERATOR_INFO, "http", "the page is at %s/", settings->http.url);
    else if (getsockname(descriptor, (struct sockaddr *)&address, &length) == 0 &&
             getnameinfo((struct sockaddr *)&address, length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) == 0)
        operator_log(OPERATOR_INFO, "http", address.ss_family == AF_INET6 ? "the page is at http://[%s]:%s/" : "the page is at http://%s:%s/", host, port);
}

static bool is_loopback(int descriptor)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0)
        return false;
    if (address.ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)&address)->sin6_addr);
    return address.ss_family == AF_INET && ntohl(((const struct sockaddr_in *)&address)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static bool start_http(struct server *server)
{
    int descriptor = listen_at(server->settings->http.listen);
    if (descriptor < 0)
        return false;
    /* Without the library's log: it tells of every page that was closed, and of whatever a client sent amiss. */
    server->http = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, (MHD_socket)descriptor,
                                    MHD_OPTION_CONNECTION_LIMIT, connections_allowed(), MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVER_IDLE_S,
                                    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SERVER_REQUEST_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (server->http == NULL) {
        operator_log(OPERATOR_ERROR, "http", "the server does not start");
        close(descriptor);
        return false;
    }
    tell_address(server->settings, descriptor);
    if (server->settings->http.token_file == NULL && !is_loopback(descriptor))
        operator_log(OPERATOR_WARN, "http", "whoever reaches this address may read everything: it is no loopback address, and http.token_file asks for no token");
    return true;
}

struct server *server_start(const struct settings *settings, const char *bootstrap_servers)
{
    struct guard *guard = guard_new(&settings->http);
    if (guard == NULL)
        return NULL;
    struct server *server = memory_new(sizeof *server);
    server->settings = settings;
    server->guard = guard;
    server->store = store_new();
    server->streams = streams_new();
    api_init(&server->api, settings, server->store, server->streams);
    metrics_set(METRIC_BUILD_INFO, FUNNELD_VERSION, NULL, 1);
    if (!start_http(server)) {
        server_stop(server);
        return NULL;
    }
    const struct follower_topic topics[TOPIC_COUNT] = {
        [TOPIC_SNAPSHOTS] = {settings->snapshots_topic, INT64_MIN},
        [TOPIC_ALERTS] = {settings->alerts_topic, INT64_MIN},
        [TOPIC_DEAD_LETTERS] = {settings->dead_letters_topic, clock_wall_ms() - (int64_t)STORE_LETTER_HOURS * 3600 * 1000},
    };
    server->follower = follower_start(settings, bootstrap_servers, topics, TOPIC_COUNT, &(struct follower_callbacks){on_record, on_pause, server});
    return server;
}

void server_stop(struct server *server)
{
    if (server->follower != NULL)
        follower_stop(server->follower); /* first: nothing more is told */
    streams_close(server->streams);
    if (server->http != NULL)
        MHD_stop_daemon(server->http);
    api_free(&server->api);
    streams_free(server->streams);
    store_free(server->store);
    guard_free(server->guard);
    free(server->status.data);
    free(server);
}
