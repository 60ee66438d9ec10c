/* Goal: the funnel in a terminal fits it, and its period is named as people name it.
 * Method: a small snapshot as text, on terminals of several widths and of windows of several lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/command/funnel_text.h"

#define STEP(id, title, reached) "{\"step\":\"" id "\",\"title\":\"" title "\",\"reached\":" reached ",\"conversion\":0.5,\"left\":{\"lost\":1,\"open\":2,\"won\":0}}"

static const char application[] = "{\"dimensions\":[],\"funnels\":[{\"id\":\"f\",\"currency\":null}]}";
static const char view[] = "{\"type\":\"snapshot\",\"funnel\":\"f\",\"title\":\"Воронка\",\"window\":\"%s\",\"start\":\"2024-03-01T00:00:00+03:00\",\"end\":\"2024-03-31T00:00:00+03:00\","
                           "\"as_of\":\"2024-03-31T00:00:00+03:00\",\"group\":{},\"activity\":{\"entered\":80,\"won\":20,\"lost\":0,\"conversion\":0.25,\"steps\":["
                           STEP("a", "Заявка с сайта или по телефону", "80") "," STEP("b", "КП отправлено", "40") "],\"bottlenecks\":[]}}";

static char *written(const char *window, enum language language, int columns)
{
    char record[2048];
    snprintf(record, sizeof record, view, window);
    cJSON *parts[2] = {cJSON_Parse(application), cJSON_Parse(record)};
    struct funnel_text text = {.language = language, .basis = FUNNEL_ACTIVITY, .columns = columns, .application = parts[0], .snapshot = parts[1]};
    struct buffer out = {0};
    funnel_text_write(&text, &out);
    buffer_char(&out, '\0');
    cJSON_Delete(parts[0]);
    cJSON_Delete(parts[1]);
    return out.data;
}

/* The line that begins so. */
static struct text line_of(const char *text, const char *beginning)
{
    const char *at = strstr(text, beginning);
    assert_non_null(at);
    return (struct text){at, strcspn(at, "\n")};
}

static void bars_then_titles_give_way_to_a_narrow_terminal(void **state)
{
    (void)state;
    static const struct { int columns, most; const char *first; } rows[] = {
        {0, 94, "Заявка с сайта или по телефону  ████████████████████████     80"}, {200, 94, "Заявка с сайта или по телефону  ████████████████████████     80"},
        {80, 80, "Заявка с сайта или по телефону  ██"}, {60, 60, "Заявка с сайта"}, {10, 60, "Заявка с са…"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = written("rolling-30d", LANGUAGE_RU, rows[i].columns);
        assert_true(text_characters(line_of(text, "Шаг")) <= rows[i].most);
        struct text line = line_of(text, rows[i].first);
        assert_true(text_characters(line) <= rows[i].most);
        free(text);
    }
}

static void periods_are_named_as_people_name_them(void **state)
{
    (void)state;
    static const struct { const char *window, *russian, *english; } rows[] = {
        {"rolling-30d", "последние 30\u00a0дней", "last 30 days"},
        {"rolling-1d", "последний день", "last day"},
        {"rolling-1h", "последний час", "last hour"},
        {"rolling-12h", "последние 12\u00a0часов", "last 12 hours"},
        {"month", "март 2024", "March 2024"},
        {"year", "2024", "2024"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int language = 0; language < 2; language++) {
            char head[128], *text = written(rows[i].window, language == 0 ? LANGUAGE_RU : LANGUAGE_EN, 0);
            snprintf(head, sizeof head, "Воронка · %s · %s\n", language == 0 ? rows[i].russian : rows[i].english, language == 0 ? "все лиды" : "all leads");
            if (strncmp(text, head, strlen(head)) != 0)
                fail_msg("found %.*s; expected %s", (int)strcspn(text, "\n"), text, head);
            free(text);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_then_titles_give_way_to_a_narrow_terminal),
        cmocka_unit_test(periods_are_named_as_people_name_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
