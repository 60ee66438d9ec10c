/* courier.h -- delivery to one receiver: reads the alerts topic as group <application>-notify-<receiver>, keeps what the receiver has yet to hear (news.h),
 * posts it, and commits how far it has come only after that. So a message may come twice (the process died in between), but none is lost; and a
 * receiver that is away holds up nobody but itself, as each has its own thread, connection and position.
 *
 * Trouble is waited out with growing pauses (backoff.h), or as long as the receiver asks. A message that will never be taken is left out, and one that is
 * older than max_age by the time it could be told. All is counted: funneld_deliveries_total by receiver and result (delivered, retried, refused: messages;
 * too_old: alerts). An Alertmanager hears of all that fires every `resend`, as it takes what it does not hear of for resolved.
 * Threads: has one of its own; start and stop are called by one. */
#ifndef FUNNELD_NOTIFY_COURIER_H
#define FUNNELD_NOTIFY_COURIER_H

#include "../settings/settings.h"
#include "worth.h"

struct courier;

/* All is borrowed until courier_join. NULL: it cannot be set up, and the operator has been told why. */
struct courier *courier_start(const struct settings *settings, int receiver, const char *bootstrap_servers, struct worth_book *book);

/* Ask it to end: a request under way may still be answered. Then wait for it; frees it. NULL is fine. */
void courier_stop(struct courier *courier);
void courier_join(struct courier *courier);

#endif
