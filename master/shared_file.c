/* SPDX-License-Identifier: MIT */
/*
 * Copies of modules' files; see shared_file.h.
 */
#include "config.h"

#include <stdlib.h>

#include "base/fd.h"
#include "master/shared_file.h"

static struct shared_file *find(struct cadre__list *files, const struct cadre__file_id *id)
{
    for (struct cadre__list *it = files->next; it != files; it = it->next) {
        struct shared_file *file = CADRE__CONTAINER_OF(it, struct shared_file, link);

        if (cadre__file_id_is(&file->id, id))
            return file;
    }
    return NULL;
}

static struct shared_file *make(struct cadre__list *files, const struct cadre__module_pin *pin)
{
    struct shared_file *file = calloc(1, sizeof(*file));

    if (file == NULL)
        return NULL;
    file->id = pin->id;
    file->fd = cadre__fd_dup(pin->fd);
    if (file->fd < 0) {
        free(file);
        return NULL;
    }
    cadre__list_push_back(files, &file->link);
    return file;
}

struct shared_file *shared_file_ref(struct cadre__list *files, const struct cadre__module_pin *pin)
{
    struct shared_file *file = find(files, &pin->id);

    if (file == NULL)
        file = make(files, pin);
    if (file != NULL)
        file->n_refs++;
    return file;
}

void shared_file_unref(struct shared_file *file)
{
    if (file == NULL || --file->n_refs > 0)
        return;
    cadre__list_remove(&file->link);
    cadre__fd_close(&file->fd);
    free(file);
}
