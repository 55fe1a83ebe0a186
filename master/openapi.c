/* SPDX-License-Identifier: MIT */
/* Which document is meant, and how it is printed: master/openapi.h. */
#include "config.h"

#include "master/openapi.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "conf/server_conf.h"
#include "ipc/channel.h"

/* So many names a message has at most: those of the conf fit into a line of OPENAPI_WHY_SIZE. */
#define MODULES_SHOWN 16

struct openapi {
    size_t module;
    struct cadre__buf text;
};

/* --- which one --- */

bool openapi_is_file(const char *argument)
{
    size_t len = strlen(argument);

    return strchr(argument, '/') != NULL || (len > 3 && strcmp(argument + len - 3, ".so") == 0);
}

/* A string of the conf, in which "$${" is a plain "${". */
static void put_string(struct cadre__buf *buf, const char *text)
{
    cadre__buf_putc(buf, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            cadre__buf_putc(buf, '\\');
        if (text[0] == '$' && text[1] == '{')
            cadre__buf_putc(buf, '$');
        cadre__buf_putc(buf, *text);
    }
    cadre__buf_putc(buf, '"');
}

/* "/srv/my.shop.so" is the module "my_shop": what a conf takes for a name, which is cut. */
static void put_name(struct cadre__buf *buf, const char *file)
{
    const char *base = strrchr(file, '/');
    size_t len;

    base = base != NULL ? base + 1 : file;
    len = strlen(base);
    if (len > 3 && strcmp(base + len - 3, ".so") == 0)
        len -= 3;
    for (size_t i = 0; i < len && i < CADRE__CONF_NAME_MAX; i++) {
        char c = base[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool is_part = is_letter || (i > 0 && ((c >= '0' && c <= '9') || c == '-'));

        cadre__buf_putc(buf, is_part ? c : i > 0 ? '_' : 'm');
    }
    if (len == 0)
        cadre__buf_puts(buf, "module");
}

int openapi_make_conf(const char *file)
{
    char folder[PATH_MAX];
    struct cadre__buf buf;
    int fd, r;

    if (getcwd(folder, sizeof(folder)) == NULL)
        return -errno;
    cadre__buf_init(&buf);
    cadre__buf_puts(&buf, "working_directory = ");
    put_string(&buf, folder);
    cadre__buf_puts(&buf, "\nlisten: { none: { address = \"127.0.0.1:0\" } }\nmodule: { ");
    put_name(&buf, file);
    cadre__buf_puts(&buf, ": { file = ");
    put_string(&buf, file);
    cadre__buf_puts(&buf, " } }\n");
    r = buf.error;
    fd = r == 0 ? memfd_create("cadre.conf", MFD_CLOEXEC) : -1;
    if (r == 0 && fd < 0)
        r = -errno;
    if (r == 0)
        r = cadre__write_all(fd, cadre__buf_text(&buf), buf.len);
    cadre__buf_done(&buf);
    if (r < 0) {
        cadre__fd_close(&fd);
        return r;
    }
    return fd;
}

/* "shop, blog and 3 more" */
static void put_modules(struct cadre__buf *buf, const struct cadre__server_conf *conf)
{
    for (size_t i = 0; i < conf->n_module && i < MODULES_SHOWN; i++)
        cadre__buf_printf(buf, "%s%s", i == 0 ? "" : ", ", conf->module[i].name);
    if (conf->n_module > MODULES_SHOWN)
        cadre__buf_printf(buf, " and %zu more", conf->n_module - MODULES_SHOWN);
}

int openapi_find_module(const struct cadre__server_conf *conf, const char *name, char *why,
                        size_t why_size)
{
    bool is_long = name != NULL && strlen(name) > CADRE__CONF_NAME_MAX;
    struct cadre__buf list;

    if (name == NULL && conf->n_module == 1)
        return 0;
    for (size_t i = 0; name != NULL && i < conf->n_module; i++)
        if (strcmp(conf->module[i].name, name) == 0)
            return (int)i;
    if (conf->n_module == 0) {
        snprintf(why, why_size, "the conf has no module");
        return -EINVAL;
    }
    cadre__buf_init(&list);
    put_modules(&list, conf);
    if (name != NULL)
        snprintf(why, why_size, "the conf has no module \"%.*s%s\": it has %s",
                 CADRE__CONF_NAME_MAX, name, is_long ? "..." : "", cadre__buf_text(&list));
    else
        snprintf(why, why_size, "the conf has several modules: name one of %s",
                 cadre__buf_text(&list));
    cadre__buf_done(&list);
    return -EINVAL;
}

/* --- its text --- */

struct openapi *openapi_new(size_t module)
{
    struct openapi *openapi = calloc(1, sizeof(*openapi));

    if (openapi != NULL)
        openapi->module = module;
    return openapi;
}

void openapi_free(struct openapi *openapi)
{
    if (openapi == NULL)
        return;
    cadre__buf_done(&openapi->text);
    free(openapi);
}

void openapi_add(void *arg, const struct cadre__msg_document *piece)
{
    struct openapi *openapi = arg;

    if (piece->module == openapi->module)
        cadre__buf_puts(&openapi->text, piece->text);
}

static void put_line(FILE *out, unsigned depth)
{
    fprintf(out, "\n%*s", (int)(2 * depth), "");
}

/* Behind a string, whose first quote is at `text`. */
static const char *put_json_string(FILE *out, const char *text)
{
    fputc(*text++, out);
    while (*text != '\0' && *text != '"') {
        if (*text == '\\' && text[1] != '\0')
            fputc(*text++, out);
        fputc(*text++, out);
    }
    if (*text == '"')
        fputc(*text++, out);
    return text;
}

/* The text has no white space but in strings. */
static void print_indented(FILE *out, const char *text)
{
    unsigned depth = 0;

    while (*text != '\0') {
        char c = *text;

        if (c == '"') {
            text = put_json_string(out, text);
            continue;
        }
        text++;
        if ((c == '}' || c == ']') && depth > 0)
            put_line(out, --depth);
        fputc(c, out);
        if ((c == '{' && *text == '}') || (c == '[' && *text == ']'))
            fputc(*text++, out);
        else if (c == '{' || c == '[')
            put_line(out, ++depth);
        else if (c == ',')
            put_line(out, depth);
        else if (c == ':')
            fputc(' ', out);
    }
    fputc('\n', out);
}

int openapi_print(const struct openapi *openapi, FILE *out)
{
    if (openapi->text.error < 0 || openapi->text.len == 0)
        return -ENOMEM;
    print_indented(out, openapi->text.data);
    return fflush(out) != 0 || ferror(out) ? -EIO : 0;
}
