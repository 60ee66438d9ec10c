#include "unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "../core/memory.h"

enum { PACKED_BYTES = 1 << 17, MAGIC_BYTES = 4, GZIP_WINDOW = 15 + 16 /* zlib: the largest, in a gzip wrapping */ };

struct unpack {
    int descriptor;
    int64_t position, size;
    ssize_t (*next)(struct unpack *unpack, char *out, size_t size);
    char *packed;            /* begin .. end hold what was read and not yet unpacked */
    size_t begin, end;
    bool ended;              /* of the file */
    bool within;             /* a gzip member or zstd frame has begun and not ended */
    z_stream gzip;
    ZSTD_DStream *zstd;
    char error[256];
};

static ssize_t fail(struct unpack *unpack, const char *text)
{
    snprintf(unpack->error, sizeof unpack->error, "%s", text);
    return -1;
}

/* ---- as it lies there ---- */

static ssize_t read_file(struct unpack *unpack, char *out, size_t size)
{
    ssize_t got;
    do
        got = read(unpack->descriptor, out, size);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(unpack, strerror(errno));
    unpack->position += got;
    return got;
}

/* More behind what is there. False: it cannot be read. */
static bool fill(struct unpack *unpack)
{
    if (unpack->begin > 0)
        memmove(unpack->packed, unpack->packed + unpack->begin, unpack->end - unpack->begin);
    unpack->end -= unpack->begin;
    unpack->begin = 0;
    ssize_t got = read_file(unpack, unpack->packed + unpack->end, PACKED_BYTES - unpack->end);
    if (got < 0)
        return false;
    unpack->ended = got == 0;
    unpack->end += (size_t)got;
    return true;
}

/* What was read to look at how the file begins, then the rest. */
static ssize_t next_plain(struct unpack *unpack, char *out, size_t size)
{
    size_t kept = unpack->end - unpack->begin;
    if (kept == 0)
        return read_file(unpack, out, size);
    if (kept > size)
        kept = size;
    memcpy(out, unpack->packed + unpack->begin, kept);
    unpack->begin += kept;
    return (ssize_t)kept;
}

/* ---- unpacked ---- */

/* One step of a method: takes bytes from begin .. end, gives out bytes, notes in `within` whether the file may end here. */
static ssize_t step_gzip(struct unpack *unpack, char *out, size_t size)
{
    z_stream *stream = &unpack->gzip;
    if (!unpack->within && inflateReset(stream) != Z_OK)
        return fail(unpack, "gzip: out of memory");
    unpack->within = true;
    stream->next_in = (unsigned char *)unpack->packed + unpack->begin;
    stream->avail_in = (unsigned)(unpack->end - unpack->begin);
    stream->next_out = (unsigned char *)out;
    stream->avail_out = (unsigned)size;
    int result = inflate(stream, Z_NO_FLUSH);
    unpack->begin = unpack->end - stream->avail_in;
    if (result == Z_STREAM_END)
        unpack->within = false;
    else if (result != Z_OK && result != Z_BUF_ERROR)
        return fail(unpack, stream->msg != NULL ? stream->msg : "not a gzip file any more");
    return (ssize_t)(size - stream->avail_out);
}

static ssize_t step_zstd(struct unpack *unpack, char *out, size_t size)
{
    ZSTD_inBuffer in = {unpack->packed + unpack->begin, unpack->end - unpack->begin, 0};
    ZSTD_outBuffer given = {out, size, 0};
    size_t result = ZSTD_decompressStream(unpack->zstd, &given, &in);
    if (ZSTD_isError(result))
        return fail(unpack, ZSTD_getErrorName(result));
    unpack->begin += in.pos;
    unpack->within = result != 0;
    return (ssize_t)given.pos;
}

static ssize_t next_unpacked(struct unpack *unpack, char *out, size_t size, ssize_t (*step)(struct unpack *unpack, char *out, size_t size))
{
    if (size > UINT32_MAX)
        size = UINT32_MAX; /* zlib counts in 32 bits */
    for (;;) {
        if (unpack->begin == unpack->end && !unpack->ended && !fill(unpack))
            return -1;
        if (unpack->begin == unpack->end && !unpack->within)
            return 0;
        ssize_t got = step(unpack, out, size);
        if (got != 0)
            return got;
        if (unpack->begin == unpack->end && unpack->ended && unpack->within)
            return fail(unpack, "the file ends in the middle: it is not whole");
    }
}

static ssize_t next_gzip(struct unpack *unpack, char *out, size_t size)
{
    return next_unpacked(unpack, out, size, step_gzip);
}

static ssize_t next_zstd(struct unpack *unpack, char *out, size_t size)
{
    return next_unpacked(unpack, out, size, step_zstd);
}

/* ---- opening and closing ---- */

/* How the file begins decides how it is read. */
static ssize_t next_first(struct unpack *unpack, char *out, size_t size)
{
    unpack->packed = memory_new(PACKED_BYTES);
    while (unpack->end < MAGIC_BYTES && !unpack->ended)
        if (!fill(unpack))
            return -1;
    unpack->next = next_plain;
    if (unpack->end >= 2 && memcmp(unpack->packed, "\x1f\x8b", 2) == 0) {
        if (inflateInit2(&unpack->gzip, GZIP_WINDOW) != Z_OK)
            return fail(unpack, "gzip: out of memory");
        unpack->next = next_gzip;
    } else if (unpack->end >= MAGIC_BYTES && memcmp(unpack->packed, "\x28\xb5\x2f\xfd", MAGIC_BYTES) == 0) {
        unpack->zstd = ZSTD_createDStream();
        if (unpack->zstd == NULL)
            return fail(unpack, "zstd: out of memory");
        unpack->next = next_zstd;
    }
    return unpack->next(unpack, out, size);
}

struct unpack *unpack_open(const char *path)
{
    int descriptor = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return NULL;
    struct stat status;
    bool known = fstat(descriptor, &status) == 0;
    if (known && S_ISDIR(status.st_mode)) {
        close(descriptor);
        errno = EISDIR;
        return NULL;
    }
    struct unpack *unpack = memory_new(sizeof *unpack);
    unpack->descriptor = descriptor;
    unpack->size = known && S_ISREG(status.st_mode) ? (int64_t)status.st_size : -1;
    unpack->next = next_first;
    return unpack;
}

void unpack_close(struct unpack *unpack)
{
    if (unpack == NULL)
        return;
    close(unpack->descriptor);
    if (unpack->next == next_gzip)
        inflateEnd(&unpack->gzip);
    ZSTD_freeDStream(unpack->zstd);
    free(unpack->packed);
    free(unpack);
}

/* ---- reading ---- */

ssize_t unpack_read(struct unpack *unpack, char *out, size_t size)
{
    return unpack->next(unpack, out, size);
}

const char *unpack_error(const struct unpack *unpack)
{
    return unpack->error;
}

int64_t unpack_position(const struct unpack *unpack)
{
    return unpack->position;
}

int64_t unpack_size(const struct unpack *unpack)
{
    return unpack->size;
}
