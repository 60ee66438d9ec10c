/* world.h -- all there is in one run: a cluster, a clock, a few processes of one application, and how unkind to be. Everything follows from the seed. */
#ifndef FUNNELD_TESTS_WORLD_H
#define FUNNELD_TESTS_WORLD_H

#include <stdatomic.h>

#include "../../daemon/log/cluster.h"
#include "../../daemon/settings/settings.h"
#include "broker.h"
#include "fiber.h"
#include "election.h"

enum { WORLD_PROCESSES = 3 };

struct unkindness { /* each once in so many chances; 0: never. Which of them a run has is chance, too */
    int crash, pause, lost_request, lost_answer, slow_request; /* chances: the steps of a process, requests to commit */
    int kill, stop, evict, jump, compact, retain, grow;        /* chances: moments of the world, some four a second */
    int rebuild;                                               /* chances: processes that start */
};

struct pending { /* written, and not yet sent */
    enum log_topic topic;
    struct partition *partition;
    struct log_record record;
};

struct delivered { int64_t *offsets; size_t count, capacity; }; /* of an input partition, since reading began or the last commit */

struct process {
    struct cluster cluster;  /* first, so that a struct cluster * is one of these */
    struct world *world;
    int slot;
    char name[8];
    int number;              /* of the incarnation */
    struct fiber *fiber;
    bool running;            /* the fiber has not ended */
    bool dead;               /* killed: what it still does reaches nobody */
    bool paused;             /* SIGSTOP: no heartbeat either */
    bool stopped;            /* SIGTERM */
    bool rebuilds;           /* it is a `funneld rebuild`, not a daemon */
    atomic_bool stopping;
    int64_t wake_ms;
    int64_t skew_ms;         /* of its wall clock */
    struct log *log;
    enum log_status ended;
    char error[128];
    const struct log_partition *inputs; /* as prepare has listed them */
    int input_count;
    /* leading */
    bool held;
    int64_t learns_ms;       /* when it will know that the lead is lost; 0: not lost */
    /* writing */
    bool writing, fenced;
    int64_t epoch;
    size_t pending_count, pending_capacity;
    struct pending *pendings;
    struct arena pending_bytes;
    /* reading */
    struct delivered *delivered;
    int delivered_count;
};

struct world {
    const struct settings *settings;
    struct random random;
    struct trace trace;
    int64_t now_ms;          /* steady; what everybody's clock is made of */
    int64_t wall_ms;         /* what the wall is ahead of that */
    struct broker broker;
    struct election election;
    struct unkindness unkindness;
    struct process processes[WORLD_PROCESSES];
    int incarnations;
    uint64_t steps;          /* of processes: calls of the cluster */
};

/* Start a process of the application in a slot; its fiber is in place. */
void process_start(struct world *world, int slot);
void process_kill(struct process *process);      /* kill -9: it unwinds at once, and nothing of that is seen */
void process_terminate(struct process *process); /* SIGTERM */
void process_resume(struct process *process);    /* let it run until it gives way */

#endif
