#include "operator_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"

enum { MESSAGE_MAX = 1024, REPEAT_MS = 60000 };

static const char *const level_words[] = {"debug", "info", "warn", "error"};

/* Quote a value as logfmt readers want it: bytes that would end it or the line are escaped. */
static void put_quoted(FILE *out, const char *value)
{
    putc('"', out);
    for (const char *byte = value; *byte != '\0'; byte++) {
        if (*byte == '"' || *byte == '\\')
            fprintf(out, "\\%c", *byte);
        else if (*byte == '\n')
            fputs("\\n", out);
        else if ((unsigned char)*byte < ' ' || *byte == 0x7f)
            fprintf(out, "\\x%02x", (unsigned)(unsigned char)*byte);
        else
            putc(*byte, out);
    }
    putc('"', out);
}

static void put_value(FILE *out, const char *value)
{
    if (*value == '\0' || strpbrk(value, " \"=\\\t\r\n") != NULL)
        put_quoted(out, value);
    else
        fputs(value, out);
}

static void __attribute__((format(printf, 3, 0))) write_line(enum operator_level level, const char *object, const char *format, va_list arguments)
{
    char message[MESSAGE_MAX];
    vsnprintf(message, sizeof message, format, arguments);

    int64_t now_ms = clock_wall_ms();
    time_t now_s = (time_t)(now_ms / 1000);
    struct tm utc;
    char moment[32];
    gmtime_r(&now_s, &utc);
    strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%S", &utc);

    /* Standard error has no buffer: the line is made in memory so that it leaves in one piece. */
    char *line = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&line, &length);
    if (out == NULL)
        return;
    fprintf(out, "time=%s.%03dZ level=%s object=", moment, (int)(now_ms % 1000), level_words[level]);
    put_value(out, object);
    fputs(" message=", out);
    put_quoted(out, message);
    putc('\n', out);
    if (fclose(out) == 0)
        fwrite(line, 1, length, stderr);
    free(line);
}

void operator_log(enum operator_level level, const char *object, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line(level, object, format, arguments);
    va_end(arguments);
}

void operator_trouble_is(struct operator_trouble *trouble, const char *object, const char *format, ...)
{
    int64_t now_ms = clock_steady_ms();
    if (trouble->since_ms == 0)
        trouble->since_ms = now_ms;
    else if (now_ms - trouble->said_ms < REPEAT_MS)
        return;
    trouble->said_ms = now_ms;

    va_list arguments;
    va_start(arguments, format);
    write_line(OPERATOR_WARN, object, format, arguments);
    va_end(arguments);
}

void operator_trouble_over(struct operator_trouble *trouble, const char *object, const char *message)
{
    if (trouble->since_ms == 0)
        return;
    operator_log(OPERATOR_INFO, object, "%s, after %.1f s", message, (double)(clock_steady_ms() - trouble->since_ms) / 1000);
    trouble->since_ms = 0;
}
