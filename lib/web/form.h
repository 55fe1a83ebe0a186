/* SPDX-License-Identifier: MIT */
/* Forms: what the application says of them. web/form.c reads them; <cadre/form.h>. */
#ifndef CADRE_WEB_FORM_H
#define CADRE_WEB_FORM_H

#include <cadre/form.h>

/* What the conf says of forms; all is set. */
struct cadre__form_conf {
    struct cadre_form_limits limits; /* max_file_bytes 0: none */
    size_t memory;                   /* for files of a form, in all */
    const char *directory;           /* where those go that have no room there; borrowed */
};

/* What holds where nothing is said, with $TMPDIR or /tmp for a directory. Never suspends. */
struct cadre__form_conf cadre__form_conf_default(void);

#endif
