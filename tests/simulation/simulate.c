/* simulate -- the engine on a simulated cluster, one seed after the other; see scripts/simulate.
 *   simulate FIRST COUNT            seeds FIRST .. FIRST + COUNT - 1; the first that fails ends it, with its trace in simulate-SEED.trace
 *   simulate FIRST COUNT --trace    each seed's trace on standard output */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../daemon/host/clock.h"
#include "run.h"

static const char *const configurations[] = {"plain.yaml", "forgetful.yaml"};

enum { CONFIGURATIONS = sizeof configurations / sizeof *configurations };

static FILE *people; /* the real standard error: the engine's goes into the trace */

static ssize_t take_line(void *cookie, const char *bytes, size_t length)
{
    (void)cookie;
    run_operator_line(bytes, length);
    return (ssize_t)length;
}

static void catch_operator_log(void)
{
    people = fdopen(dup(STDERR_FILENO), "w");
    FILE *caught = fopencookie(NULL, "w", (cookie_io_functions_t){.write = take_line});
    if (people == NULL || caught == NULL)
        exit(1);
    setvbuf(people, NULL, _IONBF, 0);
    setvbuf(caught, NULL, _IONBF, 0);
    stderr = caught;
}

static struct settings *load(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/tests/simulation/%s", SOURCE_DIR, name);
    struct settings *settings = settings_load(path, people);
    if (settings == NULL)
        exit(2);
    return settings;
}

struct simulation {
    struct settings *settings[CONFIGURATIONS];
    struct pool *pool;
    struct fiber *fibers[WORLD_PROCESSES];
    struct run_figures figures;
};

static bool simulate(struct simulation *simulation, uint64_t seed, FILE *trace, struct verdict *verdict)
{
    return run_seed(seed, simulation->settings[seed % CONFIGURATIONS], simulation->pool, simulation->fibers, trace, verdict, &simulation->figures);
}

/* Once more, with a trace. */
static void show(struct simulation *simulation, uint64_t seed, const struct verdict *verdict)
{
    char path[64];
    struct verdict again;
    snprintf(path, sizeof path, "simulate-%" PRIu64 ".trace", seed);
    FILE *trace = fopen(path, "w");
    fprintf(people, "seed %" PRIu64 " (%s) FAILS: %s\n", seed, configurations[seed % CONFIGURATIONS], verdict->text);
    if (trace == NULL)
        return;
    simulate(simulation, seed, trace, &again);
    fclose(trace);
    fprintf(people, "what happened: %s\n", path);
    if (strcmp(again.text, verdict->text) != 0)
        fprintf(people, "the seed does not replay: a second time it says \"%s\"\n", again.text);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "simulate FIRST COUNT [--trace]\n");
        return 2;
    }
    uint64_t first = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10);
    bool traced = argc > 3 && strcmp(argv[3], "--trace") == 0;
    catch_operator_log();
    struct simulation simulation = {.pool = pool_new(1)};
    for (int i = 0; i < CONFIGURATIONS; i++)
        simulation.settings[i] = load(configurations[i]);
    for (int i = 0; i < WORLD_PROCESSES; i++)
        simulation.fibers[i] = fiber_new();

    int64_t begun_ms = clock_steady_ms();
    uint64_t done = 0;
    bool right = true;
    struct verdict verdict;
    while (done < count && right) {
        uint64_t seed = first + done++;
        right = simulate(&simulation, seed, traced ? stdout : NULL, &verdict);
        if (!right)
            show(&simulation, seed, &verdict);
    }
    double seconds = (double)(clock_steady_ms() - begun_ms) / 1000;
    const struct run_figures *figures = &simulation.figures;
    fprintf(people, "%" PRIu64 " seeds from %" PRIu64 " in %.1f s, %.0f a second: %" PRIu64 " steps, %" PRIu64 " processes, %" PRIu64 " transactions (%" PRIu64 " undone, %" PRIu64
            " committed unknown to their writer), %" PRIu64
            " snapshots, %" PRIu64 " dead letters%s\n", done, first, seconds, seconds > 0 ? (double)done / seconds : 0.0, figures->steps, figures->incarnations, figures->transactions,
            figures->aborted, figures->unheard, figures->snapshots, figures->letters, right ? "" : "; the last seed FAILED");

    for (int i = 0; i < WORLD_PROCESSES; i++)
        fiber_free(simulation.fibers[i]);
    for (int i = 0; i < CONFIGURATIONS; i++)
        settings_free(simulation.settings[i]);
    pool_free(simulation.pool);
    return right ? 0 : 1;
}
