#include "http_section.h"

#include <stdlib.h>
#include <string.h>

#include "keep.h"
#include "schema.h"
#include "settings.h"

const char *const http_section_languages[] = {[LANGUAGE_RU] = "ru", [LANGUAGE_EN] = "en", NULL};
const char *const http_section_leads[] = {[LEAD_WORD_LEAD] = "lead", [LEAD_WORD_DEAL] = "deal", [LEAD_WORD_REQUEST] = "request", NULL};

/* HOST:PORT, the host in brackets if it is an IPv6 address. */
static void read_listen(const struct place *place, void *field)
{
    const char *text = schema_text(place, "an address to listen on, such as 127.0.0.1:8080");
    if (text == NULL)
        return;
    const char *colon = strrchr(text, ':');
    size_t digits = colon != NULL ? strspn(colon + 1, "0123456789") : 0;
    bool right = digits > 0 && digits <= 5 && colon[1 + digits] == '\0' && strtol(colon + 1, NULL, 10) <= 65535;
    if (right && memchr(text, ':', (size_t)(colon - text)) != NULL)
        right = *text == '[' && colon[-1] == ']';
    if (right)
        *(const char **)field = text;
    else
        check_expected(place, "an address and a port, such as 127.0.0.1:8080 or [::1]:8080");
}

/* The page's address as others see it, without a slash at its end. */
static void read_url(const struct place *place, void *field)
{
    static const char expected[] = "the page's address, such as https://funnel.example";
    const char *text = schema_text(place, expected);
    if (text == NULL)
        return;
    size_t scheme = strncmp(text, "https://", 8) == 0 ? 8 : strncmp(text, "http://", 7) == 0 ? 7 : 0, length = strlen(text);
    if (scheme == 0 || text[scheme] == '\0' || text[scheme] == '/' || strpbrk(text, " ?#\"<>") != NULL) {
        check_expected(place, "%s", expected);
        return;
    }
    while (text[length - 1] == '/')
        length--;
    *(const char **)field = keep_string(place->check->keep, (struct text){text, length});
}

static void read_hosts(const struct place *place, void *target)
{
    static const char expected[] = "a host name, such as funnel.example";
    struct http_settings *http = target;
    const struct place **elements;
    int count = schema_elements(place, expected, true, &elements);
    http->hosts = keep_array(place->check->keep, (size_t)count, sizeof *http->hosts);
    for (int i = 0; i < count; i++) {
        const char *host = schema_text(elements[i], expected);
        if (host != NULL && strpbrk(host, "/ ?#@") != NULL) /* no request's Host says https://funnel.example/ */
            check_expected(elements[i], "%s", expected);
        else if (host != NULL)
            http->hosts[http->host_count++] = host;
    }
}

static const struct schema_row rows[] = {
    {"listen", SCHEMA_OWN, offsetof(struct http_settings, listen), .flags = SCHEMA_REQUIRED, .read = read_listen},
    {"url", SCHEMA_OWN, offsetof(struct http_settings, url), .flags = SCHEMA_NULL, .read = read_url},
    {"hosts", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_hosts},
    {"token_file", SCHEMA_TEXT, offsetof(struct http_settings, token_file), .flags = SCHEMA_NULL},
    {"language", SCHEMA_WORD, offsetof(struct http_settings, language), .fallback = "ru", .words = http_section_languages},
    {"lead", SCHEMA_WORD, offsetof(struct http_settings, lead), .fallback = "lead", .words = http_section_leads},
    {0},
};

void http_section_read(const struct place *place, void *target)
{
    schema_read(place, rows, 0, target);
}
