/* The page's files as they are built in: each one findable, typed, and small enough together for a first load over a phone. */
#include "../../daemon/http/page_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FIRST_LOAD_MAX = 300 * 1000 };

static const struct page_file *find(const char *name)
{
    for (size_t i = 0; i < page_file_count; i++)
        if (strcmp(page_files[i].name, name) == 0)
            return &page_files[i];
    return NULL;
}

/* Every name that stands in the file after `before` and ends with a quote is one of the table. Returns how many there are. */
static size_t check_names(const struct page_file *file, const char *before)
{
    char *text = malloc(file->size + 1);
    assert_non_null(text);
    memcpy(text, file->bytes, file->size);
    text[file->size] = '\0';
    size_t named = 0;
    for (const char *at = text; (at = strstr(at, before)) != NULL; named++) {
        at += strlen(before);
        char name[64];
        size_t length = strcspn(at, "\"");
        assert_in_range(length, 1, sizeof name - 1);
        memcpy(name, at, length);
        name[length] = '\0';
        if (find(name) == NULL)
            fail_msg("%s names %s, which is not built in", file->name, name);
    }
    free(text);
    return named;
}

static void the_page_is_there_and_so_are_the_files_it_names(void **state)
{
    (void)state;
    const struct page_file *page = find("index.html");
    assert_non_null(page);
    assert_string_equal(page->type, "text/html; charset=utf-8");
    assert_in_range(check_names(page, "/assets/"), 2, 100);
}

static void every_module_finds_what_it_imports(void **state)
{
    (void)state;
    size_t imports = 0;
    for (size_t i = 0; i < page_file_count; i++)
        if (strcmp(page_files[i].type, "text/javascript; charset=utf-8") == 0)
            imports += check_names(&page_files[i], " from \"./");
    assert_in_range(imports, 10, 1000);
}

static void names_are_sorted_and_every_file_has_its_tags(void **state)
{
    (void)state;
    for (size_t i = 0; i < page_file_count; i++) {
        const struct page_file *file = &page_files[i];
        if (i > 0)
            assert_true(strcmp(page_files[i - 1].name, file->name) < 0);
        assert_null(strchr(file->name, '/'));
        assert_true(file->size > 0);
        assert_int_equal(file->etag[0], '"');
        assert_int_equal(file->etag[strlen(file->etag) - 1], '"');
        assert_string_not_equal(file->etag, file->gzip_etag);
        if (file->gzip != NULL) {
            assert_true(file->gzip_size < file->size);
            assert_int_equal(file->gzip[0], 0x1f); /* RFC 1952 */
            assert_int_equal(file->gzip[1], 0x8b);
        }
    }
}

static void all_of_it_loads_in_less_than_300_kilobytes(void **state)
{
    (void)state;
    size_t total = 0;
    for (size_t i = 0; i < page_file_count; i++)
        total += page_files[i].gzip != NULL ? page_files[i].gzip_size : page_files[i].size;
    print_message("%zu files, %zu bytes compressed\n", page_file_count, total);
    assert_in_range(total, 1, FIRST_LOAD_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_there_and_so_are_the_files_it_names),
        cmocka_unit_test(every_module_finds_what_it_imports),
        cmocka_unit_test(names_are_sorted_and_every_file_has_its_tags),
        cmocka_unit_test(all_of_it_loads_in_less_than_300_kilobytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
