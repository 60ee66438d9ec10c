/* leader.h -- the running application: leads, restores, folds and publishes until it is stopped or somebody else leads.
 * The log is the only database. Changed leads, snapshots, dead letters, the checkpoint and the input's offsets go out in one transaction, so state and
 * outputs can never disagree. After any abort or doubt the memory is thrown away and restored as if just elected: there is no roll-back code.
 * Source: semantics, section 8. Threads: one thread runs the leader; it lends a pool's others. */
#ifndef FUNNELD_ENGINE_LEADER_H
#define FUNNELD_ENGINE_LEADER_H

#include <stdatomic.h>

#include "../log/log.h"
#include "../settings/settings.h"

struct leader_options {
    int threads;
    bool accept_changes; /* go on even where the state does not bear what has changed in the configuration (changes.h) */
};

/* Run until `stopping` is set (LOG_STOPPED), the log fails for good (LOG_FAILED) or the state does not bear the configuration (LOG_REFUSED). All is borrowed. */
enum log_status leader_run(const struct settings *settings, struct log *log, const struct leader_options *options, const atomic_bool *stopping);

#endif
