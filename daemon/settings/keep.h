/* keep.h -- memory that is kept together: every piece lives until the whole keep is freed.
 * A configuration is read once, is small and dies at once; so nothing in it is freed by itself.
 * Threads: one at a time. Errors: none, see core/memory.h. */
#ifndef FUNNELD_SETTINGS_KEEP_H
#define FUNNELD_SETTINGS_KEEP_H

#include <stdarg.h>
#include <stddef.h>

#include "../core/text.h"

struct keep;

struct keep *keep_new(void);
void keep_free(struct keep *keep); /* and every piece of it; NULL is fine */

void *keep_take(struct keep *keep, size_t size);                 /* zeroed, aligned for any type */
void *keep_array(struct keep *keep, size_t count, size_t size);  /* zeroed; NULL where count is 0 */
const char *keep_string(struct keep *keep, struct text text);    /* a NUL-terminated copy */
char *keep_format(struct keep *keep, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *keep_format_list(struct keep *keep, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

#endif
