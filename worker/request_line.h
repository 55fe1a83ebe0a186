/* SPDX-License-Identifier: MIT */
/*
 * Which request a coroutine serves, and its first line, for reports: of crashes, of what tasks
 * wait for. Async-signal-safe on the loop's thread; allocates nothing, never suspends.
 */
#ifndef WORKER_REQUEST_LINE_H
#define WORKER_REQUEST_LINE_H

#include <stddef.h>

#include <cadre/macros.h>

struct cadre_request;

/* The request that a coroutine's cadre__coroutine_data() is; NULL: it is none. */
const struct cadre_request *request_of_data(const void *data);

/* The name of the module that serves it, borrowed for the life of the process; NULL: none yet. */
const char *request_module(const struct cadre_request *req);

/* Writes "GET /items?page=2 HTTP/1.1" as the client sent it, cut to `size` bytes (> 0). */
void request_line_write(const struct cadre_request *req, char *buf, size_t size);

#endif
