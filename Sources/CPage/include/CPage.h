#ifndef CPAGE_H
#define CPAGE_H

#include <stddef.h>

/// The files of the page and the description of the interface, in the program itself.
typedef struct {
    const unsigned char *_Nonnull bytes;
    size_t count;
} cpage_file;

extern const cpage_file cpage_html, cpage_css, cpage_js, cpage_icon, cpage_description;

#endif
