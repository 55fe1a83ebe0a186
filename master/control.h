/* SPDX-License-Identifier: MIT */
/*
 * The control socket: a UNIX socket on which `cadre status` and the like talk to the master.
 *
 * A client sends one line of words and gets one answer, a JSON object and a line feed; then the
 * connection closes, unless the answer says that it stays (a stop: it closes when the server has
 * gone). What the words mean is control_commands.h. Only root and the user that the master runs as
 * are heard: by the mode of the file, and by the kernel's word on who is at the other end
 * (SO_PEERCRED, unix(7)).
 *
 * A client may shut its end for writing behind its line. Where no descriptor is free, one client at
 * a time is heard all the same.
 *
 * Master only, on the loop's thread. Nothing here waits for a client: who does not send its line or
 * does not read its answer in time is closed, and so is who sends on and on. Never suspends.
 */
#ifndef CADRE_MASTER_CONTROL_H
#define CADRE_MASTER_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cadre/macros.h>

struct cadre__timers;
struct control;
struct control_client;
struct event_base;
struct json_t;

#define CONTROL_FILE         "control.sock" /* in runtime_dir */
#define CONTROL_LINE_MAX     512            /* bytes of a request, its line feed included */
#define CONTROL_CLIENTS_MAX  32 /* at a time; one more ends the oldest that asked nothing */
#define CONTROL_TIMEOUT_NS   (UINT64_C(10) * 1000000000) /* to send a line, to take an answer */
#define CONTROL_PATH_DEFAULT "/run/cadre"

struct control_options {
    struct event_base *base;      /* borrowed */
    struct cadre__timers *timers; /* borrowed */
    uint64_t (*now)(void);        /* the timers' time */
    const char *path;             /* of the socket's file */

    /* A client sent LINE, without its end; valid for the call. control_answer() answers it, now or
     * later; until then the client may go: on_gone tells. */
    void (*on_line)(void *arg, struct control_client *client, char *line);
    void *arg;
};

/* What the one who answers keeps with a client; zero at first. */
struct control_note {
    /* Asked by control_settle() for a client that was not answered yet: looks whether it can be
     * by now, and answers it. NULL: not waiting. */
    void (*settle)(void *arg, struct control_client *client, struct control_note *note);
    void *arg;
    uint32_t wanted;     /* the number of the reload that it waits for */
    uint32_t generation; /* that it made; 0: it is not over yet */
    uint64_t began_ns;
    uint64_t lost; /* requests that were lost before */
};

/*
 * Opens the socket. 0; -EADDRINUSE: another server listens there; -EEXIST: what is there is no
 * socket; -ENAMETOOLONG; or another negative errno.
 */
CADRE_MUST_CHECK int control_open(const struct control_options *options, struct control **ret);

/* Closes it and all its clients, removes the file if it is still ours. NULL is allowed. */
void control_close(struct control *control);

/* Closes the socket and removes its file, if it is still ours; clients that were not answered yet
 * stay until they are. After that it is good for control_settle, control_is_idle, control_close. */
void control_retire(struct control *control);

/* Whether it has no client. */
bool control_is_idle(const struct control *control);

/* Whether its file is where it was made. */
bool control_is_there(const struct control *control);

/* The path of its file. */
const char *control_path(const struct control *control);

/* Has a look at all who wait for something to have come about. */
void control_settle(struct control *control);

struct control_note *control_client_note(struct control_client *client);

/* Answers a client; ANSWER is taken, NULL says that there was no memory for one. With `stays` the
 * connection is left open when it has been sent. The client may be gone after it. */
void control_answer(struct control_client *client, struct json_t *answer, bool stays);

/* The same for what cannot be done: {"ok": false, "error": the text}. */
void control_refuse(struct control_client *client, const char *fmt, ...) CADRE_PRINTF(2, 3);

#endif
