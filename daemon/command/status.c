/* status.c -- `funneld status`: the live funnel in a terminal, from a running daemon's API. */
#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "../core/memory.h"
#include "../http/guard.h"
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
    char *url;
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

/* The dimension with whose name and a `=` a text begins. NULL: none. */
static const char *dimension_at(const cJSON *application, const char *text)
{
    const cJSON *each;
    cJSON_ArrayForEach(each, cJSON_GetObjectItemCaseSensitive(application, "dimensions")) {
        const char *name = string_of(each, "name");
        if (strncmp(text, name, strlen(name)) == 0 && text[strlen(name)] == '=')
            return name;
    }
    return NULL;
}

struct pair { const char *name; struct text value; };

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct pair *)a)->name, ((const struct pair *)b)->name);
}

/* product=A,manager=Ivan as keys write it: names and values percent-encoded, dimensions in byte order. A comma before anything but a dimension belongs to the
 * value. False: said what is wrong. */
static bool add_group(const cJSON *application, const char *group, struct buffer *path)
{
    struct pair pairs[FUNNEL_DIMENSIONS_MAX];
    size_t count = 0;
    for (const char *at = group; *at != '\0';) {
        const char *name = dimension_at(application, at), *value = name != NULL ? at + strlen(name) + 1 : NULL, *end = value;
        if (name == NULL || count == FUNNEL_DIMENSIONS_MAX) {
            fprintf(stderr, "funneld status: --group: found `%s`; expected a dimension, `=` and a value, such as manager=Ivan; /api/v1/funnels lists the dimensions\n", at);
            return false;
        }
        while (*end != '\0' && (*end != ',' || dimension_at(application, end + 1) == NULL))
            end++;
        pairs[count++] = (struct pair){name, {value, (size_t)(end - value)}};
        at = *end == ',' ? end + 1 : end;
    }
    qsort(pairs, count, sizeof *pairs, by_name);
    struct buffer encoded = {0};
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_char(&encoded, ',');
        buffer_percent(&encoded, text_of(pairs[i].name));
        buffer_char(&encoded, '=');
        buffer_percent(&encoded, pairs[i].value);
    }
    buffer_char(&encoded, '\0');
    add_parameter(path, "group", encoded.data);
    free(encoded.data);
    return true;
}

/* The path to ask for. False: said what is wrong. */
static bool snapshot_path(const cJSON *application, const char *const *values, const struct choice *choice, struct buffer *path)
{
    buffer_text(path, TEXT("/api/v1/snapshot"));
    add_parameter(path, "funnel", choice->funnel);
    add_parameter(path, "window", choice->window);
    if (values[START] != NULL)
        add_parameter(path, "start", values[START]);
    if (values[GROUP] != NULL && !add_group(application, values[GROUP], path))
        return false;
    buffer_char(path, '\0');
    return true;
}

/* How many lines of the terminal a text's first line takes; colours take no cell. */
static int height_of(struct text text, int columns)
{
    int cells = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '\033')
            while (i + 1 < text.length && text.data[i] != 'm')
                i++;
        else
            cells += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    return cells > columns ? (cells + columns - 1) / columns : 1;
}

/* What a terminal shows at a time: from its first cell on, no more lines than it has, so that the head stays in sight. */
static void frame(struct buffer *out, const struct winsize *size)
{
    size_t length = 0;
    for (int height = 1; length < out->length;) {
        const char *start = out->data + length, *end = memchr(start, '\n', out->length - length);
        size_t bytes = end != NULL ? (size_t)(end - start) : out->length - length;
        height += height_of((struct text){start, bytes}, size->ws_col);
        if (height > size->ws_row)
            break;
        length += bytes + (end != NULL);
    }
    fputs("\033[H\033[J", stdout);
    fwrite(out->data, 1, length, stdout);
}

static bool show(struct client *client, const cJSON *application, const char *path, const struct choice *choice, enum funnel_basis basis, bool terminal)
{
    struct winsize size = {0};
    if (terminal && (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0))
        size = (struct winsize){.ws_row = 24, .ws_col = 80};
    struct buffer out = {0};
    cJSON *snapshot = get(client, path), *alerts = snapshot != NULL ? get(client, "/api/v1/alerts") : NULL;
    if (snapshot != NULL) {
        struct funnel_text text = {.language = choice->language, .basis = basis, .colours = terminal && getenv("NO_COLOR") == NULL, .columns = size.ws_col,
                                   .application = application, .snapshot = snapshot, .alerts = cJSON_GetObjectItemCaseSensitive(alerts, "alerts")};
        funnel_text_write(&text, &out);
        if (terminal)
            frame(&out, &size);
        else
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
    char token[GUARD_TOKEN_FILE + 1];
    FILE *file = fopen(path, "rb");
    size_t length = file != NULL ? fread(token, 1, sizeof token - 1, file) : 0;
    if (file == NULL || length == 0) {
        fprintf(stderr, "funneld status: --token-file: %s: %s\n", path, file == NULL ? strerror(errno) : "is empty");
        if (file != NULL)
            fclose(file);
        return false;
    }
    fclose(file);
    token[guard_token_length(token, length)] = '\0'; /* as the daemon reads it */
    struct buffer header = {0};
    buffer_format(&header, "Authorization: Bearer %s", token);
    client->headers = curl_slist_append(NULL, header.data);
    free(header.data);
    return true;
}

/* An address as it is copied from the log or from the browser, with or without a slash and the view behind it, without them. */
static char *base_of(const char *url)
{
    size_t length = strcspn(url, "?#");
    while (length > 0 && url[length - 1] == '/')
        length--;
    return strndup(url, length);
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
    struct client client = {0};
    if (values[TOKEN_FILE] != NULL && !read_token(&client, values[TOKEN_FILE]))
        return EXIT_USAGE;
    client.url = base_of(values[URL] != NULL ? values[URL] : "http://127.0.0.1:8080");
    bool terminal = isatty(STDOUT_FILENO) == 1;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    client.curl = curl_easy_init();
    set_up(&client);
    cJSON *application = get(&client, "/api/v1/funnels");
    struct choice choice;
    struct buffer path = {0};
    bool understood = application != NULL && choose(application, values, &choice) && snapshot_path(application, values, &choice, &path);
    bool shown = understood && show(&client, application, path.data, &choice, (enum funnel_basis)basis, terminal), away = false;
    while (shown && terminal) { /* also over a restart of the daemon */
        nanosleep(&(struct timespec){every_ms / 1000, every_ms % 1000 * 1000000}, NULL);
        if (away)
            fputs("\033[H\033[J", stdout), fflush(stdout);
        away = !show(&client, application, path.data, &choice, (enum funnel_basis)basis, terminal);
    }
    free(path.data);
    free(client.url);
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
    .help = "On a terminal it is drawn again and again, also over a restart of the daemon, until Ctrl-C; into a pipe or a file it is printed once, without colours (NO_COLOR leaves them out everywhere).\n"
            "It asks the daemon's HTTP API, so it works from any machine that may open the page.\n",
    .options = rows,
    .run = status,
};
