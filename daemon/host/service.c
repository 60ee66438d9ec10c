#include "service.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "clock.h"

enum { STATUS_MAX = 512, SIGNS = 4 /* of life within the watchdog's time */ };

static pthread_once_t looked = PTHREAD_ONCE_INIT;
static int64_t sign_every_ms; /* 0: nobody watches */
static _Atomic int64_t sign_due_ms;

static void look_for_watchdog(void)
{
    uint64_t within_us;
    if (sd_watchdog_enabled(0, &within_us) > 0)
        sign_every_ms = (int64_t)(within_us / 1000 / SIGNS) + 1;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* of what follows */
static char status[STATUS_MAX] = "starting";

/* A line break would end the status and begin another state. */
static void one_line(char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\n' || *text == '\r')
            *text = ' ';
}

static void __attribute__((format(printf, 2, 0))) tell(const char *states, const char *format, va_list arguments)
{
    pthread_mutex_lock(&mutex);
    vsnprintf(status, sizeof status, format, arguments);
    one_line(status);
    sd_notifyf(0, "%sSTATUS=%s", states, status);
    pthread_mutex_unlock(&mutex);
}

void service_trouble(const char *object, const char *trouble)
{
    char text[STATUS_MAX];
    pthread_mutex_lock(&mutex);
    if (trouble != NULL)
        snprintf(text, sizeof text, "%s: %s", object, trouble);
    else
        memcpy(text, status, sizeof text);
    one_line(text);
    sd_notifyf(0, "STATUS=%s", text);
    pthread_mutex_unlock(&mutex);
}

void service_status(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell("", format, arguments);
    va_end(arguments);
}

void service_ready(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell("READY=1\n", format, arguments);
    va_end(arguments);
}

void service_alive(void)
{
    pthread_once(&looked, look_for_watchdog);
    if (sign_every_ms == 0)
        return;
    int64_t now_ms = clock_steady_ms(), due_ms = atomic_load(&sign_due_ms);
    if (now_ms >= due_ms && atomic_compare_exchange_strong(&sign_due_ms, &due_ms, now_ms + sign_every_ms))
        sd_notify(0, "WATCHDOG=1");
}

void service_leaving(void)
{
    sd_notify(0, "STOPPING=1\nSTATUS=leaving");
}
