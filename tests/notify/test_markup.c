/* Goal: what comes with events or stands in titles is shown in chats and not obeyed. Method: texts and what is sent for them to either kind of chat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/notify/markup.h"

#define NO_WIDTH "\u200b"

static void texts__are_shown_and_not_obeyed(void **state)
{
    (void)state;
    static const struct { const char *text, *slack, *telegram; } rows[] = {
        {"Иванов & Ко", "Иванов &amp; Ко", "Иванов &amp; Ко"},
        {"<!channel> <b>", "&lt;!channel&gt; &lt;b&gt;", "&lt;!channel&gt; &lt;b&gt;"},
        {"@all", "@" NO_WIDTH "all", "@" NO_WIDTH "all"},
        {"*срочно*", "\u2217срочно\u2217", "*срочно*"},
        {"~нет~ `x`", "\u223cнет\u223c \u02cbx\u02cb", "~нет~ `x`"},
        {"_так_", "\u02cdтак\u02cd", "_так_"},
        {"deal_12_x", "deal_12_x", "deal_12_x"}, /* ids are copied from messages */
        {"[здесь](https://evil.example)", "[здесь]" NO_WIDTH "(https://" NO_WIDTH "evil.example)", "[здесь](https://" NO_WIDTH "evil.example)"},
        {"a\nb\tc\x7f", "a b c ", "a b c "},
        {"//x /y", "//x /y", "//x /y"},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int markup = MARKUP_SLACK; markup <= MARKUP_TELEGRAM; markup++) {
            struct buffer found = {0};
            markup_text(&found, (enum markup)markup, text_of(rows[i].text));
            buffer_char(&found, '\0');
            assert_string_equal(found.data, markup == MARKUP_SLACK ? rows[i].slack : rows[i].telegram);
            free(found.data);
        }
}

static void links__end_where_they_should(void **state)
{
    (void)state;
    struct buffer found = {0};
    markup_link(&found, MARKUP_SLACK, TEXT("https://crm.example/a|b>c?x=1&y=2"), TEXT("Л-1 *"));
    markup_link(&found, MARKUP_TELEGRAM, TEXT("https://crm.example/\"><b"), TEXT("Л-2"));
    buffer_char(&found, '\0');
    assert_string_equal(found.data, "<https://crm.example/a%7Cb%3Ec?x=1&amp;y=2|Л-1 \u2217><a href=\"https://crm.example/%22%3E%3Cb\">Л-2</a>");
    free(found.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts__are_shown_and_not_obeyed), cmocka_unit_test(links__end_where_they_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
