/* SPDX-License-Identifier: MIT */
/* model/idna: libidn2, or nothing. */
#include "config.h"

#include "model/idna.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_IDN2
#include <dlfcn.h>
#include <idn2.h>
#endif

bool cadre__is_ascii(struct cadre_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] >= 0x80)
            return false;
    }
    return true;
}

#ifdef HAVE_IDN2

/* What is used of the library. */
struct functions {
    __typeof__(&idn2_to_ascii_8z) to_ascii;
    __typeof__(&idn2_to_unicode_8z8z) to_unicode;
    __typeof__(&idn2_strerror) strerror;
    __typeof__(&idn2_free) free;
};

static struct functions functions;
static bool is_loaded; /* and `functions` is complete; read and written as atomic */

/* Called one at a time: plans are made so. */
void cadre__idna_load(void)
{
    if (__atomic_load_n(&is_loaded, __ATOMIC_ACQUIRE))
        return;
    void *library = dlopen(CADRE_LIBIDN2, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return;
    functions = (struct functions){
        .to_ascii = (__typeof__(functions.to_ascii))dlsym(library, "idn2_to_ascii_8z"),
        .to_unicode = (__typeof__(functions.to_unicode))dlsym(library, "idn2_to_unicode_8z8z"),
        .strerror = (__typeof__(functions.strerror))dlsym(library, "idn2_strerror"),
        .free = (__typeof__(functions.free))dlsym(library, "idn2_free"),
    };
    if (functions.to_ascii && functions.to_unicode && functions.strerror && functions.free)
        __atomic_store_n(&is_loaded, true, __ATOMIC_RELEASE);
}

typedef int (*form_fn)(const char *input, char **output, int flags);

static int put_form(form_fn form, struct cadre_str name, struct cadre__buf *out,
                    const char **ret_why)
{
    char *copy, *text = NULL;

    *ret_why = "it holds a NUL character";
    if (memchr(name.ptr, '\0', name.len))
        return -EINVAL;
    copy = strndup(name.ptr, name.len);
    if (!copy)
        return -ENOMEM;
    int r = form(copy, &text, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    free(copy);
    if (r == IDN2_MALLOC)
        return -ENOMEM;
    if (r != IDN2_OK) {
        *ret_why = functions.strerror(r);
        return -EINVAL;
    }
    cadre__buf_puts(out, text);
    functions.free(text);
    return out->error;
}

int cadre__idna_to_ascii(struct cadre_str name, struct cadre__buf *out, const char **ret_why)
{
    if (!__atomic_load_n(&is_loaded, __ATOMIC_ACQUIRE))
        return -EOPNOTSUPP;
    return put_form(functions.to_ascii, name, out, ret_why);
}

int cadre__idna_to_unicode(struct cadre_str name, struct cadre__buf *out, const char **ret_why)
{
    if (!__atomic_load_n(&is_loaded, __ATOMIC_ACQUIRE))
        return -EOPNOTSUPP;
    return put_form(functions.to_unicode, name, out, ret_why);
}

#else

void cadre__idna_load(void)
{
}

int cadre__idna_to_ascii(struct cadre_str name, struct cadre__buf *out, const char **ret_why)
{
    (void)name, (void)out, (void)ret_why;
    return -EOPNOTSUPP;
}

int cadre__idna_to_unicode(struct cadre_str name, struct cadre__buf *out, const char **ret_why)
{
    (void)name, (void)out, (void)ret_why;
    return -EOPNOTSUPP;
}

#endif
