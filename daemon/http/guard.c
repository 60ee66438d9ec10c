#include "guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../core/memory.h"
#include "../host/operator_log.h"

enum {
    TOKEN_LEAST = 16, /* shorter ones can be guessed */
    HOST_MAX = 255,
};

struct guard {
    const struct http_settings *http;
    char token[GUARD_TOKEN_FILE + 1]; /* "": none is asked for */
    size_t token_length;
};

size_t guard_token_length(const char *bytes, size_t length)
{
    while (length > 0 && strchr("\r\n \t", bytes[length - 1]) != NULL)
        length--;
    return length;
}

static bool read_token(struct guard *guard, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        operator_log(OPERATOR_ERROR, path, "http.token_file cannot be read: %s", strerror(errno));
        return false;
    }
    size_t length = fread(guard->token, 1, sizeof guard->token, file);
    bool read = !ferror(file);
    fclose(file);
    length = guard_token_length(guard->token, length);
    bool one_line = true;
    for (size_t i = 0; i < length; i++)
        one_line &= guard->token[i] >= ' ' && guard->token[i] < 0x7f; /* what a header can carry: no second line, no byte order mark */
    if (!read || length < TOKEN_LEAST || length > GUARD_TOKEN_MAX || !one_line) {
        operator_log(OPERATOR_ERROR, path, "http.token_file holds no token: expected one line of %d to %d ASCII characters", TOKEN_LEAST, GUARD_TOKEN_MAX);
        return false;
    }
    guard->token[length] = '\0';
    guard->token_length = length;
    return true;
}

struct guard *guard_new(const struct http_settings *http)
{
    struct guard *guard = memory_new(sizeof *guard);
    guard->http = http;
    if (http->token_file == NULL || read_token(guard, http->token_file))
        return guard;
    free(guard);
    return NULL;
}

void guard_free(struct guard *guard)
{
    free(guard);
}

/* ---- names ---- */

/* The name in HOST:PORT, brackets of an IPv6 address taken off. False: it is none. */
static bool name_of(const char *host, size_t length, char name[HOST_MAX + 1])
{
    const char *start = host;
    if (length > 0 && *host == '[') {
        const char *end = memchr(host, ']', length);
        if (end == NULL)
            return false;
        start++;
        length = (size_t)(end - start);
    } else {
        const char *colon = memchr(host, ':', length);
        length = colon != NULL ? (size_t)(colon - host) : length;
    }
    if (length == 0 || length > HOST_MAX)
        return false;
    memcpy(name, start, length);
    name[length] = '\0';
    return true;
}

static bool is_address(const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

static bool is_name_in(const char *name, const char *place, size_t length)
{
    char own[HOST_MAX + 1];
    return name_of(place, length, own) && strcasecmp(name, own) == 0;
}

bool guard_knows_host(const struct guard *guard, const char *host)
{
    char name[HOST_MAX + 1];
    if (host == NULL || !name_of(host, strlen(host), name))
        return false;
    if (is_address(name) || strcasecmp(name, "localhost") == 0 || is_name_in(name, guard->http->listen, strlen(guard->http->listen)))
        return true;
    if (guard->http->url != NULL) {
        const char *own = strstr(guard->http->url, "://") + 3;
        if (is_name_in(name, own, strcspn(own, "/")))
            return true;
    }
    for (int i = 0; i < guard->http->host_count; i++)
        if (is_name_in(name, guard->http->hosts[i], strlen(guard->http->hosts[i])))
            return true;
    return false;
}

/* ---- the token ---- */

/* How long it takes depends on nothing but the length of what was sent. */
static bool same_secret(const char *secret, size_t secret_length, const char *sent, size_t sent_length)
{
    volatile unsigned char difference = secret_length != sent_length;
    for (size_t i = 0; i < sent_length; i++)
        difference |= (unsigned char)(sent[i] ^ secret[i % secret_length]);
    return difference == 0;
}

bool guard_lets_in(const struct guard *guard, const char *authorization)
{
    static const char scheme[] = "Bearer ";
    if (guard->token_length == 0)
        return true;
    if (authorization == NULL || strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
        return false;
    const char *sent = authorization + sizeof scheme - 1;
    return same_secret(guard->token, guard->token_length, sent, strlen(sent));
}
