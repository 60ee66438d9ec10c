/* election.h -- the group that elects: the member that joined first leads, until its session ends. Who is told so, and when, is another matter: a member
 * that leads no more may go on believing it. Members are numbers. Threads: one. */
#ifndef FUNNELD_TESTS_ELECTION_H
#define FUNNELD_TESTS_ELECTION_H

#include <stdbool.h>
#include <stdint.h>

enum { ELECTION_MEMBERS_MAX = 8, ELECTION_NOBODY = -1 };

struct election {
    int64_t session_ms;
    int count;
    struct member { int number; int64_t seen_ms; } members[ELECTION_MEMBERS_MAX]; /* by joining */
};

static inline int election_leader(const struct election *election)
{
    return election->count > 0 ? election->members[0].number : ELECTION_NOBODY;
}

static inline int election_place(const struct election *election, int number)
{
    for (int i = 0; i < election->count; i++)
        if (election->members[i].number == number)
            return i;
    return -1;
}

static inline void election_leave(struct election *election, int number)
{
    int place = election_place(election, number);
    if (place < 0)
        return;
    election->count--;
    for (int i = place; i < election->count; i++)
        election->members[i] = election->members[i + 1];
}

static inline void election_join(struct election *election, int number, int64_t now_ms)
{
    election_leave(election, number);
    if (election->count < ELECTION_MEMBERS_MAX)
        election->members[election->count++] = (struct member){number, now_ms};
}

/* As the eldest of all, to whom whoever leads gives way. */
static inline void election_take_over(struct election *election, int number, int64_t now_ms)
{
    election_join(election, number, now_ms);
    for (int i = election_place(election, number); i > 0; i--) {
        struct member younger = election->members[i];
        election->members[i] = election->members[i - 1];
        election->members[i - 1] = younger;
    }
}

static inline void election_heartbeat(struct election *election, int number, int64_t now_ms)
{
    int place = election_place(election, number);
    if (place >= 0)
        election->members[place].seen_ms = now_ms;
}

/* Put out whose session is over. */
static inline void election_work(struct election *election, int64_t now_ms)
{
    for (int i = 0; i < election->count; i++)
        if (now_ms - election->members[i].seen_ms > election->session_ms)
            election_leave(election, election->members[i--].number);
}

#endif
