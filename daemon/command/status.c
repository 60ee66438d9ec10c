/* status.c -- `funneld status`: the live funnel in a terminal, from a running daemon's API. */
#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../core/memory.h"
#include "../settings/http_section.h"
#include "../settings/notation.h"
#include "command.h"
#include "funnel_text.h"

enum { URL, FUNNEL, WINDOW, START, GROUP, BASIS, LANGUAGE, TOKEN_FILE, EVERY, OPTION_COUNT };

static const struct option_row rows[] = {
    [URL] = {"url", "URL", "where the daemon serves (default: http://127.0.0.1:8080)", 0},
    [FUNNEL] = {"funnel", "ID", "the funnel (default: the first)", 0},
    [WINDOW] = {"window", "NAME", "such as month or rolling-30d (default: rolling 30 days where there is one, else the first)", 0},
    [START] = {"start", "TIME", "of a calendar window (default: the newest)", 0},
    [GROUP] = {"group", "NAME=VALUE", "such as manager=Ivan; several with commas between them (default: all leads)", 0},
    [BASIS] = {"basis", "WORD", "activity: what happened in the window (the default); cohort: who came in it, and what became of them", 0},
    [LANGUAGE] = {"language", "WORD", "ru or en (default: the page's)", 0},
    [TOKEN_FILE] = {"token-file", "FILE", "holds the bearer token, where the daemon asks for one", 0},
    [EVERY] = {"every", "D", "between two looks, on a terminal (default: 2s)", 0},
    [OPTION_COUNT] = {0},
};

enum {
    ANSWER_MAX = 64 << 20, /* bytes */
    CONNECT_S = 5,
    ANSWER_S = 15,
};

static const char *const bases[] = {[FUNNEL_ACTIVITY] = "activity", [FUNNEL_COHORT] = "cohort", NULL};

struct client {
    CURL *curl;
    const char *url;
    struct curl_slist *headers;
    char error[CURL_ERROR_SIZE];
};

static size_t on_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct buffer *answer = context;
    if (answer->length + size * count > ANSWER_MAX)
        return 0;
    buffer_text(answer, (struct text){bytes, size * count});
    return size * count;
}

/* The answer to a path, parsed. NULL: said why. */
static cJSON *get(struct client *client, const char *path)
{
    struct buffer url = {0}, answer = {0};
    buffer_format(&url, "%s%s", client->url, path);
    curl_easy_setopt(client->curl, CURLOPT_URL, url.data);
    curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &answer);
    CURLcode code = curl_easy_perform(client->curl);
    long status = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    cJSON *json = code == CURLE_OK ? cJSON_ParseWithLength(answer.data, answer.length) : NULL;
    const cJSON *detail = cJSON_GetObjectItemCaseSensitive(json, "detail");
    if (code != CURLE_OK) {
        fprintf(stderr, "funneld status: %s: %s; is a daemon running there, with `http.listen` in its configuration?\n", client->url,
                *client->error != '\0' ? client->error : curl_easy_strerror(code));
    } else if (status != 200) {
        fprintf(stderr, "funneld status: %s: %ld: %s\n", url.data, status, cJSON_IsString(detail) ? detail->valuestring : "found an answer that is not funneld's");
        cJSON_Delete(json);
        json = NULL;
    } else if (json == NULL) {
        fprintf(stderr, "funneld status: %s: found an answer that is not funneld's; expected JSON\n", url.data);
    }
    free(url.data);
    free(answer.data);
    return json;
}

/* ---- what to show ---- */

struct choice { const char *funnel, *window; enum language language; };

static const char *string_of(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(value) ? value->valuestring : "";
}

/* False: said what is missing. */
static bool choose(const cJSON *application, const char *const *values, struct choice *choice)
{
    const cJSON *funnels = cJSON_GetObjectItemCaseSensitive(application, "funnels"), *funnel = cJSON_GetArrayItem(funnels, 0), *each, *window;
    if (values[FUNNEL] != NULL)
        cJSON_ArrayForEach(each, funnels) if (strcmp(string_of(each, "id"), values[FUNNEL]) == 0) funnel = each;
    choice->funnel = values[FUNNEL] != NULL ? values[FUNNEL] : string_of(funnel, "id"); /* an unknown one is the daemon's to refuse */
    choice->window = values[WINDOW];
    const cJSON *windows = cJSON_GetObjectItemCaseSensitive(funnel, "windows");
    cJSON_ArrayForEach(window, windows) if (choice->window == NULL && cJSON_IsString(window) && strcmp(window->valuestring, "rolling-30d") == 0) choice->window = window->valuestring;
    if (choice->window == NULL && cJSON_GetArraySize(windows) > 0)
        choice->window = windows->child->valuestring;
    if (choice->window == NULL) {
        fprintf(stderr, "funneld status: the funnel `%s` has no windows\n", choice->funnel);
        return false;
    }
    choice->language = strcmp(values[LANGUAGE] != NULL ? values[LANGUAGE] : string_of(application, "language"), "en") == 0 ? LANGUAGE_EN : LANGUAGE_RU;
    return true;
}

static void add_parameter(struct buffer *path, const char *name, const char *value)
{
    buffer_format(path, "%c%s=", memchr(path->data, '?', path->length) == NULL ? '?' : '&', name);
    buffer_percent(path, text_of(value));
}

/* manager=Ivan as keys write it: names and values percent-encoded, dimensions in byte order, which is left to whoever asks. */
static void add_group(struct buffer *path, const char *group)
{
    struct buffer encoded = {0};
    for (const char *at = group; *at != '\0';) {
        size_t length = strcspn(at, ",="), mark = length;
        buffer_percent(&encoded, (struct text){at, length});
        if (at[mark] != '\0')
            buffer_char(&encoded, at[mark++]);
        at += mark;
    }
    buffer_char(&encoded, '\0');
    add_parameter(path, "group", encoded.data);
    free(encoded.data);
}

static bool show(struct client *client, const cJSON *application, const char *const *values, const struct choice *choice, enum funnel_basis basis, bool terminal)
{
    struct buffer path = {0}, out = {0};
    buffer_text(&path, TEXT("/api/v1/snapshot"));
    add_parameter(&path, "funnel", choice->funnel);
    add_parameter(&path, "window", choice->window);
    if (values[START] != NULL)
        add_parameter(&path, "start", values[START]);
    if (values[GROUP] != NULL)
        add_group(&path, values[GROUP]);
    buffer_char(&path, '\0');
    cJSON *snapshot = get(client, path.data), *alerts = snapshot != NULL ? get(client, "/api/v1/alerts") : NULL;
    free(path.data);
    if (snapshot != NULL) {
        struct funnel_text text = {.language = choice->language, .basis = basis, .colours = terminal && getenv("NO_COLOR") == NULL, .application = application,
                                   .snapshot = snapshot, .alerts = cJSON_GetObjectItemCaseSensitive(alerts, "alerts")};
        if (terminal)
            buffer_text(&out, TEXT("\033[H\033[J"));
        funnel_text_write(&text, &out);
        fwrite(out.data, 1, out.length, stdout);
        fflush(stdout);
    }
    cJSON_Delete(snapshot);
    cJSON_Delete(alerts);
    free(out.data);
    return snapshot != NULL;
}

/* ---- the command ---- */

static bool read_token(struct client *client, const char *path)
{
    char token[4096];
    FILE *file = fopen(path, "rb");
    size_t length = file != NULL ? fread(token, 1, sizeof token - 1, file) : 0;
    if (file == NULL || length == 0) {
        fprintf(stderr, "funneld status: --token-file: %s: %s\n", path, file == NULL ? strerror(errno) : "is empty");
        if (file != NULL)
            fclose(file);
        return false;
    }
    fclose(file);
    token[length] = '\0';
    token[strcspn(token, "\r\n")] = '\0';
    struct buffer header = {0};
    buffer_format(&header, "Authorization: Bearer %s", token);
    client->headers = curl_slist_append(NULL, header.data);
    free(header.data);
    return true;
}

static void set_up(struct client *client)
{
    curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, client->headers);
    curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(client->curl, CURLOPT_ERRORBUFFER, client->error);
    curl_easy_setopt(client->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, (long)ANSWER_S);
    curl_easy_setopt(client->curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(client->curl, CURLOPT_PROTOCOLS_STR, "http,https");
}

static int word_of(const struct option_row *row, const char *value, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], value) == 0)
            return i;
    fprintf(stderr, "funneld status: --%s: found `%s`; expected %s or %s\n", row->name, value, words[0], words[1]);
    return -1;
}

static int status(int argc, char **argv)
{
    const char *values[OPTION_COUNT];
    if (options_parse(rows, argc, argv, values) < 0)
        return EXIT_USAGE;
    int basis = values[BASIS] != NULL ? word_of(&rows[BASIS], values[BASIS], bases) : FUNNEL_ACTIVITY;
    int64_t every_ms = 2000;
    if (basis < 0 || (values[LANGUAGE] != NULL && word_of(&rows[LANGUAGE], values[LANGUAGE], http_section_languages) < 0))
        return EXIT_USAGE;
    if (values[EVERY] != NULL && (!notation_milliseconds(values[EVERY], &every_ms) || every_ms < 100)) {
        fprintf(stderr, "funneld status: --every: found `%s`; expected a duration such as 2s, of 100ms at least\n", values[EVERY]);
        return EXIT_USAGE;
    }
    struct client client = {.url = values[URL] != NULL ? values[URL] : "http://127.0.0.1:8080"};
    if (values[TOKEN_FILE] != NULL && !read_token(&client, values[TOKEN_FILE]))
        return EXIT_USAGE;
    bool terminal = isatty(STDOUT_FILENO) == 1;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    client.curl = curl_easy_init();
    set_up(&client);
    cJSON *application = get(&client, "/api/v1/funnels");
    struct choice choice;
    bool shown = application != NULL && choose(application, values, &choice) && show(&client, application, values, &choice, (enum funnel_basis)basis, terminal);
    while (shown && terminal) {
        usleep((useconds_t)(every_ms * 1000));
        shown = show(&client, application, values, &choice, (enum funnel_basis)basis, terminal);
    }
    cJSON_Delete(application);
    curl_easy_cleanup(client.curl);
    curl_slist_free_all(client.headers);
    curl_global_cleanup();
    return shown ? EXIT_DONE : EXIT_FAILED;
}

const struct command command_status = {
    .name = "status",
    .arguments = "[OPTIONS]",
    .summary = "The live funnel in the terminal, from a running daemon",
    .help = "On a terminal it is drawn again and again until Ctrl-C; into a pipe or a file it is printed once, without colours (NO_COLOR leaves them out everywhere).\n"
            "It asks the daemon's HTTP API, so it works from any machine that may open the page.\n",
    .options = rows,
    .run = status,
};
