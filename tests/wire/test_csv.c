/* Rows of CSV files become JSON objects.
 * Method: tables of small files as spreadsheets and CRMs write them, each with the objects that it must become, one a line. */
#include "../settings/settings_support.h"

#include "../../daemon/wire/csv.h"

static const char configuration[] =
    "application: csv\n"
    "timezone: Europe/Moscow\n"
    "input:\n"
    "  fields: {lead_id: /id, at: /Изменена, created_at: [/Создана, /created], stage: /Этап, amount: /Бюджет}\n"
    "  csv: {%s}\n"
    "funnels: [{id: f, stages: [{id: a}]}]\n";

static struct settings *load(const char *form)
{
    char text[2048];
    snprintf(text, sizeof text, configuration, form);
    return load_text(text);
}

/* What a whole file becomes: its objects, a line end after each; or the header's error. */
static char *convert(const struct settings *settings, const char *file)
{
    struct csv *csv = csv_new(settings);
    struct buffer out = {0};
    struct text rest = text_of(file);
    const char *error = NULL;
    for (bool header = true; rest.length > 0 && error == NULL; header = false) {
        size_t length = csv_row_length(csv, rest);
        struct text row = {rest.data, length > 0 ? length : rest.length};
        if (header)
            error = csv_header(csv, row);
        else if (csv_json(csv, row, &out))
            buffer_char(&out, '\n');
        rest.data += row.length;
        rest.length -= row.length;
    }
    if (error != NULL)
        buffer_text(&out, text_of(error));
    buffer_char(&out, '\0');
    csv_free(csv);
    return out.data;
}

struct row { const char *what, *file, *objects; };

static void check(const char *form, const struct row *rows, size_t count)
{
    struct settings *settings = load(form);
    for (size_t i = 0; i < count; i++) {
        char *found = convert(settings, rows[i].file);
        if (strcmp(found, rows[i].objects) != 0)
            fail_msg("%s:\n%s\nbecame\n%s\nexpected\n%s", rows[i].what, rows[i].file, found, rows[i].objects);
        free(found);
    }
    settings_free(settings);
}

#define CHECK(form, rows) check(form, rows, sizeof rows / sizeof *rows)

static void files_as_spreadsheets_write_them(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"semicolons", "id;Этап\n1;КП\n", "{\"id\":\"1\",\"Этап\":\"КП\"}\n"},
        {"commas", "id,Этап\n1,КП\n", "{\"id\":\"1\",\"Этап\":\"КП\"}\n"},
        {"tabs", "id\tЭтап\n1\tКП\n", "{\"id\":\"1\",\"Этап\":\"КП\"}\n"},
        {"byte order mark, CR LF, no line end at last", "\xef\xbb\xbfid;Этап\r\n1;КП\r\n2;Оплата", "{\"id\":\"1\",\"Этап\":\"КП\"}\n{\"id\":\"2\",\"Этап\":\"Оплата\"}\n"},
        {"commas within names do not part them", "id;\"Сумма, руб\";x\n1;2;3\n", "{\"id\":\"1\",\"Сумма, руб\":\"2\",\"x\":\"3\"}\n"},
        {"one column", "id\n1\n", "{\"id\":\"1\"}\n"},
        {"a header alone", "id;Этап\n", ""},
        {"nothing", "", ""},
        {"blank rows and rows of delimiters", "id;Этап\n\n;\n1;КП\n;;;;\n\r\n", "{\"id\":\"1\",\"Этап\":\"КП\"}\n"},
        {"spaces around names", " id ; Этап\n1; КП\n", "{\"id\":\"1\",\"Этап\":\" КП\"}\n"},
        {"a name that comes twice", "id;тел;тел;тел\n1;2;3;4\n", "{\"id\":\"1\",\"тел\":\"2\",\"тел (2)\":\"3\",\"тел (3)\":\"4\"}\n"},
        {"too few cells", "id;Этап;x\n1;КП\n", "{\"id\":\"1\",\"Этап\":\"КП\"}\n"},
        {"too many cells", "id;Этап\n1;КП;;лишнее\n", "{\"id\":\"1\",\"Этап\":\"КП\",\"column 4\":\"лишнее\"}\n"},
    };
    CHECK("", rows);
}

static void quotes_are_those_of_rfc_4180(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"delimiters and line ends within", "id;x\n1;\"a;b\nc\r\nd\"\n2;e\n", "{\"id\":\"1\",\"x\":\"a;b\\nc\\r\\nd\"}\n{\"id\":\"2\",\"x\":\"e\"}\n"},
        {"doubled ones", "id;x\n1;\"ООО \"\"Ромашка\"\"\"\n", "{\"id\":\"1\",\"x\":\"ООО \\\"Ромашка\\\"\"}\n"},
        {"within a cell that does not begin with one", "id;x\n1;ООО \"Ромашка\"\n", "{\"id\":\"1\",\"x\":\"ООО \\\"Ромашка\\\"\"}\n"},
        {"empty", "id;x\n1;\"\"\n", "{\"id\":\"1\",\"x\":\"\"}\n"},
        {"around names", "\"id\";\"Э\"\"т\"\n\"1\";2\n", "{\"id\":\"1\",\"Э\\\"т\":\"2\"}\n"},
        {"followed by more", "id;x\n1;\"a\"b;\n", "{\"id\":\"1\",\"x\":\"ab\"}\n"},
        {"never closed", "id;x\n1;\"a\n2;b\n", "{\"id\":\"1\",\"x\":\"a\\n2;b\"}\n"},
    };
    CHECK("", rows);
}

static void dates_are_of_the_daemons_zone(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"as Excel writes them in Russia", "id;Изменена\n1;31.12.2024 23:59:58\n2;31.12.2024 23:59\n3;1.2.2024\n4;31.12.2024 9:05\n",
         "{\"id\":\"1\",\"Изменена\":\"2024-12-31T23:59:58+03:00\"}\n{\"id\":\"2\",\"Изменена\":\"2024-12-31T23:59:00+03:00\"}\n"
         "{\"id\":\"3\",\"Изменена\":\"2024-02-01T00:00:00+03:00\"}\n{\"id\":\"4\",\"Изменена\":\"2024-12-31T09:05:00+03:00\"}\n"},
        {"as ISO 8601 without an offset", "id;Изменена\n1;2024-12-31\n2;2024-12-31 23:59\n3;2024-12-31T23:59:58\n",
         "{\"id\":\"1\",\"Изменена\":\"2024-12-31T00:00:00+03:00\"}\n{\"id\":\"2\",\"Изменена\":\"2024-12-31T23:59:00+03:00\"}\n"
         "{\"id\":\"3\",\"Изменена\":\"2024-12-31T23:59:58+03:00\"}\n"},
        {"what needs no change, or is none", "id;Изменена\n1;2024-12-31T23:59:58Z\n2;1735689598\n3;31.02.2024\n4;вчера\n5;31.12.24\n6;31.12.2024 25:00\n7;31/12/2024\n",
         "{\"id\":\"1\",\"Изменена\":\"2024-12-31T23:59:58Z\"}\n{\"id\":\"2\",\"Изменена\":\"1735689598\"}\n{\"id\":\"3\",\"Изменена\":\"31.02.2024\"}\n"
         "{\"id\":\"4\",\"Изменена\":\"вчера\"}\n{\"id\":\"5\",\"Изменена\":\"31.12.24\"}\n{\"id\":\"6\",\"Изменена\":\"31.12.2024 25:00\"}\n"
         "{\"id\":\"7\",\"Изменена\":\"31/12/2024\"}\n"},
        {"every column that a time may come from, and no other", "id;created;Создана;Этап\n1;1.1.2024;2.1.2024;3.1.2024\n",
         "{\"id\":\"1\",\"created\":\"2024-01-01T00:00:00+03:00\",\"Создана\":\"2024-01-02T00:00:00+03:00\",\"Этап\":\"3.1.2024\"}\n"},
        {"the offset that held then", "id;Изменена\n1;31.12.2012 12:00\n", "{\"id\":\"1\",\"Изменена\":\"2012-12-31T12:00:00+04:00\"}\n"},
    };
    CHECK("", rows);
    static const struct row days_first[] = {{"days first", "id,Изменена\n1,2/1/2024 10:00\n2,1.2.2024\n", "{\"id\":\"1\",\"Изменена\":\"2024-01-02T10:00:00+03:00\"}\n"
                                                                                                   "{\"id\":\"2\",\"Изменена\":\"1.2.2024\"}\n"}};
    CHECK("dates: dd/mm/yyyy", days_first);
    static const struct row months_first[] = {{"months first", "id,Изменена\n1,2/1/2024 10:00\n2,13/1/2024\n", "{\"id\":\"1\",\"Изменена\":\"2024-02-01T10:00:00+03:00\"}\n"
                                                                                                       "{\"id\":\"2\",\"Изменена\":\"13/1/2024\"}\n"}};
    CHECK("dates: mm/dd/yyyy", months_first);
}

static void amounts_are_read_as_spreadsheets_write_them(void **state)
{
    (void)state;
    static const struct { const char *written, *semicolons, *commas; } amounts[] = {
        /* written       among `;`      among `,` */
        {"150000",       "150000",      "150000"},
        {"150000,50",    "150000.50",   "150000.50"},
        {"150000.50",    "150000.50",   "150000.50"},
        {"150 000,50",   "150000.50",   "150000.50"},
        {"150\xc2\xa0""000,50", "150000.50", "150000.50"},
        {"1\xe2\x80\xaf""000", "1000",    "1000"},
        {"1,5",          "1.5",         "1.5"},
        {"1,234",        "1.234",       "1234"},      /* Excel parts cells by `;` where the comma is decimal */
        {"1,234,567",    "1234567",     "1234567"},
        {"1,234.50",     "1234.50",     "1234.50"},
        {"1.234,50",     "1234.50",     "1234.50"},
        {"-12,5",        "-12.5",       "-12.5"},
        {"1,2,3",        "1,2,3",       "1,2,3"},     /* no amount that we know: it stays */
        {"12,34.5",      "12,34.5",     "12,34.5"},
        {"много денег",  "много денег", "много денег"},
        {"1e3",          "1e3",         "1e3"},
        {"",             "",            ""},
    };
    struct settings *settings = load("");
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
        for (int commas = 0; commas < 2; commas++) {
            char file[256], wanted[256];
            snprintf(file, sizeof file, commas ? "id,Бюджет\n1,\"%s\"\n" : "id;Бюджет\n1;\"%s\"\n", amounts[i].written);
            snprintf(wanted, sizeof wanted, "{\"id\":\"1\",\"Бюджет\":\"%s\"}\n", commas ? amounts[i].commas : amounts[i].semicolons);
            char *found = convert(settings, file);
            assert_string_equal(found, wanted);
            free(found);
        }
    settings_free(settings);
}

static void headers_that_cannot_be_used_are_told(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"no lead's id", "ID;Этап\n1;КП\n", "no column is the lead's id: `input.fields.lead_id` is /id, the columns are ID, Этап"},
        {"Windows-1251", "id;\xdd\xf2\xe0\xef\n1;a\n", "its header is not UTF-8: save it as \"CSV UTF-8\""},
        {"UTF-16", "\xff\xfei", "its header is not UTF-8: save it as \"CSV UTF-8\""},
    };
    CHECK("", rows);
    static const struct row fixed[] = {{"a delimiter that is not there", "id;Этап\n1;КП\n", "no column is the lead's id: `input.fields.lead_id` is /id, the columns are id;Этап"}};
    CHECK("delimiter: \",\"", fixed);
}

static void a_row_that_may_go_on_has_no_length_yet(void **state)
{
    (void)state;
    static const char file[] = "id;x\n1;\"a\nb\"\n2;c\n";
    struct settings *settings = load("");
    struct csv *csv = csv_new(settings);
    for (size_t length = 0; length < 5; length++)
        assert_int_equal(csv_row_length(csv, (struct text){file, length}), 0);
    assert_null(csv_header(csv, (struct text){file, 5}));
    for (size_t length = 0; length < 8; length++)
        assert_int_equal(csv_row_length(csv, (struct text){file + 5, length}), 0);
    for (size_t length = 8; length <= sizeof file - 1 - 5; length++)
        assert_int_equal(csv_row_length(csv, (struct text){file + 5, length}), 8);
    csv_free(csv);
    settings_free(settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_as_spreadsheets_write_them),
        cmocka_unit_test(quotes_are_those_of_rfc_4180),
        cmocka_unit_test(dates_are_of_the_daemons_zone),
        cmocka_unit_test(amounts_are_read_as_spreadsheets_write_them),
        cmocka_unit_test(headers_that_cannot_be_used_are_told),
        cmocka_unit_test(a_row_that_may_go_on_has_no_length_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
