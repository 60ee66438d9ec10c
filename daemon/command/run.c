/* run.c -- `funneld run`: the daemon. */
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "../engine/leader.h"
#include "../host/operator_log.h"
#include "../host/service.h"
#include "../log/embedded.h"
#include "../log/kafka.h"
#include "command.h"
#include "options.h"
#include "roles.h"
#include "stopping.h"

enum { ACCEPT, CONFIG, EMBEDDED, PARTITIONS, ROLES, THREADS, OPTION_COUNT };

static const struct option_row rows[] = {
    [ACCEPT] = {"accept-changes", NULL, "go on, once, with a configuration that the state does not bear", 0},
    [CONFIG] = {"config", "FILE", "the configuration", OPTION_REQUIRED},
    [EMBEDDED] = {"embedded", NULL, "on a Kafka inside this process: for a first look, nothing outlives it", 0},
    [PARTITIONS] = {"partitions", "N", "with --embedded: partitions of the input topics (default: 1)", 0},
    [ROLES] = {"roles", "LIST", "what this process does: some of engine,http,notify (default: all that are configured)", 0},
    [THREADS] = {"threads", "N", "threads that decode and fold (default: 1)", 0},
    [OPTION_COUNT] = {0},
};

static sem_t stopped;           /* posted by the first signal: for a process without an engine to wait on */
static struct log *stopped_log; /* set before signals are heard; NULL without an engine */

static void ask_to_stop(void)
{
    if (stopped_log != NULL)
        stopped_log->ops->stop(stopped_log);
    sem_post(&stopped);
}

static struct log *open_log(const struct settings *settings, bool embedded, int partitions, const char **servers)
{
    if (!embedded)
        return kafka_log_open(settings, &(struct kafka_options){0});
    struct log *log = embedded_log_open(settings, partitions, servers);
    if (log == NULL) {
        fprintf(stderr, "funneld run: the embedded Kafka cannot be started\n");
        return NULL;
    }
    printf("bootstrap.servers=%s\n", *servers);
    fflush(stdout);
    return log;
}

static int lead(const struct settings *settings, const struct leader_options *options, const atomic_bool *stopping)
{
    enum log_status status = leader_run(settings, stopped_log, options, stopping);
    if (status != LOG_FAILED)
        return status == LOG_REFUSED ? EXIT_USAGE : EXIT_DONE;
    operator_log(OPERATOR_ERROR, "run", "%s", stopped_log->ops->error(stopped_log));
    return EXIT_FAILED;
}

static int wait_for_signal(void)
{
    struct timespec until;
    service_ready("running, without an engine");
    do {
        service_alive();
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
    } while (sem_timedwait(&stopped, &until) != 0 && (errno == EINTR || errno == ETIMEDOUT));
    return EXIT_DONE;
}

/* The log first, as the embedded cluster lives in it; then the roles that read from it; the engine in this thread; and back in reverse. */
static int serve(const struct settings *settings, unsigned set, bool embedded, int partitions, const struct leader_options *options)
{
    bool engine = (set & 1U << ROLE_ENGINE) != 0;
    const char *servers = NULL; /* of the embedded cluster */
    struct roles roles = {0};
    int status = EXIT_FAILED;
    if (engine && (stopped_log = open_log(settings, embedded, partitions, &servers)) == NULL)
        return status;
    sem_init(&stopped, 0, 0);
    signal(SIGPIPE, SIG_IGN); /* a client that has gone is an error of the write */
    const atomic_bool *stopping = stopping_begin(ask_to_stop);
    if (roles_start(&roles, set, settings, servers))
        status = engine ? lead(settings, options, stopping) : wait_for_signal();
    service_leaving();
    stopping_end();
    roles_stop(&roles);
    if (engine)
        stopped_log->ops->close(stopped_log);
    if (status == EXIT_DONE)
        operator_log(OPERATOR_INFO, settings->application, "left in order");
    return status;
}

static int run(int argc, char **argv)
{
    const char *values[OPTION_COUNT];
    if (options_parse(rows, argc, argv, values) < 0)
        return EXIT_USAGE;
    int64_t threads = 1, partitions = 1;
    if (values[THREADS] != NULL && !options_integer("run", &rows[THREADS], values[THREADS], 1, 64, &threads))
        return EXIT_USAGE;
    if (values[PARTITIONS] != NULL && !options_integer("run", &rows[PARTITIONS], values[PARTITIONS], 1, 1000, &partitions))
        return EXIT_USAGE;
    if (values[PARTITIONS] != NULL && values[EMBEDDED] == NULL) {
        fputs("funneld run: --partitions is about --embedded; the topics of a real Kafka have theirs\n", stderr);
        return EXIT_USAGE;
    }
    struct settings *settings = settings_load(values[CONFIG], stderr);
    if (settings == NULL)
        return EXIT_USAGE;
    struct leader_options options = {.threads = (int)threads, .accept_changes = values[ACCEPT] != NULL};
    unsigned set;
    bool embedded = values[EMBEDDED] != NULL, right = roles_read(values[ROLES], settings, &set);
    if (right && embedded && (set & 1U << ROLE_ENGINE) == 0) {
        fprintf(stderr, "funneld run: --embedded is the engine's; with `--roles %s` there is nobody to fill it\n", values[ROLES]);
        right = false;
    }
    if (right && !embedded)
        right = command_has_kafka(settings);
    int status = right ? serve(settings, set, embedded, (int)partitions, &options) : EXIT_USAGE;
    settings_free(settings);
    return status;
}

const struct command command_run = {
    .name = "run",
    .arguments = "--config FILE [OPTIONS]",
    .summary = "The daemon: consumes lead events, publishes snapshots and bottlenecks",
    .help = "Of several processes of one application one leads, the others stand by and take over. SIGTERM or SIGINT finishes the work at hand and leaves in order;\n"
            "a second one leaves at once: nothing is lost, all state is in Kafka.\n\n"
            "After a change of the configuration counts are folded anew from what is known about the leads. Where that would give numbers that no replay gives, or lose\n"
            "what is known, the daemon does not start and says why (exit status 2): `funneld rebuild` makes the state anew; --accept-changes goes on with what is known.\n\n"
            "--roles spreads the parts over processes: the engine counts and publishes, http and notify read what it published.\n\n"
            "--embedded prints the cluster's bootstrap.servers on standard output, so that kcat or any client can produce and consume. That cluster is librdkafka's\n"
            "mock: it holds 5 MiB a partition, keeps nothing over a restart and does not keep transactions apart.\n",
    .options = rows,
    .run = run,
};
