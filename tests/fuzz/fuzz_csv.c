/* Whatever the bytes of a CSV file, rows end and become JSON objects: valid ones where the bytes are UTF-8. The first byte chooses the form. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../daemon/wire/csv.h"
#include "../../daemon/wire/json_scan.h"
#include "../../daemon/wire/utf8.h"
#include "../wire/sample_settings.h"

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static void check_row(struct csv *csv, struct text row, struct buffer *json)
{
    json->length = 0;
    if (!csv_json(csv, row, json)) {
        require(json->length == 0, "a row of nothing appends nothing");
        return;
    }
    struct json_plan *plan = json_plan_new();
    struct json_value value[1];
    struct json_error error;
    json_plan_want(plan, NULL, 0);
    bool valid = json_scan(plan, (struct text){json->data, json->length}, value, &error);
    bool readable = utf8_valid(row) && memchr(row.data, '\0', row.length) == NULL;
    require(!valid || value[0].kind == JSON_OBJECT, "a row is an object");
    require(valid || !readable, "a readable row is valid JSON");
    json_plan_free(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    static struct settings settings; /* made once: its pointers lie in a pool */
    if (settings.sources == NULL)
        settings = sample_settings();
    settings.csv = (struct csv_form){(enum csv_delimiter)(data[0] % 4), (enum csv_dates)(data[0] / 4 % 3)};
    struct csv *csv = csv_new(&settings);
    struct buffer json = {0};
    struct text rest = {(const char *)data + 1, size - 1};
    for (bool header = true; rest.length > 0; header = false) {
        size_t length = csv_row_length(csv, rest);
        require(length <= rest.length, "a row is no longer than what is there");
        struct text row = {rest.data, length > 0 ? length : rest.length};
        if (header && csv_header(csv, row) != NULL)
            break;
        if (!header)
            check_row(csv, row, &json);
        rest.data += row.length;
        rest.length -= row.length;
    }
    free(json.data);
    csv_free(csv);
    return 0;
}
