/* SPDX-License-Identifier: MIT */
/* Mounts the modules as a worker does and describes what came of it: worker/document_list.h. */
#include "worker/document_list.h"

#include <errno.h>
#include <string.h>

#include "api/openapi.h"
#include "base/str.h"
#include "conf/server_conf.h"
#include "ipc/channel.h"
#include "web/mount.h"
#include "worker/checker.h"
#include "worker/module.h"

/* In pieces that a message holds. */
static int send_text(const char *text, size_t module, int fd)
{
    int r = 0;

    for (size_t len; r == 0 && *text != '\0'; text += len) {
        len = strnlen(text, CADRE__MSG_TEXT_SIZE - 1);
        r = cadre__channel_send_document(fd, (uint32_t)module, text);
        while (r == -EAGAIN && checker_wait(fd))
            r = cadre__channel_send_document(fd, (uint32_t)module, text);
    }
    return r;
}

static int send_document(const struct cadre__mount *mount, const struct module *module,
                         const char *root_path, size_t index, int fd)
{
    struct cadre__openapi openapi;
    struct cadre__buf root, text;
    int r = cadre__openapi_make(mount, &module->body, &openapi);

    if (r < 0)
        return r;
    cadre__buf_init(&root);
    cadre__buf_init(&text);
    cadre__buf_printf(&root, "%s%s", strcmp(root_path, "/") == 0 ? "" : root_path, mount->path);
    cadre__openapi_text(&openapi, cadre__buf_str(&root), &text);
    r = root.error < 0 ? root.error : text.error;
    if (r == 0)
        r = send_text(cadre__buf_text(&text), index, fd);
    cadre__buf_done(&root);
    cadre__buf_done(&text);
    cadre__openapi_done(&openapi);
    return r;
}

int document_list_send(const struct module_set *modules, const struct cadre__server_conf *conf,
                       int channel_fd)
{
    struct cadre__app *app;
    int r = cadre__app_new(NULL, &app);

    if (r < 0)
        return r;
    r = module_set_mount(modules, NULL, app);
    for (size_t i = 0; r == 0 && i < modules->n_modules; i++) {
        const struct module *module = modules->modules[i];

        r = send_document(cadre__app_find_mount(app, module->conf->name), module, conf->root_path,
                          i, channel_fd);
    }
    cadre__app_free(app);
    return r;
}
