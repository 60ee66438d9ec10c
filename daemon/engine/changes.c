#include "changes.h"

#include <inttypes.h>
#include <stdarg.h>

#include "../host/operator_log.h"

struct saying {
    const struct settings *settings;
    enum operator_level level; /* of what is not borne */
    int refused;
};

static void __attribute__((format(printf, 2, 3))) refuse(struct saying *saying, const char *format, ...)
{
    char text[900];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    operator_log(saying->level, saying->settings->application, "%s", text);
    saying->refused++;
}

static void look_at_names(struct saying *saying, const struct unknowns *unknowns)
{
    for (int i = 0; i < unknowns->name_count; i++) {
        uint64_t leads = unknowns_leads(unknowns, i);
        if (leads > 0)
            refuse(saying, "%s, known of %" PRIu64 " leads, is no longer in the configuration: name it among the aliases of what takes its place, or (a step) under `other`",
                   unknowns->texts[i], leads);
    }
}

static void look_at_dimensions(struct saying *saying, const struct checkpoint_reading *last)
{
    for (int d = 0; d < saying->settings->dimension_count; d++) {
        const struct dimension *dimension = &saying->settings->dimensions[d];
        if (last->takes[d] < 0)
            refuse(saying, "dimension %s is new: nothing is known of it about the leads so far", dimension->name);
        else if (last->takes[d] != (int)dimension->take && last->takes[d] != TAKE_CLOSING) /* which keeps all values */
            refuse(saying, "dimension %s has another `take`: only the %s value of each lead was kept", dimension->name, last->takes[d] == TAKE_FIRST ? "first" : "last");
    }
}

static const char *currency_text(const char *currency)
{
    return *currency != '\0' ? currency : "any currency";
}

static void look_at_funnels(struct saying *saying, const struct checkpoint_reading *last)
{
    for (int f = 0; f < saying->settings->funnel_count; f++) {
        const struct funnel *funnel = &saying->settings->funnels[f];
        if (!last->funnels[f])
            refuse(saying, "funnel %s is new: nothing is known of it so far", funnel->id);
        else if (strcmp(funnel->currency, last->currencies[f]) != 0)
            refuse(saying, "funnel %s takes amounts in %s: those so far are in %s", funnel->id, currency_text(funnel->currency), currency_text(last->currencies[f]));
    }
}

/* Every event that was counted left a row of its lead, and the one that moved a partition's greatest `at` is never forgotten. */
static bool has_counted(const struct checkpoint *last)
{
    for (int i = 0; i < last->partition_count; i++)
        if (last->partitions[i].greatest_at != TIME_NONE)
            return true;
    return false;
}

static bool leads_are_missing(const struct restored *restored)
{
    return restored->checkpoint != NULL && restored->rows == restored->unread_rows && has_counted(restored->checkpoint);
}

static bool checkpoint_is_missing(const struct restored *restored)
{
    return restored->checkpoint == NULL && restored->rows > 0;
}

bool changes_are_torn(const struct restored *restored)
{
    return leads_are_missing(restored) || checkpoint_is_missing(restored);
}

bool changes_are_borne(const struct settings *settings, const struct restored *restored, bool accepted)
{
    const struct checkpoint *last = restored->checkpoint;
    struct saying saying = {.settings = settings, .level = accepted ? OPERATOR_WARN : OPERATOR_ERROR};
    uint64_t unread = unknowns_leads(&restored->unread, 0);
    if (leads_are_missing(restored))
        refuse(&saying, "events were counted, but no lead can be read from %s-leads-changelog: it was lost, or another version of this program wrote it", settings->application);
    else if (checkpoint_is_missing(restored))
        refuse(&saying, "%s-leads-changelog knows of leads, but %s-checkpoint does not say how far the input was read: it was lost", settings->application,
               settings->application);
    else if (restored->checkpoint_unread)
        refuse(&saying, "the last record of %s-checkpoint is not what this program writes: another program or version wrote it", settings->application);
    else if (unread > 0)
        refuse(&saying, "of %" PRIu64 " leads the row in %s-leads-changelog is not what this program writes: another program or version wrote it", unread,
               settings->application);
    look_at_names(&saying, &restored->unknowns);
    if (last != NULL && last->config != settings->hash) {
        const struct checkpoint_reading *reading = &last->reading;
        look_at_dimensions(&saying, reading);
        look_at_funnels(&saying, reading);
        if (reading->retention_s >= 0 && (settings->retention_s < 0 || settings->retention_s > reading->retention_s))
            refuse(&saying, "retention is longer than it was: what is forgotten does not come back by itself");
        operator_log(OPERATOR_INFO, settings->application, "the configuration has changed: counts are folded anew from what is known about the leads%s",
                     reading->hash != settings->reading_hash ? "; how events are read holds from here on" : "");
    }
    if (saying.refused == 0)
        return true;
    if (!accepted)
        operator_log(OPERATOR_ERROR, settings->application,
                     "the state does not bear that: `funneld rebuild --config %s` makes it anew from the input; or `funneld run --accept-changes`, once, "
                     "goes on with what is known and loses what is not named",
                     settings->path);
    return accepted;
}
