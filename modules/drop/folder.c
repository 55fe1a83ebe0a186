/* SPDX-License-Identifier: MIT */
/* The folder of the drop: drop.h. */
#include "drop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MS 200          /* at least, between two looks */
#define AGING_MS (600 * 1000) /* at most: also files that nobody asks for grow old */

/* True: it is one of our files, and it stays. One that arrives is given up after an hour without a
 * byte: its worker is dead. */
static bool read_entry(const struct drop_list *list, const char *entry, struct drop_file *ret)
{
    const char *path = cadre_arena_printf(list->arena, "%s/%s", list->settings->directory, entry);
    char *text = cadre_arena_strdup(list->arena, entry[0] == '.' ? entry + 1 : entry);
    int64_t keep = entry[0] == '.' ? 3600 : list->settings->keep_days * 86400;
    struct stat stat;

    if (path == NULL || text == NULL || strlen(text) < 52 || text[16] != '-' || text[33] != '-' ||
        text[50] != '-' || lstat(path, &stat) < 0 || !S_ISREG(stat.st_mode))
        return false;
    if (keep > 0 && stat.st_mtime + keep < time(NULL) && (unlink(path) == 0 || errno == ENOENT))
        return false;
    text[16] = text[33] = text[50] = '\0';
    *ret = (struct drop_file){.path = path,
                              .id = text,
                              .owner = text + 17,
                              .name = text + 51,
                              .size = strtoll(text + 34, NULL, 16),
                              .received = stat.st_size,
                              .added = stat.st_mtime,
                              .arriving = entry[0] == '.'};
    return true;
}

/* The folder, open and locked: by all who look at it together, by one alone who changes its names.
 * So nobody counts a file that another brings in, or misses one between its two names. */
static int lock(const struct drop_settings *settings, int how)
{
    int fd = open(settings->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || flock(fd, how) == 0)
        return fd < 0 ? -errno : fd;
    close(fd);
    return -ENOLCK;
}

static int read_locked(struct drop_list *list)
{
    struct dirent **entries = NULL;
    int n = scandir(list->settings->directory, &entries, NULL, alphasort);
    int error = n < 0 ? errno : ENOMEM;

    if (n >= 0)
        list->files.items = cadre_arena_alloc(list->arena, (size_t)n * sizeof(struct drop_file));
    for (int i = 0; i < n; i++) {
        struct drop_file *file = &list->files.items[list->files.len];

        if (list->files.items != NULL && read_entry(list, entries[i]->d_name, file)) {
            list->files.len++;
            list->version += (strtoull(file->id, NULL, 16) ^ (uint64_t)file->received) *
                             (file->arriving ? 31 : 37);
        }
        free(entries[i]);
    }
    free(entries);
    return list->files.items != NULL ? 0 : -error;
}

int drop_read(void *list)
{
    int fd = lock(((struct drop_list *)list)->settings, LOCK_SH);
    int r = fd < 0 ? fd : read_locked(list);

    if (fd >= 0)
        close(fd);
    return r;
}

int drop_claim(void *arrival_)
{
    struct drop_arrival *arrival = arrival_;
    struct drop_list list = {.settings = arrival->settings, .arena = cadre_arena_new()};
    int folder = list.arena == NULL ? -ENOMEM : lock(arrival->settings, LOCK_EX);
    int r = folder < 0 ? folder : read_locked(&list);

    if (r == 0 && (int64_t)list.files.len >= arrival->settings->max_files)
        r = -ENOSPC;
    if (r == 0) {
        arrival->fd = open(arrival->from, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
        r = arrival->fd < 0 ? -errno : 0;
    }
    if (folder >= 0)
        close(folder);
    cadre_arena_free(list.arena);
    return r;
}

int drop_settle(void *arrival_)
{
    const struct drop_arrival *arrival = arrival_;
    int folder = fsync(arrival->fd) < 0 ? -errno : lock(arrival->settings, LOCK_EX), r = 0;

    if (folder < 0)
        return folder;
    if (rename(arrival->from, arrival->to) < 0)
        r = -errno;
    (void)flock(folder, LOCK_UN); /* others need not wait for the disk */
    if (r == 0 && fsync(folder) < 0) {
        r = -errno;
        (void)unlink(arrival->to);
    }
    close(folder);
    return r;
}

int drop_leave(void *arrival_)
{
    const struct drop_arrival *arrival = arrival_;

    return arrival->fd < 0 ? 0 : close(arrival->fd) + unlink(arrival->from);
}

/* Reads the folder anew, in a thread, and tells those who wait. */
static int refresh(struct drop *drop)
{
    struct drop_list fresh = {.settings = drop->settings, .arena = cadre_arena_new()};
    int r = fresh.arena == NULL ? -ENOMEM : cadre_to_thread(drop_read, &fresh);

    cadre_arena_free(r < 0 ? fresh.arena : drop->list.arena);
    if (r < 0)
        return r;
    drop->list = fresh;
    cadre_event_set(&drop->changed);
    cadre_event_clear(&drop->changed);
    return 0;
}

int drop_open(struct drop *drop)
{
    const uint32_t changes = IN_CREATE | IN_DELETE | IN_MOVE | IN_MODIFY | IN_ONLYDIR;
    const char *path = drop->settings->directory;
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), r = 0;

    if (fd < 0 || (mkdir(path, 0750) < 0 && errno != EEXIST) ||
        access(path, R_OK | W_OK | X_OK) < 0 || inotify_add_watch(fd, path, changes) < 0)
        r = -errno;
    if (r < 0 && fd >= 0)
        close(fd);
    r = r < 0 ? r : cadre_stream_open(fd, NULL, &drop->watch);
    return r < 0 ? r : refresh(drop);
}

int drop_watch(void *drop_)
{
    struct drop *drop = drop_;
    struct cadre_scope scope;
    char events[4096];
    int r = 0;

    while (r != -ECANCELED) {
        cadre_move_on_after(&scope, AGING_MS);
        r = (int)cadre_stream_read(drop->watch, events, sizeof(events));
        r = cadre_scope_end(&scope, r);
        r = r < 0 ? r : refresh(drop);
        r = r == -ECANCELED ? r : cadre_sleep(PAUSE_MS);
    }
    return r;
}
