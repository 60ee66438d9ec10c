/* outputs.h -- what the engine writes into its log: changed leads, snapshots, dead letters and the checkpoint, gathered in one transaction that begins with
 * the first of them. After the first trouble the rest does nothing, and `status` says what it was.
 * Threads: the leader's. Source: formats, "Topics" and "Dead letter". */
#ifndef FUNNELD_ENGINE_OUTPUTS_H
#define FUNNELD_ENGINE_OUTPUTS_H

#include "../log/log.h"
#include "../wire/checkpoint_json.h"
#include "../wire/digits.h"
#include "fold.h"
#include "intake.h"

enum outputs_kind { OUTPUTS_SNAPSHOT, OUTPUTS_ALERT, OUTPUTS_TOMBSTONE, OUTPUTS_LETTER, OUTPUTS_LEAD, OUTPUTS_KINDS };

struct outputs { /* zeroed but for the first two; outputs_free at last */
    const struct settings *settings;
    struct log *log;
    bool begun;             /* a transaction is open */
    enum log_status status; /* LOG_OK: all is well */
    struct buffer value;
    uint64_t written[OUTPUTS_KINDS]; /* records since somebody set them to 0 */
};

/* A publish_sink whose context is the outputs. */
void outputs_snapshot(void *outputs, struct text key, struct text value, uint64_t digest);

/* Likewise, of alerts, and of what their rules remember, which lies on the checkpoint's topic. */
void outputs_alert(void *outputs, struct text key, struct text value, uint64_t digest);
void outputs_memory(void *outputs, struct text key, struct text value, uint64_t digest);

struct outputs_headers { struct log_header list[4]; int count; struct digits digits; };

/* Fill the headers of a snapshot or an alert (`type`): what it is, whose, and its digest; 0: it has none. Its texts are borrowed, the digest's from the headers. */
void outputs_headers(struct outputs_headers *headers, const char *type, const char *application, uint64_t digest);

/* The rows of the leads that changed since the last time. */
void outputs_leads(struct outputs *outputs, struct fold *fold);

/* A lead's row is to go: a tombstone. */
void outputs_no_lead(struct outputs *outputs, struct text lead);

/* The record as it came, and beside its own headers what was wrong with it. */
void outputs_letter(struct outputs *outputs, const struct log_partition *from, const struct log_record *came, const struct intake_item *faulty);

/* Where the engine stands, and the end of the transaction: all of it is written, or nothing. */
void outputs_commit(struct outputs *outputs, const struct checkpoint *checkpoint);

void outputs_free(struct outputs *outputs);

#endif
