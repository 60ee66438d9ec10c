#include "cloud_event.h"

#include <strings.h>

static bool same_media(struct text a, struct text b)
{
    return a.length == b.length && strncasecmp(a.data, b.data, a.length) == 0;
}

/* A content type without its parameters and the space before them. */
static struct text media_type(struct text content_type)
{
    const char *semicolon = content_type.length > 0 ? memchr(content_type.data, ';', content_type.length) : NULL;
    if (semicolon != NULL)
        content_type.length = (size_t)(semicolon - content_type.data);
    while (content_type.length > 0 && content_type.data[content_type.length - 1] == ' ')
        content_type.length--;
    return content_type;
}

bool cloud_event_is_json(struct text content_type)
{
    const struct text suffix = TEXT("+json");
    struct text media = media_type(content_type);
    if (same_media(media, TEXT("application/json")) || same_media(media, TEXT("text/json")))
        return true;
    if (media.length < suffix.length)
        return false;
    return same_media((struct text){media.data + media.length - suffix.length, suffix.length}, suffix);
}

struct cloud_event cloud_event_of(const struct record *record)
{
    struct cloud_event event = {.mode = CLOUD_NONE};
    for (int i = 0; i < record->header_count; i++) { /* the last header of a name counts */
        const struct record_header *header = &record->headers[i];
        if (text_equal(header->name, TEXT("ce_specversion")))
            event.mode = CLOUD_BINARY;
        else if (text_equal(header->name, TEXT("ce_time")))
            event.time = header->value;
        else if (text_equal(header->name, TEXT("content-type")))
            event.content_type = header->value;
    }
    if (event.content_type.data != NULL && same_media(media_type(event.content_type), TEXT("application/cloudevents+json")))
        event.mode = CLOUD_STRUCTURED;
    return event;
}
