/* SPDX-License-Identifier: MIT */
/* Where the demo's data are, and when they are open: database.h. */
#include "database.h"
#include "store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_SIZE 4096

/* Makes the folders of a path, all but its last part. 0; a negative errno. */
static int make_folders(const char *path)
{
    char folder[PATH_SIZE];

    for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
        if (mkdir(folder, 0700) < 0 && errno != EEXIST)
            return -errno;
    }
    return 0;
}

/* A variable of the environment that is an absolute path, which ends where several are listed. */
static const char *folder_of(const char *name, int *ret_len)
{
    const char *value = getenv(name);

    if (value == NULL || value[0] != '/')
        return NULL;
    *ret_len = (int)strcspn(value, ":");
    return value;
}

/* Where it is without a setting. 0; -ENOENT: the environment says nothing. */
static int find_place(char path[PATH_SIZE])
{
    const char *folder;
    int len, n;

    if ((folder = folder_of("STATE_DIRECTORY", &len)) != NULL)
        n = snprintf(path, PATH_SIZE, "%.*s/demo.db", len, folder);
    else if ((folder = folder_of("XDG_STATE_HOME", &len)) != NULL)
        n = snprintf(path, PATH_SIZE, "%s/cadre/demo.db", folder);
    else if ((folder = folder_of("HOME", &len)) != NULL)
        n = snprintf(path, PATH_SIZE, "%s/.local/state/cadre/demo.db", folder);
    else
        return -ENOENT;
    return n < PATH_SIZE ? make_folders(path) : -ENAMETOOLONG;
}

/* --- in a thread --- */

struct opening {
    const char *path;
    char why[200];
    struct store *store;
};

static int open_in_thread(void *opening_)
{
    struct opening *opening = opening_;

    return store_open(opening->path, opening->why, sizeof(opening->why), &opening->store);
}

static int close_in_thread(void *store)
{
    store_close(store);
    return 0;
}

int database_open(struct cadre_lifespan *ls, const char *setting, struct store **ret)
{
    char place[PATH_SIZE] = "";
    struct opening opening = {.path = setting != NULL ? setting : place};
    int r = setting != NULL ? 0 : find_place(place);

    if (r == -ENOENT && place[0] == '\0')
        return cadre_lifespan_fail(ls, "no place for the data: set `database` in the module's "
                                       "settings to the path of a file");
    if (r < 0)
        return cadre_lifespan_fail(ls,
                                   "no folder for \"%s\": %s; set `database` in the module's "
                                   "settings to another path",
                                   place, cadre_strerror(r));
    r = cadre_to_thread_cleanup(open_in_thread, &opening);
    if (r < 0)
        return cadre_lifespan_fail(ls,
                                   "database \"%.150s\": %s; or set `database` in the module's "
                                   "settings to another path",
                                   opening.path,
                                   opening.why[0] != '\0' ? opening.why : cadre_strerror(r));
    *ret = opening.store;
    return 0;
}

void database_close(struct store *store)
{
    if (store != NULL && cadre_to_thread_cleanup(close_in_thread, store) < 0)
        store_close(store); /* there is no thread: here it can only block */
}
