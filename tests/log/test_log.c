/* Goal: of several headers with one name the last counts, as for Kafka's own clients: a dead letter has its own behind those that it came with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../daemon/log/log.h"

static void of_headers_with_one_name__the_last_counts(void **state)
{
    (void)state;
    const struct log_header headers[] = {{TEXT("funneld.error"), TEXT("the sender's")}, {TEXT("trace"), {NULL, 0}}, {TEXT("funneld.error"), TEXT("too_old")}};
    struct log_record record = {.headers = headers, .header_count = 3};
    assert_true(text_equal(log_header_value(&record, TEXT("funneld.error")), TEXT("too_old")));
    assert_null(log_header_value(&record, TEXT("trace")).data);
    assert_null(log_header_value(&record, TEXT("type")).data);
    assert_null(log_header_value(&(struct log_record){0}, TEXT("type")).data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_headers_with_one_name__the_last_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
