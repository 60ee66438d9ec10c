/* settings.h -- the configuration as checked values: what the YAML file says, with defaults filled in and names resolved.
 * Made by settings_load, freed by settings_free, never changed in between; any thread may read it.
 * Keys, types and defaults: formats, "Configuration". */
#ifndef FUNNELD_SETTINGS_SETTINGS_H
#define FUNNELD_SETTINGS_SETTINGS_H

#include <stdio.h>

#include "../core/rule.h"
#include "../core/text.h"
#include "../core/zone.h"

/* ---- input ---- */

struct pointer { /* a JSON Pointer (RFC 6901), split and unescaped; no tokens: the whole element */
    int token_count;
    struct text *tokens;
    const char *source; /* as written */
};

struct pointers { /* the first one that is there and not empty counts */
    int count;
    struct pointer *list;
};

enum field {
    FIELD_LEAD_ID, FIELD_AT, FIELD_STAGE_AT, FIELD_CREATED_AT, FIELD_FUNNEL, FIELD_STAGE, FIELD_REASON, FIELD_AMOUNT,
    FIELD_CURRENCY, FIELD_SCORE, FIELD_COUNT
};

extern const char *const settings_field_names[FIELD_COUNT]; /* "lead_id", "at" ... as they are written, by enum field */

struct where { /* pointer -> one of these texts */
    struct pointer pointer;
    int value_count;
    struct text *values;
};

struct source {
    int topic_count;                 /* Kafka topics; files ignore them */
    const char **topics;
    bool has_each;                   /* false: the record itself is the element */
    struct pointer each;             /* the array whose elements are events */
    int where_count;                 /* all must hold */
    struct where *wheres;
    struct pointers fields[FIELD_COUNT];
    struct pointers dimensions[FUNNEL_DIMENSIONS_MAX]; /* one per dimension of the application */
};

enum csv_delimiter { CSV_AUTO, CSV_SEMICOLON, CSV_COMMA, CSV_TAB }; /* auto: as the header shows */
enum csv_dates { CSV_DD_MM_YYYY, CSV_SLASH_DD_MM_YYYY, CSV_SLASH_MM_DD_YYYY };

struct csv_form { /* how spreadsheets write */
    enum csv_delimiter delimiter;
    enum csv_dates dates;            /* beside yyyy-mm-dd, which is always read */
};

enum name_kind { NAME_STEP, NAME_LOST, NAME_REMOVED, NAME_OTHER };

struct name { /* one word an event's `stage` may carry in a funnel */
    struct text text;
    enum name_kind kind;
    int step;             /* NAME_STEP */
    struct text reason;   /* NAME_LOST: given to events that carry none; data NULL: none */
};

struct match { /* dimension -> one of these values; all of a funnel's must hold */
    int dimension;
    int value_count;
    struct text *values;
};

struct naming { /* how events name one funnel and what happens in it */
    int alias_count;       /* its id and its aliases */
    struct text *aliases;
    int name_count;        /* sorted by bytes, unique; a step's name wins over a stage's */
    struct name *names;
    int match_count;       /* 0: accepts no event by itself */
    struct match *matches;
};

/* ---- the page ---- */

enum language { LANGUAGE_RU, LANGUAGE_EN };
enum lead_word { LEAD_WORD_LEAD, LEAD_WORD_DEAL, LEAD_WORD_REQUEST }; /* what people here call a lead */

struct http_settings {
    const char *listen;           /* HOST:PORT; NULL: no HTTP */
    const char *url;              /* the page's address as others see it; NULL: http://LISTEN */
    int host_count;               /* further names under which requests may come */
    const char **hosts;
    const char *token_file;       /* holds the bearer token; NULL: anyone who can connect may read */
    enum language language;       /* of the page, until somebody chooses another */
    enum lead_word lead;
};

/* ---- delivery of alerts ---- */

enum receiver_kind { RECEIVER_ALERTMANAGER, RECEIVER_SLACK, RECEIVER_TELEGRAM, RECEIVER_WEBHOOK };

struct receiver {
    const char *name;             /* letters, digits, `.`, `_` and `-`: it ends the name of a consumer group */
    enum receiver_kind kind;
    const char *url;              /* where to POST; of Alertmanager and Telegram the beginning, without a slash at its end */
    const char *token, *chat_id;  /* RECEIVER_TELEGRAM */
    const char *bearer_token;     /* NULL: none */
    const char *username, *password; /* NULL: none */
    const char *ca_file;          /* certificates to trust; NULL: the system's */
    int64_t timeout_ms;           /* of one request */
    int64_t resend_s;             /* RECEIVER_ALERTMANAGER: what fires is sent again so often */
    int64_t group_wait_ms;        /* the others: how long the first alert waits for more of its funnel */
    int64_t max_age_s;            /* and what is too old to tell */
    enum language language;       /* of messages to people */
};

struct label_match { /* a label that has one of these values */
    const char *label;
    int value_count;
    const char **values;
};

struct notify_route {
    int match_count;              /* all must hold; 0: every alert */
    struct label_match *matches;
    int receiver_count;
    int *receivers;               /* indexes */
    bool goes_on;                 /* later routes are looked at, too */
};

struct notify_settings {
    int receiver_count;           /* 0: nothing is delivered */
    struct receiver *receivers;
    int route_count;              /* 0: every alert goes to every receiver */
    struct notify_route *routes;
};

/* ---- the whole ---- */

struct property { const char *name, *value; };  /* of librdkafka; secrets are read already (secret.h) */

struct settings {
    const char *path;
    const char *application;
    struct zone zone;
    int property_count;
    struct property *properties;

    int source_count;             /* `topics` and `fields` are one source */
    struct source *sources;
    int topic_count;              /* of all sources, each once */
    const char **topics;
    int64_t out_of_orderness_s, max_future_s;
    int64_t max_record;           /* bytes */
    bool keyed, unmatched_ignored, local_times;
    struct csv_form csv;          /* of files that are CSV */

    const char *snapshots_topic, *alerts_topic, *dead_letters_topic;
    int64_t every_ms;
    bool show_leads;
    bool create_topics;
    int64_t dead_letters_retention_s; /* of their topic, where the daemon creates it */
    const char *lead_url;         /* NULL: none */

    int64_t retention_s;          /* -1: for ever */
    int dimension_count;
    struct dimension *dimensions; /* in the order of the file */
    struct pointers *dimension_fields; /* of each: where a source that does not list it finds it */
    int *title_counts;            /* of each dimension: value -> title, for people only */
    struct property **titles;

    struct http_settings http;
    struct notify_settings notify;

    int funnel_count;
    struct funnel *funnels;
    struct naming *namings;       /* one per funnel */
    int *rule_counts;
    struct alert_rule **rules;    /* one list per funnel */
    int application_rule_count;
    struct alert_rule *application_rules;
    uint64_t hash;                /* of everything in the file that shapes the numbers: not of kafka, output, http, notify and titles */
    uint64_t reading_hash;        /* of what decides how events are read: where fields lie, what names mean; not of steps and their aliases */
    struct keep *keep;            /* the memory of all this */
};

/* Read and check a file. NULL: every mistake has been written to `errors`, one a line, as
 *   FILE:LINE:COLUMN: PATH: what was found; what was expected (did you mean ...?)
 * The result is given to the caller. */
struct settings *settings_load(const char *path, FILE *errors);
void settings_free(struct settings *settings);

/* What was understood, for people: check-config's output. */
void settings_print(const struct settings *settings, FILE *out);

int settings_topic(const struct settings *settings, struct text name); /* the input topic of that name; -1: none */

#endif
