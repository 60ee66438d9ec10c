/* The Kafka log against a real broker: elections, fencing, transactions. FUNNELD_TEST_BROKER names it (bootstrap.servers); scripts/kafka starts
 * one. Without it nothing is tested, which is said aloud. Every run has topics of its own, and two logs in this process stand for two daemons. */
#include "log_support.h"

#include <inttypes.h>
#include <pthread.h>

#include "../../daemon/log/kafka.h"

enum { EXIT_SKIPPED = 77, PARTITIONS = 2 };

static const char *bootstrap_servers;

/* ---- a cluster's side ---- */

static void create_topic(const char *name, int partitions)
{
    char text[256];
    rd_kafka_t *admin = producer_open(bootstrap_servers);
    rd_kafka_NewTopic_t *plan = rd_kafka_NewTopic_new(name, partitions, 1, text, sizeof text);
    rd_kafka_queue_t *answers = rd_kafka_queue_new(admin);
    rd_kafka_CreateTopics(admin, &plan, 1, NULL, answers);
    rd_kafka_event_t *answer = rd_kafka_queue_poll(answers, WAIT_MS);
    assert_non_null(answer);
    assert_int_equal(rd_kafka_event_error(answer), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(answer);
    rd_kafka_queue_destroy(answers);
    rd_kafka_NewTopic_destroy(plan);
    rd_kafka_destroy(admin);
}

/* Delete the records of a partition before an offset, as retention would. */
static void delete_before(const char *topic, int partition, int64_t offset)
{
    rd_kafka_t *admin = producer_open(bootstrap_servers);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
    rd_kafka_DeleteRecords_t *plan = rd_kafka_DeleteRecords_new(list);
    rd_kafka_queue_t *answers = rd_kafka_queue_new(admin);
    rd_kafka_DeleteRecords(admin, &plan, 1, NULL, answers);
    rd_kafka_event_t *answer = rd_kafka_queue_poll(answers, WAIT_MS);
    assert_non_null(answer);
    assert_int_equal(rd_kafka_event_error(answer), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(answer);
    rd_kafka_DeleteRecords_destroy(plan);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_queue_destroy(answers);
    rd_kafka_destroy(admin);
}

static int64_t committed_offset(const char *group, const char *topic, int partition)
{
    char text[256];
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    rd_kafka_conf_set(configuration, "bootstrap.servers", bootstrap_servers, text, sizeof text);
    rd_kafka_conf_set(configuration, "group.id", group, text, sizeof text);
    rd_kafka_t *consumer = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, text, sizeof text);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition);
    assert_int_equal(rd_kafka_committed(consumer, list, WAIT_MS), RD_KAFKA_RESP_ERR_NO_ERROR);
    int64_t offset = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(consumer);
    return offset;
}

/* ---- two daemons ---- */

struct fixture {
    struct sample sample;
    struct log *a, *b; /* of one application; b NULL until a test needs it */
};

static int set_up(void **state)
{
    static int number;
    struct fixture *fixture = memory_new(sizeof *fixture);
    char name[48];
    snprintf(name, sizeof name, "t%" PRId64 "-%d", clock_wall_ms(), ++number);
    sample_init(&fixture->sample, name, bootstrap_servers);
    create_topic(fixture->sample.input, PARTITIONS);
    fixture->a = kafka_log_open(&fixture->sample.settings, &(struct kafka_options){0});
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    if (fixture->a != NULL)
        fixture->a->ops->close(fixture->a);
    if (fixture->b != NULL)
        fixture->b->ops->close(fixture->b);
    free(fixture);
    return 0;
}

static void open_second(struct fixture *fixture)
{
    fixture->b = kafka_log_open(&fixture->sample.settings, &(struct kafka_options){0});
}

struct waiting { /* a lead in a thread of its own */
    struct log *log;
    pthread_t thread;
    _Atomic(int) status; /* -1: still waiting */
};

static void *lead_in_thread(void *context)
{
    struct waiting *waiting = context;
    waiting->status = (int)waiting->log->ops->lead(waiting->log);
    return NULL;
}

static void lead_aside(struct waiting *waiting, struct log *log)
{
    *waiting = (struct waiting){.log = log, .status = -1};
    assert_int_equal(pthread_create(&waiting->thread, NULL, lead_in_thread, waiting), 0);
}

static void expect_led(struct waiting *waiting)
{
    for (int64_t until_ms = clock_steady_ms() + WAIT_MS; waiting->status == -1 && clock_steady_ms() < until_ms;)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_int_equal(waiting->status, LOG_OK);
    pthread_join(waiting->thread, NULL);
}

static void commit_one(struct log *log, const char *lead, const char *value, int64_t offset)
{
    struct log_position position = {.partition = 0, .offset = offset};
    assert_int_equal(log->ops->begin(log), LOG_OK);
    write_text(log, LOG_LEADS_CHANGELOG, lead, value);
    write_text(log, LOG_CHECKPOINT, "checkpoint", value);
    assert_int_equal(log->ops->commit(log, &position, 1), LOG_OK);
}

/* Leave a transaction open whose records have reached the broker. */
static void write_without_commit(struct log *log, const char *lead)
{
    assert_int_equal(log->ops->begin(log), LOG_OK);
    write_text(log, LOG_LEADS_CHANGELOG, lead, "never");
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL); /* many times linger.ms */
}

/* ---- tests ---- */

static void a_commit_shows_in_topics_and_group(void **state)
{
    struct fixture *fixture = *state;
    send_numbers(bootstrap_servers, fixture->sample.input, 0, 0, 10);
    lead_and_start(fixture->a, -1);
    expect_restored(fixture->a, LOG_CHECKPOINT, "");
    commit_one(fixture->a, "L-1", "at 7", expect_numbers(fixture->a, 0, 0, 7));
    assert_int_equal(committed_offset(fixture->sample.application, fixture->sample.input, 0), 7);
    assert_int_equal(committed_offset(fixture->sample.application, fixture->sample.input, 1), RD_KAFKA_OFFSET_INVALID);

    lead_and_start(fixture->a, 7);
    expect_restored(fixture->a, LOG_CHECKPOINT, "checkpoint=at 7\n");
    expect_restored(fixture->a, LOG_LEADS_CHANGELOG, "L-1=at 7\n");
    expect_numbers(fixture->a, 0, 7, 10);
}

static void the_next_leader_takes_over_when_one_leaves(void **state)
{
    struct fixture *fixture = *state;
    struct waiting waiting;
    lead_and_start(fixture->a, -1);
    open_second(fixture);
    lead_aside(&waiting, fixture->b);
    nanosleep(&(struct timespec){.tv_sec = 3}, NULL);
    assert_int_equal(waiting.status, -1);
    commit_one(fixture->a, "L-1", "one", 0); /* the newcomer has disturbed nothing */
    commit_one(fixture->a, "L-2", "two", 0);
    fixture->a->ops->close(fixture->a);
    fixture->a = NULL;
    expect_led(&waiting);
    expect_restored(fixture->b, LOG_CHECKPOINT, "checkpoint=one\ncheckpoint=two\n");
    commit_one(fixture->b, "L-3", "three", 0);
}

static void a_transaction_that_was_not_committed_is_not_restored(void **state)
{
    struct fixture *fixture = *state;
    lead_and_start(fixture->a, -1);
    commit_one(fixture->a, "L-1", "one", 0);
    write_without_commit(fixture->a, "L-1");
    lead_and_start(fixture->a, -1); /* as after LOG_ABORTED */
    expect_restored(fixture->a, LOG_LEADS_CHANGELOG, "L-1=one\n");
    commit_one(fixture->a, "L-1", "two", 0);
    lead_and_start(fixture->a, -1);
    expect_restored(fixture->a, LOG_LEADS_CHANGELOG, "L-1=one\nL-1=two\n");
}

/* Another application of the same name, in no group, is as a former leader that was thought dead: whoever writes last shuts the other out. */
static void a_former_leader_is_shut_out(void **state)
{
    struct fixture *fixture = *state;
    struct sample again = fixture->sample;
    again.settings.properties = &again.property;
    lead_and_start(fixture->a, -1);
    commit_one(fixture->a, "L-1", "one", 0);
    write_without_commit(fixture->a, "L-2");

    /* As embedded, so that it does not stand for election. */
    struct log *usurper = kafka_log_open(&again.settings, &(struct kafka_options){.embedded_servers = bootstrap_servers});
    fixture->b = usurper;
    lead_and_start(usurper, -1);
    expect_restored(usurper, LOG_LEADS_CHANGELOG, "L-1=one\n");
    commit_one(usurper, "L-1", "two", 0);

    assert_int_equal(fixture->a->ops->commit(fixture->a, &(struct log_position){.partition = 0, .offset = 9}, 1), LOG_FENCED);
    assert_non_null(strstr(fixture->a->ops->error(fixture->a), "has taken the transactional id"));
    expect_restored(usurper, LOG_LEADS_CHANGELOG, "L-1=one\nL-1=two\n");
    assert_int_equal(committed_offset(fixture->sample.application, fixture->sample.input, 0), 0);

    lead_and_start(fixture->a, -1); /* and may lead again, shutting out the other */
    expect_restored(fixture->a, LOG_LEADS_CHANGELOG, "L-1=one\nL-1=two\n");
    assert_int_equal(usurper->ops->begin(usurper), LOG_OK); /* asks nobody yet */
    assert_int_equal(usurper->ops->commit(usurper, &(struct log_position){.partition = 0, .offset = 9}, 1), LOG_FENCED);
}

static void records_under_transaction_are_read_when_committed(void **state)
{
    struct fixture *fixture = *state;
    char text[256];
    rd_kafka_conf_t *configuration = rd_kafka_conf_new();
    rd_kafka_conf_set(configuration, "bootstrap.servers", bootstrap_servers, text, sizeof text);
    rd_kafka_conf_set(configuration, "transactional.id", fixture->sample.input, text, sizeof text);
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, text, sizeof text);
    assert_null(rd_kafka_init_transactions(producer, WAIT_MS));

    lead_and_start(fixture->a, -1);
    for (int round = 0; round < 2; round++) { /* the first is aborted */
        assert_null(rd_kafka_begin_transaction(producer));
        producer_send(producer, fixture->sample.input, 0, "k", round == 0 ? "aborted" : "0", 0);
        rd_kafka_flush(producer, WAIT_MS);
        assert_null(round == 0 ? rd_kafka_abort_transaction(producer, WAIT_MS) : rd_kafka_commit_transaction(producer, WAIT_MS));
    }
    rd_kafka_destroy(producer);
    int64_t position = expect_numbers(fixture->a, 0, 0, 1);
    assert_int_equal(position, 3); /* aborted record, its mark, the record; its mark lies behind the position, and still the end is seen */
    expect_end_seen(fixture->a, 0, position, clock_wall_ms());

    lead_and_start(fixture->a, 3);
    expect_end_seen(fixture->a, 0, 3, clock_wall_ms());
}

static void an_offset_that_retention_took_starts_at_the_oldest(void **state)
{
    struct fixture *fixture = *state;
    send_numbers(bootstrap_servers, fixture->sample.input, 0, 0, 10);
    delete_before(fixture->sample.input, 0, 4);
    lead_and_start(fixture->a, 2);
    assert_int_equal(expect_numbers(fixture->a, 0, 4, 10), 10);
}

/* Bytes that no compression makes smaller. */
static char *noise(size_t size)
{
    char *bytes = memory_new(size);
    uint64_t state = 1;
    for (size_t i = 0; i < size; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407); /* Knuth's MMIX generator */
        bytes[i] = (char)(state >> 56);
    }
    return bytes;
}

static void a_dead_letter_may_be_large_and_a_snapshot_too_large_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    struct log *log = fixture->a;
    enum { SIZE = 5 << 20 };
    char *bytes = noise(SIZE);
    struct log_record record = {.key = TEXT("k"), .value = {bytes, SIZE}, .timestamp_ms = INT64_MIN};
    struct log_position position = {.partition = 0, .offset = 0};
    lead_and_start(log, -1);
    assert_int_equal(log->ops->begin(log), LOG_OK);
    assert_int_equal(log->ops->write(log, LOG_DEAD_LETTERS, &record), LOG_OK);
    assert_int_equal(log->ops->commit(log, &position, 1), LOG_OK);

    assert_int_equal(log->ops->begin(log), LOG_OK);
    assert_int_equal(log->ops->write(log, LOG_SNAPSHOTS, &record), LOG_OK);
    assert_int_equal(log->ops->commit(log, &position, 1), LOG_FAILED);
    assert_non_null(strstr(log->ops->error(log), "raise its max.message.bytes"));
    assert_non_null(strstr(log->ops->error(log), fixture->sample.snapshots));
    free(bytes);
}

static void a_missing_input_topic_is_waited_for(void **state)
{
    struct fixture *fixture = *state;
    struct sample later = fixture->sample;
    struct waiting waiting;
    snprintf(later.input, sizeof later.input, "%.40s.later", fixture->sample.application);
    later.topics[0] = later.input;
    later.settings.topics = later.topics;
    later.settings.properties = &later.property;
    fixture->b = kafka_log_open(&later.settings, &(struct kafka_options){0});
    lead_aside(&waiting, fixture->b);
    nanosleep(&(struct timespec){.tv_sec = 3}, NULL);
    assert_int_equal(waiting.status, -1);
    create_topic(later.input, 1);
    expect_led(&waiting);
    fixture->b->ops->close(fixture->b);
    fixture->b = NULL;
}

static void a_wrong_broker_is_waited_for_until_stopped(void **state)
{
    struct fixture *fixture = *state;
    struct waiting waiting;
    fixture->sample.property.value = "127.0.0.1:1";
    lead_aside(&waiting, fixture->a);
    nanosleep(&(struct timespec){.tv_sec = 4}, NULL);
    assert_int_equal(waiting.status, -1);
    fixture->a->ops->stop(fixture->a);
    pthread_join(waiting.thread, NULL);
    assert_int_equal(waiting.status, LOG_STOPPED);
}

int main(void)
{
    bootstrap_servers = getenv("FUNNELD_TEST_BROKER");
    if (bootstrap_servers == NULL) {
        fputs("NOT RUN: FUNNELD_TEST_BROKER is not set, so nothing was tested against a real Kafka broker (scripts/kafka starts one)\n", stderr);
        return EXIT_SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_commit_shows_in_topics_and_group, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_next_leader_takes_over_when_one_leaves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_transaction_that_was_not_committed_is_not_restored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_former_leader_is_shut_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(records_under_transaction_are_read_when_committed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_offset_that_retention_took_starts_at_the_oldest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dead_letter_may_be_large_and_a_snapshot_too_large_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_input_topic_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_broker_is_waited_for_until_stopped, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("Kafka log", tests, NULL, NULL);
}
