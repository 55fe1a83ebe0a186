/* SPDX-License-Identifier: MIT */
/*
 * tests/unit/lib/conf/world.h: a private folder with conf files, for the tests of lib/conf.
 *
 * Each case runs in a process of its own; the folder goes when that process exits.
 */
#ifndef CADRE_TESTS_CONF_WORLD_H
#define CADRE_TESTS_CONF_WORLD_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/errors.h"
#include "conf/load.h"
#include "conf/server_conf.h"
#include "tests/unit/unit.h"

/* A conf that has nothing but what it must have. */
#define LISTEN "listen: { web: { address = \"127.0.0.1:0\"; }; };\n"

static char world_folder[64];

static inline void world_remove(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    char *inner;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        inner = malloc(strlen(path) + strlen(entry->d_name) + 2);
        ck_assert_ptr_nonnull(inner);
        sprintf(inner, "%s/%s", path, entry->d_name);
        if (unlink(inner) < 0)
            world_remove(inner);
        free(inner);
    }
    if (dir != NULL)
        closedir(dir);
    rmdir(path);
}

static inline void world_end(void)
{
    if (world_folder[0] != '\0')
        world_remove(world_folder);
}

/* The folder, made at first use. */
static inline const char *world(void)
{
    if (world_folder[0] == '\0') {
        strcpy(world_folder, "/tmp/cadre-conf-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(world_folder));
        atexit(world_end);
    }
    return world_folder;
}

/* FOLDER/NAME; a buffer that lives until the call after the next seven. */
static inline const char *world_path(const char *name)
{
    static char paths[8][256];
    static int next;
    char *path = paths[next++ % 8];

    snprintf(path, 256, "%s/%s", world(), name);
    return path;
}

/* Writes a file, with the folder that it lies in. */
static inline const char *world_write(const char *name, const char *text)
{
    const char *path = world_path(name);
    char folder[256];
    FILE *file;

    for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof(folder), "%s/%.*s", world(), (int)(slash - name), name);
        mkdir(folder, 0755);
    }
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

/* The errors, one a line, with the folder's path left out; until the next call. */
static inline const char *world_errors(const struct cadre__conf_errors *errs)
{
    static char all[65536];
    char line[4096];
    size_t len = 0;

    all[0] = '\0';
    for (size_t i = 0; i < cadre__conf_errors_count(errs); i++) {
        cadre__conf_errors_format(errs, i, line, sizeof(line));
        for (char *at = line; *at != '\0' && len + 2 < sizeof(all);) {
            if (strncmp(at, world(), strlen(world())) == 0 && at[strlen(world())] == '/')
                at += strlen(world()) + 1;
            else
                all[len++] = *at++;
        }
        all[len++] = '\n';
        all[len] = '\0';
    }
    return all;
}

/* Reads the file cadre.conf; its errors as world_errors does, "" for none. */
static inline const char *world_read(const struct cadre__conf_set *sets,
                                     struct cadre__conf_tree **tree,
                                     struct cadre__server_conf **conf)
{
    struct cadre__conf_errors errs;
    const char *text;
    int r;

    cadre__conf_errors_init(&errs);
    r = cadre__conf_read(world_path("cadre.conf"), sets, tree, conf, &errs);
    text = world_errors(&errs);
    ck_assert_int_eq(r, text[0] == '\0' ? 0 : -22);
    cadre__conf_errors_done(&errs);
    return text;
}

/* The errors of a conf with this text. */
static inline const char *errors_of(const char *text)
{
    struct cadre__conf_tree *tree = NULL;
    struct cadre__server_conf *conf = NULL;
    const char *errors;

    world_write("cadre.conf", text);
    errors = world_read(NULL, &tree, &conf);
    cadre__server_conf_free(conf);
    cadre__conf_tree_free(tree);
    return errors;
}

/* A conf that must be good; freed by conf_done. */
struct good {
    struct cadre__conf_tree *tree;
    struct cadre__server_conf *conf;
};

static inline struct good good_sets(const char *text, const struct cadre__conf_set *sets)
{
    struct good good = {0};

    world_write("cadre.conf", text);
    ck_assert_str_eq(world_read(sets, &good.tree, &good.conf), "");
    return good;
}

static inline struct good good_of(const char *text)
{
    return good_sets(text, NULL);
}

static inline void good_done(struct good *good)
{
    cadre__server_conf_free(good->conf);
    cadre__conf_tree_free(good->tree);
}

#endif
