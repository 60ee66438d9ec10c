/* page_files.h -- the files of the page, built into the binary: the table that daemon/http/page/embed.mjs writes at build time.
 * `index.html` is what `/` answers; every other file is `/assets/<name>`. Names are sorted by bytes and hold no slash.
 * All of it is constant and lives as long as the program. */
#ifndef HTTP_PAGE_FILES_H
#define HTTP_PAGE_FILES_H

#include <stddef.h>

struct page_file {
    const char *name;           /* "index.html", "main.js" */
    const char *type;           /* as Content-Type has it, charset included */
    const unsigned char *bytes; /* the file as it is */
    size_t size;
    const unsigned char *gzip; /* the same compressed; NULL, 0 where that would not be shorter */
    size_t gzip_size;
    const char *etag;      /* strong and quoted, of `bytes` */
    const char *gzip_etag; /* the same for `gzip`: two codings of a file are two representations (RFC 9110, section 8.8.3) */
};

extern const struct page_file page_files[];
extern const size_t page_file_count;

#endif
