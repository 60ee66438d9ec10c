/* schema.h -- maps of the configuration as tables: key, type, default, range and the field it fills.
 * Reading a map with its table reports unknown keys, wrong types and missing keys, and goes on. A field whose value is wrong stays as it was.
 * Rows are read in the order of the table, so a row may rely on those above it. Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_SCHEMA_H
#define FUNNELD_SETTINGS_SCHEMA_H

#include "check.h"

enum schema_type {   /* the field's C type */
    SCHEMA_TEXT,         /* const char *: any plain or quoted scalar but null and "" */
    SCHEMA_BOOLEAN,      /* bool: true or false */
    SCHEMA_WORD,         /* an enum: index into `words` */
    SCHEMA_EITHER,       /* bool: false the first, true the second of `words` */
    SCHEMA_INTEGER,      /* int64_t, least .. most (0: any) */
    SCHEMA_PART,         /* double: 0 < value < 1, also in percent */
    SCHEMA_SHARE,        /* double: 0 < value <= 1, also in percent */
    SCHEMA_SECONDS,      /* int64_t, least .. most (0: any) */
    SCHEMA_MILLISECONDS, /* likewise */
    SCHEMA_SIZE,         /* int64_t bytes, least .. most */
    SCHEMA_RATE,         /* double, events a second */
    SCHEMA_OWN,          /* by `read` */
    SCHEMA_LATER,        /* none: the key is known, and whoever reads the map looks at it afterwards (check_find) */
};

enum schema_flags {
    SCHEMA_REQUIRED = 1,
    SCHEMA_NULL = 2,     /* null is as if the key were absent */
};

struct schema_row {          /* a row without a key ends the table */
    const char *key;
    enum schema_type type;
    size_t at;               /* offset of the field in the target */
    int flags;
    const char *fallback;    /* the default as it would be written: a scalar, "{}" or "[]"; NULL: the field stays as it was */
    const char *const *words; /* ended by NULL */
    int64_t least, most;
    void (*read)(const struct place *place, void *target); /* SCHEMA_OWN: target + at */
    unsigned only;           /* the row holds for these variants (bits); 0: for all */
};

/* Read a map into target. `variant` is one bit, see schema_row.only; 0 where the table has no variants. False: it is no map (reported). */
bool schema_read(const struct place *place, const struct schema_row *rows, unsigned variant, void *target);

/* A scalar that stands for its text. NULL: it is none, null or empty (reported). */
const char *schema_text(const struct place *place, const char *what);

/* The index of a scalar among words ended by NULL, or -1 (reported); `what` is e.g. "a progress". */
int schema_word(const struct place *place, const char *const *words);

/* A list of texts, or one text alone where `or_one`. Returns their number, wrong ones left out (reported). */
int schema_texts(const struct place *place, const char *what, bool or_one, const char ***out);

/* As places: the elements of a list, or the value itself where it is no list and `or_one`. Returns their number; *out is in the keep. */
int schema_elements(const struct place *place, const char *what, bool or_one, const struct place ***out);

#endif
