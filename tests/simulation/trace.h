/* trace.h -- what happened, in lines that one can follow: simulated seconds, who, what. Off, it costs a look at a flag. */
#ifndef FUNNELD_TESTS_TRACE_H
#define FUNNELD_TESTS_TRACE_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

struct trace {
    FILE *out; /* NULL: off */
    int64_t begun_ms;
    const int64_t *now_ms;
};

/* `who`: p0, p1 ... a process of the application; broker, crm (who produces), operator. */
static inline void __attribute__((format(printf, 3, 4))) trace_say(const struct trace *trace, const char *who, const char *format, ...)
{
    if (trace->out == NULL)
        return;
    int64_t since_ms = *trace->now_ms - trace->begun_ms;
    fprintf(trace->out, "%6d.%03d  %-8s ", (int)(since_ms / 1000), (int)(since_ms % 1000), who);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(trace->out, format, arguments);
    va_end(arguments);
    putc('\n', trace->out);
}

#endif
