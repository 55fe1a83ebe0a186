/* SPDX-License-Identifier: MIT */
/*
 * The demo's own sources, as it was built (SHOWS_SOURCE of demo.h): finds a handler in them.
 */
#define _GNU_SOURCE /* memmem */
#include "demo.h"

#include <stdio.h>
#include <string.h>

/* Each file's, by its SHOWS_SOURCE. */
#define SOURCE(name) extern const char name##_source[], name##_source_end[]
SOURCE(demo);
SOURCE(basics);
SOURCE(waiting);
SOURCE(forms);
SOURCE(upload);
SOURCE(cookies);
SOURCE(files);
SOURCE(background);
SOURCE(links);
SOURCE(trouble);
SOURCE(pages);
SOURCE(items);
SOURCE(shelf);

static const struct {
    const char *begin, *end;
} files[] = {
    {demo_source, demo_source_end},       {basics_source, basics_source_end},
    {waiting_source, waiting_source_end}, {forms_source, forms_source_end},
    {upload_source, upload_source_end},   {cookies_source, cookies_source_end},
    {files_source, files_source_end},     {background_source, background_source_end},
    {links_source, links_source_end},     {trouble_source, trouble_source_end},
    {pages_source, pages_source_end},     {items_source, items_source_end},
    {shelf_source, shelf_source_end},
};

/* The begin of the comment that ends right before `at`; `at` where there is none. */
static const char *with_comment(const char *file, const char *at)
{
    const char *begin = at;

    if (at - file < 3 || memcmp(at - 3, "*/\n", 3) != 0)
        return at;
    while (begin > file && !(begin[-1] == '\n' && memcmp(begin, "/*", 2) == 0))
        begin--;
    return begin;
}

static bool find_in(const char *file, const char *file_end, const char *line, struct cadre_str *ret)
{
    const char *begin = memmem(file, (size_t)(file_end - file), line, strlen(line));
    const char *end = begin != NULL ? memmem(begin, (size_t)(file_end - begin), "\n}\n", 3) : NULL;

    if (end == NULL)
        return false;
    begin = with_comment(file, begin + 1);
    *ret = (struct cadre_str){begin, (size_t)(end + 3 - begin)};
    return true;
}

bool find_source(const char *handler, struct cadre_str *ret)
{
    char line[100];

    if ((size_t)snprintf(line, sizeof(line), "\nstatic int %s(", handler) >= sizeof(line))
        return false;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (find_in(files[i].begin, files[i].end, line, ret))
            return true;
    }
    return false;
}
