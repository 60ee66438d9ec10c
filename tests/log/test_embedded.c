/* The Kafka log against the in-process mock cluster: what comes in by a plain producer is read as it is, what is committed is there after the
 * next lead. What the mock cannot show (elections, fencing, aborted transactions) is in test_kafka_log.c. */
#include "log_support.h"

#include "../../daemon/log/embedded.h"
#include "../../daemon/log/kafka.h"

enum { PARTITIONS = 2 };

struct fixture {
    struct sample sample;
    struct log *log;
    const char *bootstrap_servers;
};

static int set_up(void **state)
{
    struct fixture *fixture = memory_new(sizeof *fixture);
    sample_init(&fixture->sample, "embedded", "nowhere:1");
    fixture->log = embedded_log_open(&fixture->sample.settings, PARTITIONS, &fixture->bootstrap_servers);
    *state = fixture;
    return fixture->log != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    fixture->log->ops->close(fixture->log);
    free(fixture);
    return 0;
}

static void records_come_as_they_were_sent(void **state)
{
    struct fixture *fixture = *state;
    struct log *log = fixture->log;
    rd_kafka_t *producer = producer_open(fixture->bootstrap_servers);
    producer_send(producer, fixture->sample.input, 1, "L-1", "{\"stage\":\"new\"}", INT64_C(1711900000123));
    producer_send(producer, fixture->sample.input, 1, "L-1", NULL, INT64_C(1711900000456));
    producer_send(producer, fixture->sample.input, 1, NULL, "", INT64_C(1711900000789));
    producer_finish(producer);
    lead_and_start(log, -1);

    const struct log_partition *partitions;
    assert_int_equal(log->ops->partitions(log, &partitions), PARTITIONS);
    assert_string_equal(partitions[1].topic, fixture->sample.input);
    assert_int_equal(partitions[1].partition, 1);

    struct log_record records[3];
    struct log_block blocks[3];
    for (int i = 0; i < 3; i++) { /* one by one: blocks are lent side by side */
        read_some(log, 1, 1, &blocks[i]);
        assert_int_equal(blocks[i].count, 1);
        records[i] = blocks[i].records[0];
        assert_int_equal(records[i].offset, i);
        assert_int_equal(records[i].header_count, 1);
        assert_true(text_equal(records[i].headers[0].name, TEXT("source")));
        assert_true(text_equal(records[i].headers[0].value, TEXT("test")));
    }
    assert_true(text_equal(records[0].key, TEXT("L-1")));
    assert_true(text_equal(records[0].value, TEXT("{\"stage\":\"new\"}")));
    assert_int_equal(records[0].timestamp_ms, INT64_C(1711900000123));
    assert_null(records[1].value.data);
    assert_null(records[2].key.data);
    assert_non_null(records[2].value.data);
    assert_int_equal(records[2].value.length, 0);
    log->ops->release(log, &blocks[1]); /* in any order; what is left goes with the log */
    log->ops->release(log, &blocks[0]);
}

static void an_end_is_seen_again_and_again(void **state)
{
    struct fixture *fixture = *state;
    lead_and_start(fixture->log, -1);
    assert_int_equal(fixture->log->ops->end_seen_ms(fixture->log, 0, 5), INT64_MIN);
    expect_end_seen(fixture->log, 0, 0, clock_wall_ms());
    send_numbers(fixture->bootstrap_servers, fixture->sample.input, 0, 0, 5);
    int64_t sent_ms = clock_wall_ms();
    int64_t position = expect_numbers(fixture->log, 0, 0, 5);
    expect_end_seen(fixture->log, 0, position, sent_ms);
    expect_end_seen(fixture->log, 0, position, clock_wall_ms() + 300);
}

static void an_unread_partition_holds_no_other_up(void **state)
{
    struct fixture *fixture = *state;
    send_numbers(fixture->bootstrap_servers, fixture->sample.input, 0, 0, 60000);
    send_numbers(fixture->bootstrap_servers, fixture->sample.input, 1, 0, 60000);
    lead_and_start(fixture->log, -1);
    expect_numbers(fixture->log, 1, 0, 60000);
    expect_numbers(fixture->log, 0, 0, 60000);
}

static void what_is_committed_is_there_at_the_next_lead(void **state)
{
    struct fixture *fixture = *state;
    struct log *log = fixture->log;
    send_numbers(fixture->bootstrap_servers, fixture->sample.input, 0, 0, 10);
    lead_and_start(log, -1);
    expect_restored(log, LOG_CHECKPOINT, "");
    struct log_position position = {.partition = 0, .offset = expect_numbers(log, 0, 0, 7)};
    assert_int_equal(log->ops->begin(log), LOG_OK);
    write_text(log, LOG_LEADS_CHANGELOG, "L-1", "one");
    write_text(log, LOG_LEADS_CHANGELOG, "L-2", "two");
    write_text(log, LOG_LEADS_CHANGELOG, "L-1", NULL);
    write_text(log, LOG_SNAPSHOTS, "sro/month", "{}");
    write_text(log, LOG_CHECKPOINT, "checkpoint", "at 7");
    assert_int_equal(log->ops->commit(log, &position, 1), LOG_OK);

    lead_and_start(log, 7);
    expect_restored(log, LOG_LEADS_CHANGELOG, "L-1=one\nL-2=two\nL-1=null\n");
    expect_restored(log, LOG_CHECKPOINT, "checkpoint=at 7\n");
    expect_restored(log, LOG_ALERTS, "");
    expect_numbers(log, 0, 7, 10);
}

static void an_offset_that_is_gone_starts_at_the_oldest(void **state)
{
    struct fixture *fixture = *state;
    send_numbers(fixture->bootstrap_servers, fixture->sample.input, 0, 0, 3);
    lead_and_start(fixture->log, 1000);
    assert_int_equal(expect_numbers(fixture->log, 0, 0, 3), 3);
}

static void a_stopped_log_waits_no_more(void **state)
{
    struct fixture *fixture = *state;
    bool wanted[PARTITIONS] = {true, true};
    lead_and_start(fixture->log, -1);
    fixture->log->ops->stop(fixture->log);
    int64_t since_ms = clock_steady_ms();
    fixture->log->ops->wait(fixture->log, wanted, WAIT_MS);
    fixture->log->ops->wait(fixture->log, wanted, WAIT_MS);
    assert_int_equal(fixture->log->ops->lead(fixture->log), LOG_STOPPED);
    assert_true(clock_steady_ms() - since_ms < WAIT_MS / 2);
}

static void properties_that_we_fix_are_refused(void **state)
{
    (void)state;
    static const struct { struct property property; const char *error; } cases[] = {
        {{"isolation.level", "read_uncommitted"}, "isolation.level cannot be set: only committed records count"},
        {{"group.id", "mine"}, "group.id cannot be set: it is made of `application`"},
        {{"bootstrap.server", "a:1"}, "bootstrap.server: No such configuration property: \"bootstrap.server\""},
        {{"linger.ms", "soon"}, "linger.ms: Invalid value for configuration property \"queue.buffering.max.ms\""},
        {{"linger.ms", "5"}, "bootstrap.servers is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sample sample;
        char error[512];
        sample_init(&sample, "properties", "");
        sample.property = cases[i].property;
        assert_false(kafka_check(&sample.settings, error, sizeof error));
        assert_string_equal(error, cases[i].error);
    }
    struct sample sample;
    char error[512];
    sample_init(&sample, "properties", "localhost:9092");
    assert_true(kafka_check(&sample.settings, error, sizeof error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_come_as_they_were_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_end_is_seen_again_and_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unread_partition_holds_no_other_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_committed_is_there_at_the_next_lead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_offset_that_is_gone_starts_at_the_oldest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stopped_log_waits_no_more, set_up, tear_down),
        cmocka_unit_test(properties_that_we_fix_are_refused),
    };
    return cmocka_run_group_tests_name("embedded log", tests, NULL, NULL);
}
