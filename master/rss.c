/* SPDX-License-Identifier: MIT */
/*
 * How much memory a process holds; see rss.h.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "master/rss.h"

int rss_read(pid_t pid, uint64_t *ret_bytes)
{
    char path[48], text[128], *at, *end;
    unsigned long long pages;
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    do
        n = read(fd, text, sizeof(text) - 1);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        n = -errno;
    close(fd);
    if (n < 0)
        return (int)n;
    text[n] = '\0';
    /* The second number; the first is the size of its address space. */
    (void)strtoull(text, &at, 10);
    pages = strtoull(at, &end, 10);
    if (at == text || end == at)
        return -EPROTO;
    *ret_bytes = (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
    return 0;
}
