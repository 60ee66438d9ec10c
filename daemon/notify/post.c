#include "post.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../host/clock.h"
#include "../wire/utf8.h"

enum { STOP_MS = 2000, CONNECT_MS = 5000, RETRY_AFTER_MAX_S = 3600 };

struct post {
    CURL *handle;
    struct curl_slist *headers;
    char body[POST_BODY_MAX + 1];
    size_t length;
    _Atomic int64_t stop_ms; /* steady: when a request under way is cut; 0: not stopped */
};

static size_t keep_beginning(char *bytes, size_t size, size_t count, void *context)
{
    struct post *post = context;
    size_t room = POST_BODY_MAX - post->length, length = size * count;
    memcpy(post->body + post->length, bytes, length < room ? length : room);
    post->length += length < room ? length : room;
    return post->length < POST_BODY_MAX ? length : 0; /* the rest is not waited for */
}

static int ask_to_go_on(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    struct post *post = context;
    int64_t stop_ms = atomic_load(&post->stop_ms);
    return stop_ms != 0 && clock_steady_ms() >= stop_ms;
}

static void set_credentials(struct post *post, const struct receiver *receiver)
{
    if (receiver->bearer_token != NULL) {
        curl_easy_setopt(post->handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
        curl_easy_setopt(post->handle, CURLOPT_XOAUTH2_BEARER, receiver->bearer_token);
    }
    if (receiver->username != NULL) {
        curl_easy_setopt(post->handle, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(post->handle, CURLOPT_USERNAME, receiver->username);
        curl_easy_setopt(post->handle, CURLOPT_PASSWORD, receiver->password);
    }
    if (receiver->ca_file != NULL)
        curl_easy_setopt(post->handle, CURLOPT_CAINFO, receiver->ca_file);
}

struct post *post_new(const struct receiver *receiver)
{
    CURL *handle = curl_easy_init();
    if (handle == NULL)
        return NULL;
    struct post *post = memory_new(sizeof *post);
    post->handle = handle;
    atomic_init(&post->stop_ms, 0);
    post->headers = curl_slist_append(NULL, "Content-Type: application/json");
    post->headers = curl_slist_append(post->headers, "Expect:"); /* bodies are small: no asking beforehand */
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, post->headers);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "funneld");
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)receiver->timeout_ms);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)(receiver->timeout_ms < CONNECT_MS ? receiver->timeout_ms : CONNECT_MS));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, keep_beginning);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, post);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, ask_to_go_on);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, post);
    set_credentials(post, receiver);
    return post;
}

void post_free(struct post *post)
{
    if (post == NULL)
        return;
    curl_easy_cleanup(post->handle);
    curl_slist_free_all(post->headers);
    free(post);
}

void post_stop(struct post *post)
{
    atomic_store(&post->stop_ms, clock_steady_ms() + STOP_MS);
}

static enum post_outcome outcome_of(long status)
{
    if (status >= 200 && status < 300)
        return POST_DONE;
    switch (status) {
    case 401: case 403: case 404: case 407: case 408: case 410: case 425: case 429:
        return POST_LATER;
    default:
        return status >= 500 ? POST_LATER : POST_REFUSED;
    }
}

/* Does an answer repeat a piece of the address that may be a secret? Some servers name the path that they do not know. */
static bool tells_address(const char *said, const char *url)
{
    enum { SECRET_LEAST = 6, PIECE_MAX = 4096 };
    static const char ends[] = "/?&=";
    const char *scheme = strstr(url, "://"), *at = scheme != NULL ? scheme + 3 : url;
    at += strcspn(at, ends); /* the host */
    for (size_t length; *at != '\0'; at += length) {
        char piece[PIECE_MAX];
        at += strspn(at, ends);
        length = strcspn(at, ends);
        snprintf(piece, sizeof piece, "%.*s", (int)length, at);
        if (length >= SECRET_LEAST && strstr(said, piece) != NULL)
            return true;
    }
    return false;
}

/* The first line of what the receiver said, without what could disturb a log line or tell a secret. */
static void describe(struct post_answer *answer, const char *url)
{
    enum { SAID_MOST = 119 };
    char said[SAID_MOST + 1];
    struct text line = utf8_cut((struct text){answer->body, strcspn(answer->body, "\r\n")}, SAID_MOST);
    snprintf(said, sizeof said, "%.*s", tells_address(answer->body, url) ? 0 : (int)line.length, line.data);
    snprintf(answer->text, sizeof answer->text, "answered %ld%s%s", answer->status, *said != '\0' ? ": " : "", said);
}

void post_send(struct post *post, const char *url, struct text body, struct post_answer *answer)
{
    *answer = (struct post_answer){.outcome = POST_LATER, .body = post->body};
    post->length = 0;
    curl_easy_setopt(post->handle, CURLOPT_URL, url);
    curl_easy_setopt(post->handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.length);
    curl_easy_setopt(post->handle, CURLOPT_POSTFIELDS, body.data);
    CURLcode code = curl_easy_perform(post->handle);
    post->body[post->length] = '\0';
    bool cut = code == CURLE_WRITE_ERROR && post->length == POST_BODY_MAX; /* by keep_beginning: what the answer means is known */
    if (code != CURLE_OK && !cut) { /* only the kind of trouble: details would name the address */
        snprintf(answer->text, sizeof answer->text, "no answer: %s", curl_easy_strerror(code));
        return;
    }
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(post->handle, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_easy_getinfo(post->handle, CURLINFO_RETRY_AFTER, &retry_after_s);
    answer->outcome = outcome_of(answer->status);
    answer->retry_after_s = retry_after_s > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : retry_after_s > 0 ? retry_after_s : 0;
    if (answer->outcome != POST_DONE)
        describe(answer, url);
}
