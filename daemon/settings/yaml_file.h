/* yaml_file.h -- a file of YAML as a tree: what the configuration and the files of `funneld test` begin with. Threads: one at a time. */
#ifndef FUNNELD_SETTINGS_YAML_FILE_H
#define FUNNELD_SETTINGS_YAML_FILE_H

#include "check.h"

enum { YAML_FILE_BYTES_MAX = 16 << 20 };

/* The document in check->file, in its keep. NULL: it cannot be read or is no YAML (reported). */
const struct node *yaml_file_read(struct check *check);

#endif
