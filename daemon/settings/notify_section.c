#include "notify_section.h"

#include "../core/alert.h"
#include "alert_section.h"
#include "dimension_section.h"
#include "http_section.h"
#include "schema.h"
#include "secret.h"
#include "settings.h"

enum { RECEIVERS_MAX = 64, NAME_MAX_BYTES = 100, TIMEOUT_MAX_MS = 60000 };

const char *const notify_section_kinds[] = {
    [RECEIVER_ALERTMANAGER] = "alertmanager", [RECEIVER_SLACK] = "slack", [RECEIVER_TELEGRAM] = "telegram", [RECEIVER_WEBHOOK] = "webhook", NULL,
};

enum { /* bits for schema_row.only */
    ALERTMANAGER = 1 << RECEIVER_ALERTMANAGER,
    SLACK = 1 << RECEIVER_SLACK,
    TELEGRAM = 1 << RECEIVER_TELEGRAM,
    WEBHOOK = 1 << RECEIVER_WEBHOOK,
};

/* ---- a receiver ---- */

static void read_name(const struct place *place, void *field)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    static const char expected[] = "a name of at most 100 letters, digits, `.`, `_` and `-`";
    const char *name = schema_text(place, expected);
    if (name != NULL && strlen(name) <= NAME_MAX_BYTES && strspn(name, letters) == strlen(name))
        *(const char **)field = name;
    else if (name != NULL)
        check_expected(place, "%s", expected);
}

static void read_secret(const struct place *place, void *field)
{
    const char *text = secret_read(place);
    if (text != NULL && *text != '\0' && text[strcspn(text, "\r\n")] == '\0')
        *(const char **)field = text;
    else if (text != NULL)
        check_expected(place, "a text of one line, ${NAME} or ${file:/path}");
}

/* Addresses may be secrets themselves, so the mistake does not repeat what was found there. */
static void read_url(const struct place *place, void *field)
{
    const char *text = NULL;
    read_secret(place, &text);
    if (text == NULL)
        return;
    size_t scheme = strncmp(text, "https://", 8) == 0 ? 8 : strncmp(text, "http://", 7) == 0 ? 7 : 0, length = strlen(text);
    if (scheme == 0 || text[scheme] == '\0' || text[scheme] == '/' || strpbrk(text, " \t\"<>#") != NULL) {
        check_fault(place, "found something else than an address; expected one such as https://hooks.example/services/...");
        return;
    }
    *(const char **)field = keep_string(place->check->keep, (struct text){text, length});
}

static void read_base_url(const struct place *place, void *field)
{
    const char *text = NULL;
    read_url(place, &text);
    if (text == NULL)
        return;
    size_t length = strlen(text);
    while (text[length - 1] == '/')
        length--;
    *(const char **)field = keep_string(place->check->keep, (struct text){text, length});
}

#define AT(member) offsetof(struct receiver, member)

static const struct schema_row receiver_rows[] = {
    {"name", SCHEMA_OWN, AT(name), .flags = SCHEMA_REQUIRED, .read = read_name},
    {"kind", .type = SCHEMA_LATER},
    {"url", SCHEMA_OWN, AT(url), .flags = SCHEMA_REQUIRED, .read = read_url, .only = SLACK | WEBHOOK},
    {"url", SCHEMA_OWN, AT(url), .flags = SCHEMA_REQUIRED, .read = read_base_url, .only = ALERTMANAGER},
    {"api_url", SCHEMA_OWN, AT(url), .fallback = "https://api.telegram.org", .read = read_base_url, .only = TELEGRAM},
    {"token", SCHEMA_OWN, AT(token), .flags = SCHEMA_REQUIRED, .read = read_secret, .only = TELEGRAM},
    {"chat_id", SCHEMA_TEXT, AT(chat_id), .flags = SCHEMA_REQUIRED, .only = TELEGRAM},
    {"bearer_token", SCHEMA_OWN, AT(bearer_token), .flags = SCHEMA_NULL, .read = read_secret, .only = ALERTMANAGER | WEBHOOK},
    {"username", SCHEMA_OWN, AT(username), .flags = SCHEMA_NULL, .read = read_secret, .only = ALERTMANAGER | WEBHOOK},
    {"password", SCHEMA_OWN, AT(password), .flags = SCHEMA_NULL, .read = read_secret, .only = ALERTMANAGER | WEBHOOK},
    {"ca_file", SCHEMA_TEXT, AT(ca_file), .flags = SCHEMA_NULL},
    {"timeout", SCHEMA_MILLISECONDS, AT(timeout_ms), .fallback = "10s", .least = 100, .most = TIMEOUT_MAX_MS}, /* a request holds up what else it should hear */
    {"resend", SCHEMA_SECONDS, AT(resend_s), .fallback = "1m", .least = 1, .only = ALERTMANAGER},
    {"group_wait", SCHEMA_MILLISECONDS, AT(group_wait_ms), .only = SLACK | TELEGRAM | WEBHOOK},
    {"max_age", SCHEMA_SECONDS, AT(max_age_s), .least = 1, .only = SLACK | TELEGRAM | WEBHOOK},
    {"language", SCHEMA_WORD, AT(language), .words = http_section_languages},
    {0},
};

static bool read_receiver(const struct place *place, const struct receiver *usual, struct receiver *out)
{
    struct receiver receiver = *usual;
    if (!check_is_map(place))
        return false;
    int kind = schema_word(check_find(place, "kind"), notify_section_kinds);
    if (kind < 0)
        return false;
    receiver.kind = (enum receiver_kind)kind;
    schema_read(place, receiver_rows, 1U << kind, &receiver);
    if ((receiver.username == NULL) != (receiver.password == NULL))
        check_expected(check_find(place, receiver.username == NULL ? "username" : "password"), "username and password together");
    if (receiver.bearer_token != NULL && receiver.username != NULL)
        check_fault(check_find(place, "bearer_token"), "found a token beside a username; expected one of them");
    *out = receiver;
    return true;
}

static void read_receivers(const struct place *place, const struct receiver *usual, struct notify_settings *notify)
{
    const struct place **elements;
    int count = schema_elements(place, "receivers", false, &elements);
    if (count == 0 && place->node->kind == NODE_LIST)
        check_expected(place, "at least one receiver; without the key `notify` nobody is told");
    if (count > RECEIVERS_MAX) {
        check_fault(place, "found %d receivers; expected at most %d", count, RECEIVERS_MAX);
        count = RECEIVERS_MAX;
    }
    notify->receivers = keep_array(place->check->keep, (size_t)count, sizeof *notify->receivers);
    for (int i = 0; i < count; i++) {
        struct receiver *receiver = &notify->receivers[notify->receiver_count];
        if (!read_receiver(elements[i], usual, receiver))
            continue;
        for (int j = 0; receiver->name != NULL && j < notify->receiver_count; j++) {
            if (notify->receivers[j].name != NULL && strcmp(notify->receivers[j].name, receiver->name) == 0)
                check_fault(check_find(elements[i], "name"), "found `%s`, the name of another receiver before it; expected another name", receiver->name);
        }
        notify->receiver_count++;
    }
}

/* ---- routes ---- */

/* Labels that some alert has; a match on any other one would never hold. */
static void offer_labels(const struct place *place, struct nearest *nearest, bool *known)
{
    const struct settings *settings = place->check->settings;
    for (int i = 0; i < ALERT_LABELS_OWN; i++) {
        *known = *known || strcmp(alert_own_labels[i], nearest->found) == 0;
        check_offer(place, nearest, alert_own_labels[i]);
    }
    for (int i = 0; i < settings->dimension_count; i++) {
        *known = *known || strcmp(settings->dimensions[i].name, nearest->found) == 0;
        check_offer(place, nearest, settings->dimensions[i].name);
    }
    for (int f = 0; f <= settings->funnel_count; f++) {
        const struct alert_rule *rules = f < settings->funnel_count ? settings->rules[f] : settings->application_rules;
        int count = f < settings->funnel_count ? settings->rule_counts[f] : settings->application_rule_count;
        for (int r = 0; r < count; r++) {
            for (int l = 0; l < rules[r].label_count; l++) {
                *known = *known || strcmp(rules[r].labels[l].name, nearest->found) == 0;
                check_offer(place, nearest, rules[r].labels[l].name);
            }
        }
    }
}

static void check_funnels(const struct place *place, const struct label_match *match)
{
    const struct settings *settings = place->check->settings;
    for (int v = 0; v < match->value_count; v++) {
        struct nearest nearest = check_nearest(match->values[v]);
        bool known = false;
        for (int f = 0; f < settings->funnel_count; f++) {
            known = known || strcmp(settings->funnels[f].id, match->values[v]) == 0;
            check_offer(place, &nearest, settings->funnels[f].id);
        }
        if (!known)
            check_fault(place, "found `%.60s`; expected a funnel's id: %s%s", match->values[v], nearest.listed.data, check_did_you_mean(place, &nearest));
    }
}

static void read_match(const struct place *place, void *target)
{
    struct notify_route *route = target;
    if (!check_is_map(place))
        return;
    route->matches = keep_array(place->check->keep, (size_t)place->node->count, sizeof *route->matches);
    for (int i = 0; i < place->node->count; i++) {
        const struct place *member = check_member(place, i);
        struct nearest nearest = check_nearest(member->key);
        bool known = false;
        offer_labels(member, &nearest, &known);
        if (!known) {
            check_fault(member, "found the label `%.60s`, which no alert has; expected one of: %s%s", member->key, nearest.listed.data,
                        check_did_you_mean(member, &nearest));
            continue;
        }
        struct label_match *match = &route->matches[route->match_count++];
        match->label = member->key;
        match->value_count = schema_texts(member, "values", true, &match->values);
        if (strcmp(match->label, "funnel") == 0)
            check_funnels(member, match);
    }
}

static void read_route_receivers(const struct place *place, void *target)
{
    struct notify_route *route = target;
    const struct notify_settings *notify = &place->check->settings->notify;
    const struct place **elements;
    int count = schema_elements(place, "names of receivers", true, &elements);
    route->receivers = keep_array(place->check->keep, (size_t)count, sizeof *route->receivers);
    for (int i = 0; i < count; i++) {
        const char *name = schema_text(elements[i], "the name of a receiver");
        if (name == NULL)
            continue;
        struct nearest nearest = check_nearest(name);
        int found = -1;
        for (int r = 0; r < notify->receiver_count; r++) {
            if (notify->receivers[r].name == NULL)
                continue; /* reported */
            found = strcmp(notify->receivers[r].name, name) == 0 ? r : found;
            check_offer(elements[i], &nearest, notify->receivers[r].name);
        }
        if (found >= 0)
            route->receivers[route->receiver_count++] = found;
        else
            check_unknown(elements[i], "a receiver", &nearest);
    }
}

static const struct schema_row route_rows[] = {
    {"match", SCHEMA_OWN, .flags = SCHEMA_NULL, .read = read_match},
    {"receivers", SCHEMA_OWN, .flags = SCHEMA_REQUIRED, .read = read_route_receivers},
    {"continue", SCHEMA_BOOLEAN, offsetof(struct notify_route, goes_on), .fallback = "false"},
    {0},
};

static void read_routes(const struct place *place, struct notify_settings *notify)
{
    const struct place **elements;
    int count = schema_elements(place, "routes", false, &elements);
    notify->routes = keep_array(place->check->keep, (size_t)count, sizeof *notify->routes);
    for (int i = 0; i < count; i++) {
        if (schema_read(elements[i], route_rows, 0, &notify->routes[notify->route_count]))
            notify->route_count++;
    }
    if (count == 0 && place->node->kind == NODE_LIST)
        check_expected(place, "at least one route; without this key every alert goes to every receiver");
}

static void check_all_hear(const struct place *receivers, const struct notify_settings *notify)
{
    for (int r = 0; r < notify->receiver_count; r++) {
        bool named = notify->receivers[r].name == NULL; /* reported */
        for (int i = 0; i < notify->route_count; i++) {
            for (int j = 0; j < notify->routes[i].receiver_count; j++)
                named = named || notify->routes[i].receivers[j] == r;
        }
        if (!named)
            check_fault(receivers, "found the receiver `%s`, which no route names; expected one that does", notify->receivers[r].name);
    }
}

/* Is the dimension a label of some alert? */
static bool is_label(const struct settings *settings, int dimension)
{
    for (int f = 0; f < settings->funnel_count; f++)
        for (int r = 0; r < settings->rule_counts[f]; r++)
            for (int g = 0; g < settings->rules[f][r].group_count; g++)
                for (int d = 0; d < settings->rules[f][r].groups[g].dimension_count; d++)
                    if (settings->rules[f][r].groups[g].dimensions[d] == dimension)
                        return true;
    return false;
}

/* An Alertmanager refuses an alert with such a label, and would hear of none of that group. */
static void check_labels(const struct place *receivers, const struct notify_settings *notify)
{
    const struct settings *settings = receivers->check->settings;
    int alertmanager = 0;
    while (alertmanager < notify->receiver_count && notify->receivers[alertmanager].kind != RECEIVER_ALERTMANAGER)
        alertmanager++;
    if (alertmanager == notify->receiver_count)
        return;
    for (int d = 0; d < settings->dimension_count; d++) {
        if (is_label(settings, d) && !alert_section_is_label(settings->dimensions[d].name))
            check_fault(receivers, "found an Alertmanager, and alerts with the dimension `%.60s` as a label, which it refuses; expected a dimension's name of letters, digits "
                                   "and `_` that does not begin with a digit", settings->dimensions[d].name);
    }
}

/* ---- the section ---- */

/* What stands beside receivers and routes are the receivers' defaults. */
static const struct schema_row section_rows[] = {
    {"group_wait", SCHEMA_MILLISECONDS, AT(group_wait_ms), .fallback = "30s"},
    {"max_age", SCHEMA_SECONDS, AT(max_age_s), .fallback = "1d", .least = 1},
    {"language", SCHEMA_WORD, AT(language), .words = http_section_languages},
    {"receivers", .type = SCHEMA_LATER},
    {"routes", .type = SCHEMA_LATER},
    {0},
};

void notify_section_read(const struct place *place, void *target)
{
    struct notify_settings *notify = target;
    struct receiver usual = {.language = place->check->settings->http.language};
    if (!schema_read(place, section_rows, 0, &usual))
        return;
    const struct place *receivers = check_find(place, "receivers"), *routes = check_find(place, "routes");
    if (receivers->node == NULL) {
        check_fault(receivers, "found nothing; expected this key, which has no default");
        return;
    }
    read_receivers(receivers, &usual, notify);
    check_labels(receivers, notify);
    if (routes->node == NULL)
        return;
    read_routes(routes, notify);
    if (notify->route_count > 0)
        check_all_hear(receivers, notify);
}
