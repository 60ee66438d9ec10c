/* worth.h -- what a lead that comes to a step is worth, in deals and in money: of how many such leads one was won, by the funnel's latest snapshot. So a message
 * can say what a fall in conversion costs.
 *     activity of the longest window, all leads: 200 came to the contract, 50 were won for 7 500 000      a lead there is 0.25 deals, a deal is 150 000
 * Snapshots are read from their topic as anybody would. Threads: one of its own; worth_of_funnel: any thread. */
#ifndef FUNNELD_NOTIFY_WORTH_H
#define FUNNELD_NOTIFY_WORTH_H

#include "../core/text.h"
#include "../settings/settings.h"

struct worth { /* of one funnel; NAN: not known */
    double deals[FUNNEL_STEPS_MAX]; /* a lead at the step, 0..1 */
    double amount;                  /* a deal */
};

/* From a snapshot's JSON. False: it says nothing about it (nobody has won yet). Pure. */
bool worth_read(const struct funnel *funnel, struct text record, struct worth *out);

struct worth_book;

/* Settings and servers are borrowed until worth_stop. `bootstrap_servers`: of the embedded cluster, or NULL. */
struct worth_book *worth_start(const struct settings *settings, const char *bootstrap_servers);
void worth_stop(struct worth_book *book); /* NULL is fine */

/* What is known now. */
void worth_of_funnel(struct worth_book *book, int funnel, struct worth *out);

#endif
