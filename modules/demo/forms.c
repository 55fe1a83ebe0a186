/* SPDX-License-Identifier: MIT */
/* The demo's form: fields and files, of either encoding. */
#include "demo.h"
#include "page.h"

#include <errno.h>

SHOWS_SOURCE(forms);

/* Tells what the form had in it; files are read from where the runtime has put them. */
static int submit(struct cadre_request *req)
{
    struct page text = {.req = req};
    const struct cadre_upload *file;
    const struct cadre_form *form;
    struct cadre_str value;
    const char *name;
    int r;

    demo_of(req);
    r = cadre_form_read(req, &form); /* a broken one, or one above the limits, is 400 */
    if (r < 0)
        return r;
    for (size_t i = 0; cadre_form_field_at(form, i, &name, &value); i++)
        put_format(&text, "field %s: %s\n", name, value.ptr);
    for (size_t i = 0; (file = cadre_form_file_at(form, i)) != NULL; i++)
        put_format(&text, "file %s: \"%s\", %s, %llu bytes\n", cadre_upload_field(file),
                   cadre_upload_filename(file), cadre_upload_type(file),
                   (unsigned long long)cadre_upload_size(file));
    return text.failed
               ? -ENOMEM
               : cadre_respond_bytes(req, 200, "text/plain; charset=utf-8", text.text, text.len);
}

const struct cadre_route forms_routes[] = {
    CADRE_POST("/form", submit),
    CADRE_ROUTES_END,
};
