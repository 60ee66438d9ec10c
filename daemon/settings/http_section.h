/* http_section.h -- the section `http` of the configuration: where the page is served, to whom, and in which words. */
#ifndef FUNNELD_SETTINGS_HTTP_SECTION_H
#define FUNNELD_SETTINGS_HTTP_SECTION_H

#include "check.h"

/* target: struct http_settings. */
void http_section_read(const struct place *place, void *target);

extern const char *const http_section_languages[]; /* by enum language */
extern const char *const http_section_leads[];     /* by enum lead_word */

#endif
