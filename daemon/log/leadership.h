/* leadership.h -- who leads: the member of group <application>-leader that holds the single partition of <application>-checkpoint.
 *
 * Being wrong about it does no harm: the writer's fixed transactional.id shuts out every former leader. This only sees to it that one member
 * tries at a time, and that another one does when it is gone (within session.timeout.ms, 10 s).
 *
 * A rebalance takes the partition from everybody and gives it out again, so the lead counts as lost only where the next assignment is without it
 * or where the group has put us out; whoever leads works on while others come and go. The range assignor gives the partition to the first by
 * member id, and a member id begins with client.id: ours is the moment of joining, so a newcomer does not take the lead from an elder. One that has lost
 * the lead leaves the group at once: with its old id it would be the elder when it comes back.
 *
 * Threads: has one of its own, which keeps the membership alive; all functions are called by one thread. */
#ifndef FUNNELD_LOG_LEADERSHIP_H
#define FUNNELD_LOG_LEADERSHIP_H

#include "client.h"

struct leadership;

/* Join. NULL: LOG_FAILED, see client_error. `client` and the name must outlive it. `takes_over`: as the eldest of all, to whom whoever leads gives way. */
struct leadership *leadership_join(struct client *client, const char *checkpoint_topic, bool takes_over);

/* Wait for the lead; says in the operator's log that it stands by if that takes long. LOG_OK, LOG_STOPPED, or LOG_FAILED (no permission). */
enum log_status leadership_wait(struct leadership *leadership);

/* Cheap. */
bool leadership_held(struct leadership *leadership);

/* Leave the group, so that the next member may lead at once; frees it. NULL is fine. */
void leadership_leave(struct leadership *leadership);

#endif
