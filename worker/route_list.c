/* SPDX-License-Identifier: MIT */
/* Mounts the modules as a worker does and reads what came of it: worker/route_list.h. */
#include "worker/route_list.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "conf/server_conf.h"
#include "ipc/channel.h"
#include "web/mount.h"
#include "worker/checker.h"
#include "worker/module.h"

/* A column; what is no text for a terminal or would end the column becomes '?'. */
static void put_column(struct cadre__buf *buf, const char *text)
{
    if (buf->len > 0)
        cadre__buf_putc(buf, '\t');
    for (; text != NULL && *text != '\0'; text++)
        cadre__buf_putc(buf, (unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
}

static int send_route(const struct cadre__mount *mount, const struct cadre__mount_route *route,
                      int fd)
{
    const struct cadre_route *row = route->row;
    uint32_t flags = (row->sync ? CADRE__ROUTE_SYNC : 0u) |
                     (route->is_deprecated ? CADRE__ROUTE_DEPRECATED : 0u);
    struct cadre__buf line, path;
    int r;

    cadre__buf_init(&line);
    cadre__buf_init(&path);
    cadre__buf_printf(&path, "%s%s", mount->path, route->text);
    cadre__buf_puts(&line, mount->name);
    put_column(&line, row->method);
    put_column(&line, route->host_text);
    put_column(&line, cadre__buf_text(&path));
    put_column(&line, row->handler_name);
    put_column(&line, route->name);
    put_column(&line, row->file);
    r = path.error < 0 ? path.error : line.error;
    if (r == 0)
        r = cadre__channel_send_route(fd, cadre__buf_text(&line), row->line, flags);
    while (r == -EAGAIN && checker_wait(fd))
        r = cadre__channel_send_route(fd, cadre__buf_text(&line), row->line, flags);
    cadre__buf_done(&path);
    cadre__buf_done(&line);
    return r;
}

int route_list_send(const struct module_set *modules, int channel_fd)
{
    struct cadre__app *app;
    int r = cadre__app_new(NULL, &app);

    if (r < 0)
        return r;
    r = module_set_mount(modules, NULL, app);
    for (size_t i = 0; r == 0 && i < modules->n_modules; i++) {
        const struct cadre__mount *mount =
            cadre__app_find_mount(app, modules->modules[i]->conf->name);

        for (size_t k = 0; r == 0 && k < mount->n_routes; k++) {
            if (!mount->routes[k].is_own)
                r = send_route(mount, &mount->routes[k], channel_fd);
        }
    }
    cadre__app_free(app);
    return r;
}
