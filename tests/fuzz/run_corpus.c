/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target over kept inputs, without a fuzzer: a plain test, whose cases are files.
 *
 * Usage: TARGET [FILE or FOLDER]...; without any: the folder of the sources that has the target's
 * name, tests/fuzz/corpus/TARGET. Speaks TAP. The first input that something is wrong with ends
 * the process: its name is the last line.
 */
#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

static unsigned n_run;

static void die(const char *what, const char *name)
{
    printf("Bail out! cannot %s %s\n", what, name);
    exit(1);
}

/* The input has memory of just its size, so that a sanitizer sees a read behind it. */
static void run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat st;

    if (!file || fstat(fileno(file), &st) < 0)
        die("open", path);

    size_t size = (size_t)st.st_size;
    uint8_t *data = malloc(size > 0 ? size : 1);
    if (!data || fread(data, 1, size, file) != size)
        die("read", path);
    (void)fclose(file);
    printf("# %s\n", path);
    (void)fflush(stdout);
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);

    const char *slash = strrchr(path, '/');
    printf("ok %u - %s\n", ++n_run, slash ? slash + 1 : path);
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void run(const char *path)
{
    struct dirent **names;
    struct stat st;

    if (stat(path, &st) < 0)
        die("find", path);
    if (!S_ISDIR(st.st_mode)) {
        run_file(path);
        return;
    }

    int n = scandir(path, &names, is_shown, alphasort);
    if (n < 0)
        die("list", path);
    for (int i = 0; i < n; i++) {
        char inner[4096];

        (void)snprintf(inner, sizeof(inner), "%s/%s", path, names[i]->d_name);
        free(names[i]);
        run(inner);
    }
    free(names);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        run(argv[i]);
    if (argc < 2) {
        const char *top = getenv("top_srcdir"), *slash = strrchr(argv[0], '/');
        char folder[4096];

        (void)snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", top ? top : "..",
                       slash ? slash + 1 : argv[0]);
        run(folder);
    }
    printf("1..%u\n", n_run);
    return n_run > 0 ? 0 : 1;
}
