#include "rights.h"

#include <string.h>

#include "topics.h"

enum { READ = 1, WRITE = 2, CREATE = 4, KIND_WIDTH = 18, NAME_WIDTH = 40 };

static void print_right(const char *kind, const char *name, const char *suffix, unsigned operations, FILE *out)
{
    static const char *const words[] = {"Read", "Write", "Create"};
    fprintf(out, "  %-*s%s%s%*s", KIND_WIDTH, kind, name, suffix, strlen(name) + strlen(suffix) < NAME_WIDTH ? (int)(NAME_WIDTH - strlen(name) - strlen(suffix)) : 0, "");
    bool any = false;
    for (unsigned i = 0; i < 3; i++) {
        if ((operations & 1U << i) == 0)
            continue;
        fprintf(out, "%s%s", any ? ", " : " ", words[i]);
        any = true;
    }
    fputc('\n', out);
}

void rights_print(const struct settings *settings, FILE *out)
{
    unsigned create = settings->create_topics ? CREATE : 0, page = settings->http.listen != NULL ? READ : 0;
    struct topics topics;
    topics_init(&topics, settings);
    fputs("\nrights at the brokers (Read and Write include Describe)\n", out);
    for (int t = 0; t < settings->topic_count; t++)
        print_right("topic", settings->topics[t], "", READ, out);
    for (int i = 0; i < LOG_TOPIC_COUNT; i++) {
        bool said = false; /* snapshots and alerts may be one topic */
        for (int before = 0; before < i; before++)
            said = said || strcmp(topics.names[before], topics.names[i]) == 0;
        if (!said)
            print_right("topic", topics.names[i], "", (i == LOG_DEAD_LETTERS ? page : READ) | WRITE | create, out);
    }
    print_right("group", settings->application, "", READ, out);
    print_right("group", settings->application, "-leader", READ, out);
    for (int i = 0; i < settings->notify.receiver_count; i++) {
        char suffix[128];
        snprintf(suffix, sizeof suffix, "-notify-%s", settings->notify.receivers[i].name);
        print_right("group", settings->application, suffix, READ, out);
    }
    print_right("transactional id", settings->application, "-0", WRITE, out);
    topics_free(&topics);
}
