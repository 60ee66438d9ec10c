/* Goal: an alert has the same name here and in Alertmanager. Method: label sets whose fingerprints are those that prometheus/common's own tests expect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/alert.h"
#include "story_support.h"

static void fingerprints__are_those_of_prometheus(void **state)
{
    (void)state;
    assert_true(alert_fingerprint(NULL, 0) == UINT64_C(14695981039346656037));
    static const struct alert_label labels[] = {{{"name", 4}, {"garland, briggs", 15}}, {{"fear", 4}, {"love is not enough", 18}}};
    assert_true(alert_fingerprint(labels, 2) == UINT64_C(5799056148416392346));
}

static void fingerprints__do_not_depend_on_the_order_of_labels(void **state)
{
    (void)state;
    static const struct alert_label one[] = {{{"step", 4}, {"contract", 8}}, {{"alertname", 9}, {"Dropped", 7}}, {{"manager", 7}, {"\xD0\x98", 2}}};
    static const struct alert_label other[] = {{{"manager", 7}, {"\xD0\x98", 2}}, {{"step", 4}, {"contract", 8}}, {{"alertname", 9}, {"Dropped", 7}}};
    assert_true(alert_fingerprint(one, 3) == alert_fingerprint(other, 3));
    assert_true(alert_fingerprint(one, 3) != alert_fingerprint(one, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fingerprints__are_those_of_prometheus),
        cmocka_unit_test(fingerprints__do_not_depend_on_the_order_of_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
