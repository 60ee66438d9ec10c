#include "schema.h"

#include "notation.h"

/* ---- scalars ---- */

static bool is_text(const struct place *place)
{
    return place->node != NULL && place->node->kind == NODE_SCALAR && !yaml_tree_is_null(place->node);
}

const char *schema_text(const struct place *place, const char *what)
{
    if (is_text(place) && place->node->text.length > 0)
        return place->node->text.data;
    check_expected(place, "%s", what);
    return NULL;
}

int schema_word(const struct place *place, const char *const *words)
{
    struct nearest nearest = check_nearest(is_text(place) ? place->node->text.data : "");
    for (int i = 0; words[i] != NULL; i++) {
        if (is_text(place) && strcmp(place->node->text.data, words[i]) == 0)
            return i;
        check_offer(place, &nearest, words[i]);
    }
    check_unknown(place, "one of", &nearest);
    return -1;
}

static void read_boolean(const struct place *place, bool *field)
{
    bool plain = is_text(place) && place->node->plain;
    if (plain && strcmp(place->node->text.data, "true") == 0)
        *field = true;
    else if (plain && strcmp(place->node->text.data, "false") == 0)
        *field = false;
    else
        check_expected(place, "true or false");
}

static void read_integer(const struct place *place, const struct schema_row *row, int64_t *field)
{
    int64_t number, most = row->most > 0 ? row->most : INT64_MAX;
    if (is_text(place) && place->node->plain && notation_integer(place->node->text.data, &number) && number >= row->least && number <= most)
        *field = number;
    else if (row->most > 0)
        check_expected(place, "a whole number from %lld to %lld", (long long)row->least, (long long)row->most);
    else
        check_expected(place, "a whole number from %lld on", (long long)row->least);
}

static void read_share(const struct place *place, bool with_one, double *field)
{
    double number;
    if (is_text(place) && notation_fraction(place->node->text.data, &number) && number > 0 && (number < 1 || with_one))
        *field = number;
    else
        check_expected(place, "a share above 0 and %s, such as 0.2 or 20%%", with_one ? "at most 1" : "below 1");
}

static void read_duration(const struct place *place, const struct schema_row *row, int64_t *field)
{
    bool in_seconds = row->type == SCHEMA_SECONDS;
    int64_t number, most = row->most > 0 ? row->most : INT64_MAX;
    bool known = is_text(place) &&
                 (in_seconds ? notation_seconds(place->node->text.data, &number) : notation_milliseconds(place->node->text.data, &number));
    if (known && number >= row->least && number <= most)
        *field = number;
    else if (known && row->most > 0)
        check_expected(place, "a duration from %lld%s to %lld%s", (long long)row->least, in_seconds ? "s" : "ms", (long long)row->most, in_seconds ? "s" : "ms");
    else
        check_expected(place, "a duration%s, an integer with s, m, h, d%s or w, such as %s", row->least > 0 ? " above 0" : "",
                       in_seconds ? "" : ", ms", in_seconds ? "30d" : "5s");
}

static void read_size(const struct place *place, const struct schema_row *row, int64_t *field)
{
    int64_t size;
    if (is_text(place) && notation_size(place->node->text.data, &size) && size >= row->least && size <= row->most)
        *field = size;
    else
        check_expected(place, "a size from %lld to %lld bytes, an integer with KiB, MiB, GiB or nothing, such as 1MiB", (long long)row->least,
                       (long long)row->most);
}

static void read_rate(const struct place *place, double *field)
{
    if (!is_text(place) || !notation_rate(place->node->text.data, field))
        check_expected(place, "a number above 0 per day, week, month or year, such as 2 per year");
}

/* ---- lists ---- */

int schema_elements(const struct place *place, const char *what, bool or_one, const struct place ***out)
{
    struct keep *keep = place->check->keep;
    const struct node *node = place->node;
    *out = NULL;
    if (or_one && (node == NULL || node->kind != NODE_LIST)) {
        *out = keep_array(keep, 1, sizeof **out);
        (*out)[0] = place;
        return 1;
    }
    if (!check_is_list(place, what))
        return 0;
    *out = keep_array(keep, (size_t)node->count, sizeof **out);
    for (int i = 0; i < node->count; i++)
        (*out)[i] = check_element(place, i);
    return node->count;
}

int schema_texts(const struct place *place, const char *what, bool or_one, const char ***out)
{
    const struct place **elements;
    int count = schema_elements(place, what, or_one, &elements), texts = 0;
    *out = keep_array(place->check->keep, (size_t)count, sizeof **out);
    for (int i = 0; i < count; i++) {
        const char *text = schema_text(elements[i], "a name");
        if (text != NULL)
            (*out)[texts++] = text;
    }
    return texts;
}

/* ---- maps ---- */

static bool row_holds(const struct schema_row *row, unsigned variant)
{
    return row->only == 0 || (row->only & variant) != 0;
}

static void read_value(const struct place *place, const struct schema_row *row, void *target)
{
    void *field = (char *)target + row->at;
    switch (row->type) {
    case SCHEMA_TEXT: {
        const char *text = schema_text(place, "a name");
        if (text != NULL)
            *(const char **)field = text;
        break;
    }
    case SCHEMA_BOOLEAN:
        read_boolean(place, field);
        break;
    case SCHEMA_WORD: {
        int word = schema_word(place, row->words);
        if (word >= 0)
            *(unsigned *)field = (unsigned)word;
        break;
    }
    case SCHEMA_EITHER: {
        int word = schema_word(place, row->words);
        if (word >= 0)
            *(bool *)field = word == 1;
        break;
    }
    case SCHEMA_INTEGER:
        read_integer(place, row, field);
        break;
    case SCHEMA_PART:
        read_share(place, false, field);
        break;
    case SCHEMA_SHARE:
        read_share(place, true, field);
        break;
    case SCHEMA_SECONDS:
    case SCHEMA_MILLISECONDS:
        read_duration(place, row, field);
        break;
    case SCHEMA_SIZE:
        read_size(place, row, field);
        break;
    case SCHEMA_RATE:
        read_rate(place, field);
        break;
    case SCHEMA_OWN:
        row->read(place, field);
        break;
    case SCHEMA_LATER:
        break;
    }
}

/* The default, as if it were written where the map begins. */
static void read_fallback(const struct place *absent, const struct schema_row *row, void *target)
{
    struct node *node = keep_take(absent->check->keep, sizeof *node);
    node->line = absent->parent->node->line;
    node->column = absent->parent->node->column;
    node->kind = strcmp(row->fallback, "{}") == 0 ? NODE_MAP : strcmp(row->fallback, "[]") == 0 ? NODE_LIST : NODE_SCALAR;
    node->text = text_of(row->fallback);
    node->plain = true;
    struct place *place = keep_take(absent->check->keep, sizeof *place);
    *place = *absent;
    place->node = node;
    read_value(place, row, target);
}

static void refuse_unknown_key(const struct place *map, int index, const struct schema_row *rows, unsigned variant)
{
    const struct place *member = check_member(map, index);
    struct place at_key = *member; /* the key is what is wrong */
    at_key.node = member->key_node;
    struct nearest nearest = check_nearest(member->key);
    bool elsewhere = false;
    for (const struct schema_row *row = rows; row->key != NULL; row++) {
        if (row_holds(row, variant))
            check_offer(map, &nearest, row->key);
        else
            elsewhere = elsewhere || strcmp(row->key, member->key) == 0;
    }
    check_fault(&at_key, "found the key `%.60s`, which %s; expected one of: %s%s", member->key, elsewhere ? "has no place here" : "is unknown",
                nearest.listed.data, elsewhere ? "" : check_did_you_mean(map, &nearest));
}

static const struct schema_row *row_of(const struct schema_row *rows, unsigned variant, const char *key)
{
    for (const struct schema_row *row = rows; row->key != NULL; row++) {
        if (row_holds(row, variant) && strcmp(row->key, key) == 0)
            return row;
    }
    return NULL;
}

bool schema_read(const struct place *place, const struct schema_row *rows, unsigned variant, void *target)
{
    if (!check_is_map(place))
        return false;
    for (int i = 0; i < place->node->count; i++) {
        if (row_of(rows, variant, place->node->keys[i]->text.data) == NULL)
            refuse_unknown_key(place, i, rows, variant);
    }
    for (const struct schema_row *row = rows; row->key != NULL; row++) {
        if (!row_holds(row, variant))
            continue;
        const struct place *member = check_find(place, row->key);
        bool absent = member->node == NULL || ((row->flags & SCHEMA_NULL) != 0 && yaml_tree_is_null(member->node));
        if (!absent)
            read_value(member, row, target);
        else if (row->fallback != NULL)
            read_fallback(check_missing(place, row->key), row, target);
        else if ((row->flags & SCHEMA_REQUIRED) != 0)
            check_fault(member, "found nothing; expected this key, which has no default");
    }
    return true;
}
