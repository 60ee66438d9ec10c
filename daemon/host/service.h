/* service.h -- what the service manager (systemd) is told: when the daemon is ready, what it is about, and that it is alive.
 * Ready means: leading, with everything restored, or standing by. A daemon that waits for its brokers or restores is starting.
 * Without a manager ($NOTIFY_SOCKET) all of it does nothing.
 * Threads: any. Source: sd_notify(3), sd_watchdog_enabled(3). */
#ifndef FUNNELD_HOST_SERVICE_H
#define FUNNELD_HOST_SERVICE_H

/* One line for `systemctl status`. */
void service_status(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Something amiss stands in its place until it is over (NULL). */
void service_trouble(const char *object, const char *trouble);

/* Ready from here on (there is no way back but leaving), with a line of status. */
void service_ready(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A sign of life, to be given by whoever makes progress: a turn of the engine's loop, a block restored, a look at brokers that are waited for. Costs
 * a look at the clock, so it may be given often; the manager hears of it a few times in the unit's WatchdogSec. No thread gives it by itself: a loop
 * that hangs falls silent, and the manager ends and starts the daemon anew, which loses nothing. */
void service_alive(void);

void service_leaving(void);

#endif
