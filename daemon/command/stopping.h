/* stopping.h -- how a command that runs for long is ended: the first SIGTERM or SIGINT asks it to finish the work at hand, the second ends the process at once.
 * Nothing is lost by either: the log holds all state.
 * Threads: signals come on any of them; begin and end are called by one, once. */
#ifndef FUNNELD_COMMAND_STOPPING_H
#define FUNNELD_COMMAND_STOPPING_H

#include <stdatomic.h>

/* From here on signals are heard. `ask` runs in the handler of the first one, so it does only what such a handler may. Returns the flag that is set by then. */
const atomic_bool *stopping_begin(void (*ask)(void));

/* What `ask` touches may go afterwards: it neither runs nor will, and a signal ends the process at once. */
void stopping_end(void);

#endif
