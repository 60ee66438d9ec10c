/* Goal: exactly RFC 8259 (and our limits) is accepted, and what a plan wants is found. Method: tables of texts; wanted values rendered as
 *     kind:raw text   one a slot, separated by spaces; - where nothing is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/wire/json_scan.h"
#include "../core/random_support.h"

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof(array)[0]))

static struct json_plan *plan_of(const char *const *pointers, int count)
{
    struct json_plan *plan = json_plan_new();
    for (int i = 0; i < count; i++) {
        struct text tokens[8];
        int token_count = 0;
        for (const char *at = pointers[i]; *at == '/';) {
            const char *token = ++at;
            while (*at != '\0' && *at != '/')
                at++;
            tokens[token_count++] = (struct text){token, (size_t)(at - token)};
        }
        assert_int_equal(json_plan_want(plan, tokens, token_count), i);
    }
    assert_int_equal(json_plan_slots(plan), count);
    return plan;
}

/* Scan an exact copy of the text, so that a read past its end is seen by the sanitizer. */
static bool scan(struct json_plan *plan, struct text text, struct json_value *values, struct json_error *error, char **copy)
{
    *copy = memory_copy(text.data, text.length);
    return json_scan(plan, (struct text){*copy, text.length}, values, error);
}

/* ---- what is JSON ---- */

static void text__valid__accepted(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "null", "true", "false", "0", "-0", "-0.0", "1", "10", "1.5", "1e1", "1E+1", "1e-1", "-1.50e+07", "\"\"", "[]", "{}", " [ ] ", "\t{\r\n} ",
        "[1,[2,[3]],{}]", "{\"a\":{\"b\":[null,true,false]}}", "{\"\":0}", "{\"a\":1,\"a\":2}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"", "\"\\ud83d\\ude00\"", "\"\\uD83D\\uDE00\"", "\"\x7F\"",
        "\"\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF\"",
        "\"a string longer than any block of bytes that is looked at together\"", "\"пятнадцать_символов_и_ещё\"",
        "100000000000000000000000000000000000000000000e-999999999999",
    };
    struct json_plan *plan = json_plan_new();
    for (int i = 0; i < COUNT_OF(rows); i++) {
        struct json_error error = {0};
        char *copy;
        if (!scan(plan, text_of(rows[i]), NULL, &error, &copy))
            fail_msg("%s: byte %zu: %s", rows[i], error.offset, error.what);
        free(copy);
    }
    json_plan_free(plan);
}

static void text__invalid__refused_at_its_byte(void **state)
{
    (void)state;
    static const struct { const char *text; size_t offset; } rows[] = {
        {"", 0},                    {" ", 1},                  {"x", 0},                   {"nul", 0},                {"nulll", 4},
        {"True", 0},                {"1 2", 2},                {"01", 0},                  {"-", 1},                  {"-01", 1},
        {"+1", 0},                  {".5", 0},                 {"1.", 2},                  {"1.e1", 2},               {"1e", 2},
        {"1e+", 3},                 {"0x1", 1},                {"1a", 1},                  {"NaN", 0},                {"Infinity", 0},
        {"-Infinity", 1},           {"[", 1},                  {"[1", 2},                  {"[1,", 3},                {"[1,]", 3},
        {"[,1]", 1},                {"[1 2]", 3},              {"]", 0},                   {"{", 1},                  {"{1:2}", 1},
        {"{\"a\"", 4},              {"{\"a\":", 5},            {"{\"a\":1", 6},            {"{\"a\":1,", 7},          {"{\"a\":1,}", 7},
        {"{\"a\" 1}", 5},           {"{\"a\":1 \"b\":2}", 7},  {"{\"a\":1]", 6},           {"{'a':1}", 1},            {"{a:1}", 1},
        {"[1}", 2},                 {"\"", 1},                 {"\"a", 2},                 {"\"\\\"", 3},             {"\"\\", 1},
        {"\"\\x\"", 1},             {"\"\\u12\"", 1},          {"\"\\u12g4\"", 1},         {"\"\\u 123\"", 1},        {"\"\\U0041\"", 1},
        {"\"\n\"", 1},              {"\"a\tb\"", 2},           {"\"\x1F\"", 1},            {"\"\\u0000\"", 1},        {"\"a\\u0000\"", 2},
        {"\"\\ud800\"", 1},         {"\"\\ud800x\"", 1},       {"\"\\ud800\\n\"", 1},      {"\"\\ud800\\ud800\"", 1}, {"\"\\ud800\\u0041\"", 1},
        {"\"\\udc00\"", 1},         {"\"\\udc00\\ud800\"", 1}, {"\"\\ud83d\\ude0\"", 1},   {"\"\\udfff\"", 1},        {"\"\\uDBFF\\uE000\"", 1},
        {"\"\x80\"", 1},            {"\"\xC0\xAF\"", 1},       {"\"\xC1\xBF\"", 1},        {"\"\xC3\"", 1},           {"\"\xE0\x9F\xBF\"", 1},
        {"\"\xE2\x82\"", 1},        {"\"\xED\xA0\x80\"", 1},   {"\"\xF0\x8F\xBF\xBF\"", 1}, {"\"\xF4\x90\x80\x80\"", 1}, {"\"\xF5\x80\x80\x80\"", 1},
        {"\"\xFE\"", 1},            {"\"\xC3", 1},             {"\"\xF0\x90\x80", 1},      {"\xEF\xBB\xBF{}", 0},     {"\"sixteen bytes ..\xFF\"", 17},
        {"{} // comment", 3},       {"/**/{}", 0},             {"\f{}", 0},                {"\xC2\xA0{}", 0},         {"\"0123456789abcde\n\"", 16},
        {"{\"a\\u0000b\":1}", 3},   {"{\"\xFF\":1}", 2},
    };
    struct json_plan *plan = json_plan_new();
    for (int i = 0; i < COUNT_OF(rows); i++) {
        struct json_error error = {0};
        char *copy;
        bool accepted = scan(plan, text_of(rows[i].text), NULL, &error, &copy);
        if (accepted || error.offset != rows[i].offset)
            fail_msg("%s: %s, byte %zu and not %zu: %s", rows[i].text, accepted ? "accepted" : "refused", error.offset, rows[i].offset, error.what);
        free(copy);
    }
    json_plan_free(plan);
}

static void text__with_a_nul_byte__refused(void **state)
{
    (void)state;
    struct json_plan *plan = json_plan_new();
    static const struct text rows[] = {{"\"a\0b\"", 5}, {"{}\0", 3}, {"\0", 1}, {"[1,\0 2]", 7}};
    for (int i = 0; i < COUNT_OF(rows); i++) {
        struct json_error error;
        char *copy;
        assert_false(scan(plan, rows[i], NULL, &error, &copy));
        free(copy);
    }
    json_plan_free(plan);
}

static void nesting__deeper_than_128__refused(void **state)
{
    (void)state;
    struct json_plan *plan = json_plan_new();
    for (int depth = 128; depth <= 129; depth++)
        for (int objects = 0; objects < 2; objects++) {
            char text[2048];
            size_t length = 0;
            for (int i = 0; i < depth; i++)
                length += (size_t)snprintf(text + length, sizeof text - length, objects && i % 2 ? "{\"a\":" : "[");
            length += (size_t)snprintf(text + length, sizeof text - length, "0");
            for (int i = depth - 1; i >= 0; i--)
                text[length++] = objects && i % 2 ? '}' : ']';
            struct json_error error;
            char *copy;
            assert_int_equal(scan(plan, (struct text){text, length}, NULL, &error, &copy), depth == 128);
            free(copy);
        }
    json_plan_free(plan);
}

/* Every beginning of a text is refused, whatever block or string it cuts. */
static void text__cut_anywhere__refused(void **state)
{
    (void)state;
    static const char text[] = "{\"name\":\"Иванов \\u0416\\ud83d\\ude00 and more\",\"n\":-12.5e+3,\"list\":[true,false,null,{\"x\":\"0123456789abcdef\"}]}";
    struct json_plan *plan = json_plan_new();
    for (size_t length = 0; length < sizeof text - 1; length++) {
        struct json_error error;
        char *copy;
        assert_false(scan(plan, (struct text){text, length}, NULL, &error, &copy));
        assert_true(error.offset <= length);
        free(copy);
    }
    json_plan_free(plan);
}

/* ---- what is found ---- */

static void render(FILE *to, const struct json_value *values, int count)
{
    static const char *const kinds[] = {"-", "null", "false", "true", "number", "string", "array", "object"};
    for (int i = 0; i < count; i++) {
        fprintf(to, "%s%s", i > 0 ? " " : "", kinds[values[i].kind]);
        if (values[i].kind == JSON_ARRAY)
            fprintf(to, "(%zu)", values[i].count);
        if (values[i].kind != JSON_ABSENT)
            fprintf(to, ":%.*s", (int)values[i].raw.length, values[i].raw.data);
    }
}

static void wanted_values__are_found(void **state)
{
    (void)state;
    static const char *const pointers[] = {"/a", "/b/c", "/b/1", "/long_member_name", "/long_member_nam2", "/"};
    static const struct { const char *text, *expected; } rows[] = {
        {"{}",                                          "- - - - - -"},
        {"7",                                           "- - - - - -"},
        {"[{\"a\":1}]",                                 "- - - - - -"},
        {"{\"a\":1}",                                   "number:1 - - - - -"},
        {"{\"a\" : \"x\\ny\" }",                        "string:x\\ny - - - - -"},
        {"{\"a\":null,\"b\":true}",                     "null:null - - - - -"},
        {"{\"b\":{\"c\":false,\"1\":2,\"d\":3}}",       "- false:false number:2 - - -"},
        {"{\"b\":[1,[2, 3],4]}",                        "- - array(2):[2, 3] - - -"},
        {"{\"b\":[1]}",                                 "- - - - - -"},
        {"{\"c\":1,\"x\":{\"a\":1},\"A\":1}",           "- - - - - -"},
        {"{\"a\":{\"a\":1}}",                           "object:{\"a\":1} - - - - -"},
        {"{\"long_member_name\":1,\"long_member_nam\":2,\"long_member_names\":3}", "- - - number:1 - -"},
        {"{\"long_member_nam2\":1}",                    "- - - - number:1 -"},
        {"{\"\":1}",                                    "- - - - - number:1"},
        {"{\"\\u0061\":1,\"\\u0062\":{\"\\u0031\":2}}", "number:1 - number:2 - - -"},
        {"{\"a\":1,\"a\":[]}",                          "array(0):[] - - - - -"},                    /* the last one counts */
        {"{\"a\":1,\"a\":null}",                        "null:null - - - - -"},
        {"{\"b\":{\"c\":1},\"b\":{}}",                  "- - - - - -"},
        {"{\"b\":{\"c\":1},\"b\":7}",                   "- - - - - -"},
        {"{\"b\":{\"c\":1},\"b\":[0,{\"x\":0}]}",       "- - object:{\"x\":0} - - -"},
        {"{\"b\":{\"c\":1,\"c\":2},\"\\u0062\":{\"1\":3}}", "- - number:3 - - -"},
    };
    struct json_plan *plan = plan_of(pointers, COUNT_OF(pointers));
    for (int i = 0; i < COUNT_OF(rows); i++) {
        struct json_value values[COUNT_OF(pointers)];
        memset(values, 0x5A, sizeof values); /* what a former scan left is no matter */
        struct json_error error;
        char *copy, *found;
        size_t size;
        assert_true(scan(plan, text_of(rows[i].text), values, &error, &copy));
        FILE *to = open_memstream(&found, &size);
        render(to, values, COUNT_OF(pointers));
        fclose(to);
        if (strcmp(found, rows[i].expected) != 0)
            print_error("%s\n", rows[i].text);
        assert_string_equal(found, rows[i].expected);
        free(found);
        free(copy);
    }
    json_plan_free(plan);
}

/* Hundreds of names, so that buckets are shared; each is found by itself and among all. */
static void many_names__are_told_apart(void **state)
{
    (void)state;
    enum { NAMES = 300 };
    static char names[NAMES][24];
    struct json_plan *plan = json_plan_new();
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    for (int i = 0; i < NAMES; i++) {
        snprintf(names[i], sizeof names[i], i % 2 ? "same_beginning_%d" : "%d", i);
        assert_int_equal(json_plan_want(plan, &(struct text){names[i], strlen(names[i])}, 1), i);
        fprintf(to, "%c\"%s\":%d", i == 0 ? '{' : ',', names[i], i);
    }
    fputs("}", to);
    fclose(to);
    assert_int_equal(json_plan_want(plan, &(struct text){names[7], strlen(names[7])}, 1), 7);
    struct json_value values[NAMES];
    struct json_error error;
    assert_true(json_scan(plan, text_of(text), values, &error));
    for (int i = 0; i < NAMES; i++)
        assert_int_equal(strtol(values[i].raw.data, NULL, 10), i);
    free(text);
    json_plan_free(plan);
}

/* A text of some members, in any order or in none: names wanted and not, long, escaped, with a quote within; sometimes a byte of it is spoiled. */
static struct text random_text(struct random *random, char *room, size_t size)
{
    static const char *const names[] = {"a", "b", "lead_id", "twelve_bytes", "thirteen_byte", "a_name_of_20_bytes_x", "stage", "Сделка", "q\\\"q", "\\u0061", "x", ""};
    static const char *const values[] = {"\"\"", "\"Иванов\"", "12", "-1.5e3", "{\"a\":1}", "{\"b\":\"x\",\"a\":{}}", "[{\"a\":2},3]", "null", "\"a \\n string of more than sixteen bytes\"", "\"ж\\u0416\""};
    static const char *const colons[] = {":", ":", ":", " : ", ": "}, *const commas[] = {",", ",", ",", ", ", " ,\n"};
    size_t length = 0;
    int members = random_below(random, 12), first = random_one_in(random, 2) ? random_below(random, COUNT_OF(names)) : -1;
    length += (size_t)snprintf(room, size, "{");
    for (int i = 0; i < members; i++) {
        int name = first >= 0 ? (first + i) % COUNT_OF(names) : random_below(random, COUNT_OF(names));
        length += (size_t)snprintf(room + length, size - length, "%s\"%s\"%s%s", i > 0 ? commas[random_below(random, 5)] : "", names[name],
                                   colons[random_below(random, 5)], values[random_below(random, COUNT_OF(values))]);
    }
    length += (size_t)snprintf(room + length, size - length, "}");
    if (random_one_in(random, 4))
        room[random_below(random, (int)length)] = "\"\\{}[]:, x\xD0\x01"[random_below(random, 12)];
    return (struct text){room, length};
}

static bool values_equal(const struct json_value *a, const struct json_value *b, int count)
{
    for (int i = 0; i < count; i++) {
        if (a[i].kind != b[i].kind)
            return false;
        if (a[i].kind != JSON_ABSENT && (a[i].escaped != b[i].escaped || a[i].raw.data != b[i].raw.data || a[i].raw.length != b[i].raw.length))
            return false;
        if (a[i].kind == JSON_ARRAY && a[i].count != b[i].count)
            return false;
    }
    return true;
}

/* The plan remembers what came in former texts only to be quicker. */
static void plan__that_has_seen_other_texts__finds_the_same(void **state)
{
    (void)state;
    static const char *const pointers[] = {"/a", "/b", "/lead_id", "/twelve_bytes", "/thirteen_byte", "/a_name_of_20_bytes_x", "/stage", "/Сделка", "/q\"q", "/b/a", "/a/0/a", "/"};
    uint64_t seed = random_seed();
    for (int round = 0; round < random_rounds(1000); round++) {
        struct random random = {seed + (uint64_t)round};
        struct json_plan *used = plan_of(pointers, COUNT_OF(pointers));
        for (int i = 0; i < 8; i++) {
            struct json_plan *new = plan_of(pointers, COUNT_OF(pointers));
            struct json_value found[COUNT_OF(pointers)], expected[COUNT_OF(pointers)];
            struct json_error error = {0}, expected_error = {0};
            char room[1024], *copy;
            struct text text = random_text(&random, room, sizeof room);
            bool accepted = scan(used, text, found, &error, &copy);
            if (accepted != json_scan(new, (struct text){copy, text.length}, expected, &expected_error) ||
                (accepted ? !values_equal(found, expected, COUNT_OF(pointers)) : error.offset != expected_error.offset || error.what != expected_error.what))
                fail_msg("SEED=%llu ROUNDS=1: text %d: %.*s", (unsigned long long)(seed + (uint64_t)round), i, (int)text.length, text.data);
            free(copy);
            json_plan_free(new);
        }
        json_plan_free(used);
    }
}

/* A name that has to be escaped is not taken as it stands in the plan, not even where it came before. */
static void name_with_a_quote__only_escaped(void **state)
{
    (void)state;
    static const char *const pointers[] = {"/q\"q", "/q\\\\q"};
    static const char *const good[] = {"{\"q\\\"q\":1,\"and so on\":\"...\"}", "{\"q\\\\\\\\q\":1,\"and so on\":\"...\"}"};
    static const char *const bad[] = {"{\"q\"q\":1,\"and so on\":\"...\"}", "{\"q\\\\q\":1,\"and so on\":\"...\"}"};
    struct json_plan *plan = plan_of(pointers, COUNT_OF(pointers));
    for (int i = 0; i < COUNT_OF(pointers); i++) {
        struct json_value values[COUNT_OF(pointers)];
        struct json_error error;
        assert_true(json_scan(plan, text_of(good[i]), values, &error));
        assert_int_equal(values[i].kind, JSON_NUMBER);
        assert_true(!json_scan(plan, text_of(bad[i]), values, &error) || values[i].kind == JSON_ABSENT);
    }
    json_plan_free(plan);
}

static void elements__one_after_the_other(void **state)
{
    (void)state;
    static const char *const list[] = {"/list"}, *const inner[] = {"/a", ""};
    static const char text[] = "{\"list\" : [ {\"a\":1} , 2,{\"b\":[0,1]},[],{\"a\":\"x\",\"a\":null} ] }";
    static const char *const expected[] = {"number:1 object:{\"a\":1}", "- number:2", "- object:{\"b\":[0,1]}", "- array(0):[]",
                                           "null:null object:{\"a\":\"x\",\"a\":null}"};
    struct json_plan *outer_plan = plan_of(list, 1), *plan = plan_of(inner, 2);
    struct json_value found, values[2];
    struct json_error error;
    assert_true(json_scan(outer_plan, TEXT(text), &found, &error));
    assert_int_equal(found.count, 5);
    struct text rest = found.raw;
    for (int i = 0; i < 5; i++) {
        char *rendered;
        size_t size;
        json_scan_element(plan, &rest, values);
        FILE *to = open_memstream(&rendered, &size);
        render(to, values, 2);
        fclose(to);
        assert_string_equal(rendered, expected[i]);
        free(rendered);
    }
    json_plan_free(outer_plan);
    json_plan_free(plan);
}

static void strings__are_unescaped(void **state)
{
    (void)state;
    static const struct { const char *raw, *expected; } rows[] = {
        {"",                           ""},
        {"plain",                      "plain"},
        {"a\\\"b\\\\c\\/d",            "a\"b\\c/d"},
        {"\\b\\f\\n\\r\\t",            "\b\f\n\r\t"},
        {"\\u0041\\u00e9\\u0416\\u20AC", "Aé\xD0\x96€"},
        {"\\uD83D\\uDE00\\ud800\\udc00\\uDBFF\\uDFFF", "\xF0\x9F\x98\x80\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
        {"\\u007F\\u0080\\u07FF\\u0800\\uFFFF", "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF"},
        {"Иванов\\n",                  "Иванов\n"},
        {"\\\\u0041",                  "\\u0041"},
    };
    static const char *const whole[] = {""};
    struct json_plan *plan = plan_of(whole, 1);
    for (int i = 0; i < COUNT_OF(rows); i++) {
        char text[128], buffer[128];
        struct json_value value;
        struct json_error error;
        snprintf(text, sizeof text, "\"%s\"", rows[i].raw);
        assert_true(json_scan(plan, text_of(text), &value, &error));
        struct text found = json_unescape(&value, buffer), expected = text_of(rows[i].expected);
        assert_true(text_equal(found, expected));
        assert_true(json_string_equal(&value, expected));
        assert_false(json_string_equal(&value, TEXT("something else")));
        if (expected.length > 0)
            assert_false(json_string_equal(&value, (struct text){expected.data, expected.length - 1}));
        assert_int_equal(value.escaped, strchr(rows[i].raw, '\\') != NULL);
    }
    json_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text__valid__accepted),
        cmocka_unit_test(text__invalid__refused_at_its_byte),
        cmocka_unit_test(text__with_a_nul_byte__refused),
        cmocka_unit_test(nesting__deeper_than_128__refused),
        cmocka_unit_test(text__cut_anywhere__refused),
        cmocka_unit_test(wanted_values__are_found),
        cmocka_unit_test(many_names__are_told_apart),
        cmocka_unit_test(plan__that_has_seen_other_texts__finds_the_same),
        cmocka_unit_test(name_with_a_quote__only_escaped),
        cmocka_unit_test(elements__one_after_the_other),
        cmocka_unit_test(strings__are_unescaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
