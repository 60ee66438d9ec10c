/* unpack.h -- the bytes of a file or pipe, unpacked where they begin as gzip or zstd files do (several one after another are one, as gzip and zstd
 * read them); else as they are. Bodies: zlib and libzstd.
 * Threads: one. Source: RFC 1952 (gzip), RFC 8878 (zstd). */
#ifndef FUNNELD_LOG_UNPACK_H
#define FUNNELD_LOG_UNPACK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct unpack;

/* `-`: standard input. NULL: it cannot be opened, errno says why. */
struct unpack *unpack_open(const char *path);
void unpack_close(struct unpack *unpack); /* NULL is fine */

/* The next bytes, at most `size`. 0: the end; -1: unpack_error says why. */
ssize_t unpack_read(struct unpack *unpack, char *out, size_t size);
const char *unpack_error(const struct unpack *unpack);

/* For progress: bytes of the file that were read, as they lie there, and the file's size (-1: not known). */
int64_t unpack_position(const struct unpack *unpack);
int64_t unpack_size(const struct unpack *unpack);

#endif
