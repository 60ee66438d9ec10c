#include "notice.h"

#include <math.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../wire/moment.h"

static const char *text_in(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static double number_in(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

static int64_t count_in(const cJSON *object, const char *name)
{
    double number = number_in(object, name);
    return number >= 0 && number < 1e15 ? (int64_t)number : -1;
}

int64_t notice_moment(const cJSON *object, const char *name)
{
    const char *text = text_in(object, name);
    int64_t moment;
    return text != NULL && moment_from_text(text_of(text), NULL, &moment) ? moment : TIME_NONE;
}

static bool read_status(const char *text, enum notice_status *out)
{
    static const char *const words[] = {[NOTICE_PENDING] = "pending", [NOTICE_FIRING] = "firing", [NOTICE_RESOLVED] = "resolved"};
    for (int i = 0; text != NULL && i < 3; i++) {
        if (strcmp(text, words[i]) == 0) {
            *out = (enum notice_status)i;
            return true;
        }
    }
    return false;
}

static bool are_texts(const cJSON *object)
{
    const cJSON *item;
    if (!cJSON_IsObject(object))
        return false;
    cJSON_ArrayForEach(item, object)
        if (!cJSON_IsString(item))
            return false;
    return true;
}

struct notice *notice_read(struct text value)
{
    cJSON *record = value.data != NULL ? cJSON_ParseWithLength(value.data, value.length) : NULL;
    const char *type = text_in(record, "type");
    if (type == NULL || strcmp(type, "alert") != 0) {
        cJSON_Delete(record);
        return NULL;
    }
    struct notice notice = {
        .record = record,
        .id = text_in(record, "id"),
        .fingerprint = text_in(record, "fingerprint"),
        .labels = cJSON_GetObjectItemCaseSensitive(record, "labels"),
        .annotations = cJSON_GetObjectItemCaseSensitive(record, "annotations"),
        .active_at = notice_moment(record, "activeAt"),
        .starts_at = notice_moment(record, "startsAt"),
        .ends_at = notice_moment(record, "endsAt"),
        .as_of = notice_moment(record, "as_of"),
        .generator_url = text_in(record, "generatorURL"),
        .window = text_in(record, "window"),
        .value = number_in(record, "value"),
        .threshold = number_in(record, "threshold"),
        .low = number_in(record, "low"),
        .high = number_in(record, "high"),
        .p_value = number_in(record, "p_value"),
        .q_value = number_in(record, "q_value"),
        .evidence = number_in(record, "evidence"),
        .burst = number_in(record, "burst"),
        .reached = count_in(record, "reached"),
        .passed = count_in(record, "passed"),
        .oldest = cJSON_GetObjectItemCaseSensitive(record, "oldest"),
    };
    bool told = read_status(text_in(record, "status"), &notice.status) && notice.id != NULL && notice.fingerprint != NULL && are_texts(notice.labels) &&
                are_texts(notice.annotations) && (notice.status == NOTICE_PENDING || notice.starts_at != TIME_NONE) &&
                (notice.status != NOTICE_RESOLVED || notice.ends_at != TIME_NONE);
    if (!told) {
        cJSON_Delete(record);
        return NULL;
    }
    if (!cJSON_IsArray(notice.oldest))
        notice.oldest = NULL;
    struct notice *given = memory_new(sizeof *given);
    *given = notice;
    return given;
}

void notice_free(struct notice *notice)
{
    if (notice == NULL)
        return;
    cJSON_Delete(notice->record);
    free(notice);
}

const char *notice_label(const struct notice *notice, const char *name)
{
    return text_in(notice->labels, name);
}

const char *notice_annotation(const struct notice *notice, const char *name)
{
    return text_in(notice->annotations, name);
}
