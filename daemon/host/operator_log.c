#include "operator_log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "service.h"

enum { MESSAGE_MAX = 1024, REPEAT_MS = 60000 };

static const char *const level_words[] = {"debug", "info", "warn", "error"};
static const int journal_levels[] = {LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERR};

static pthread_once_t looked = PTHREAD_ONCE_INIT;
static bool is_journal;

/* systemd says which stream it has given to the journal; standard error may have been redirected since. */
static void look_for_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    uint64_t device, inode;
    struct stat status;
    is_journal = stream != NULL && sscanf(stream, "%" SCNu64 ":%" SCNu64, &device, &inode) == 2 && fstat(STDERR_FILENO, &status) == 0 &&
                 (uint64_t)status.st_dev == device && (uint64_t)status.st_ino == inode;
}

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

static void put_fields(FILE *out, const struct operator_field *field)
{
    for (; field != NULL && field->name != NULL; field++) {
        fprintf(out, " %s=", field->name);
        if (field->text != NULL)
            put_value(out, field->text);
        else
            fprintf(out, "%" PRId64, field->number);
    }
}

static void write_line(enum operator_level level, const char *object, const struct operator_field *fields, const char *message)
{
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
    pthread_once(&looked, look_for_journal);
    if (is_journal)
        fprintf(out, "<%d>", journal_levels[level]);
    fprintf(out, "ts=%s.%03dZ level=%s object=", moment, (int)(now_ms % 1000), level_words[level]);
    put_value(out, object);
    fputs(" msg=", out);
    put_quoted(out, message);
    put_fields(out, fields);
    putc('\n', out);
    if (fclose(out) == 0)
        fwrite(line, 1, length, stderr);
    free(line);
}

void operator_log(enum operator_level level, const char *object, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    write_line(level, object, NULL, message);
}

void operator_log_with(enum operator_level level, const char *object, const struct operator_field *fields, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    write_line(level, object, fields, message);
}

void operator_trouble_is(struct operator_trouble *trouble, const char *object, const char *format, ...)
{
    int64_t now_ms = clock_steady_ms();
    if (trouble->since_ms == 0)
        trouble->since_ms = now_ms;
    else if (now_ms - trouble->said_ms < REPEAT_MS)
        return;
    trouble->said_ms = now_ms;

    char message[MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    write_line(OPERATOR_WARN, object, NULL, message);
    service_trouble(object, message);
}

void operator_trouble_over(struct operator_trouble *trouble, const char *object, const char *message)
{
    if (trouble->since_ms == 0)
        return;
    operator_log(OPERATOR_INFO, object, "%s, after %.1f s", message, (double)(clock_steady_ms() - trouble->since_ms) / 1000);
    trouble->since_ms = 0;
    service_trouble(object, NULL);
}
