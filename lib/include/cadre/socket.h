/* SPDX-License-Identifier: MIT */
/*
 * <cadre/socket.h>: descriptors whose calls wait without blocking the loop.
 *
 * Connecting, listening and accepting, and reads and writes of any descriptor that can be polled:
 * sockets, pipes, terminals. <cadre/stream.h> adds buffers on top; <cadre/file.h> is for files.
 *
 * A descriptor is a plain int that belongs to whoever opened it. All that come from here are
 * non-blocking and close-on-exec from birth, so that no child inherits one; TCP sockets have
 * TCP_NODELAY. One from elsewhere must be made non-blocking (O_NONBLOCK) before it is used here.
 * Use them on the loop's thread only. Several coroutines may wait on one descriptor; who gets what
 * then is not promised. Close by cadre_fd_close(): a call of another coroutine that waits on the
 * descriptor then returns -EBADF, at once.
 *
 * Every call marked "may suspend" can also return -ECANCELED (it has then neither taken nor sent
 * a byte) and -EDEADLK (not in a coroutine), and does not suspend where there is nothing to wait
 * for; yet one that goes on and on without waiting lets others run now and then. Time limits are
 * in milliseconds; CADRE_FOREVER is none. A cancel scope (<cadre/scope.h>) limits the time of calls
 * that have no limit of their own. Nothing here raises SIGPIPE.
 */
#ifndef CADRE_SOCKET_H
#define CADRE_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <cadre/dns.h>
#include <cadre/macros.h>
#include <cadre/task.h>

CADRE_BEGIN_DECLS

/* --- connecting; may suspend --- */

/*
 * Connects by TCP to `host`, a name or a numeric address, and returns the descriptor. Where the
 * name has several addresses they are tried in turn, both families alternating (RFC 8305): the
 * next one when 250 ms have passed or the one before has failed, and the first that answers wins;
 * the others are closed. `timeout_ms` bounds the whole, with the look-up.
 * Errors: those of cadre_resolve(); -ETIMEDOUT; where all addresses failed, the error of the first
 * (-ECONNREFUSED, -ENETUNREACH, -EHOSTUNREACH, ...); -EMFILE, -ENFILE, -ENOMEM.
 */
CADRE_API CADRE_MUST_CHECK int cadre_socket_connect(const char *host, uint16_t port,
                                                    uint64_t timeout_ms);

/*
 * The same for one address of any kind. A UNIX socket whose queue is full is -EAGAIN.
 */
CADRE_API CADRE_MUST_CHECK int cadre_socket_connect_address(const struct cadre_address *address,
                                                            uint64_t timeout_ms);

/*
 * Connects to the UNIX stream socket at `path`; one that begins with '@' is an abstract name.
 * Errors: -ENAMETOOLONG, -ENOENT, -ECONNREFUSED, -EACCES, -EAGAIN (its queue is full), -EMFILE.
 */
CADRE_API CADRE_MUST_CHECK int cadre_socket_connect_unix(const char *path);

/* --- listening --- */

/*
 * Listens on a TCP port of a numeric address, "0.0.0.0" or "::" for all; port 0 takes a free one,
 * which cadre_socket_address() tells. `backlog` 0 is 1024. Returns the descriptor. Never suspends.
 * Errors: -EINVAL (no numeric address), -EADDRINUSE, -EADDRNOTAVAIL, -EACCES, -EMFILE.
 */
CADRE_API CADRE_MUST_CHECK int cadre_socket_listen(const char *address, uint16_t port, int backlog);

/*
 * Listens on a UNIX stream socket at `path` ('@' begins an abstract name). A file there is not
 * removed before (-EADDRINUSE), nor afterwards: that is the caller's. Never suspends.
 */
CADRE_API CADRE_MUST_CHECK int cadre_socket_listen_unix(const char *path, int backlog);

/*
 * Takes the next connection and returns its descriptor; its peer goes to *ret_peer unless that is
 * NULL. A connection that ended in the queue is passed over. May suspend.
 * Errors: -EMFILE, -ENFILE, -ENOMEM: no descriptor is free; the connection stays in the queue, so
 * wait (cadre_sleep) before the next try. -EBADF: closed by another. -EINVAL: does not listen.
 */
CADRE_API CADRE_MUST_CHECK int cadre_socket_accept(int fd, struct cadre_address *ret_peer);

/* The socket's own address. Errors: -ENOTSOCK, -EBADF. Never suspends. */
CADRE_API CADRE_MUST_CHECK int cadre_socket_address(int fd, struct cadre_address *ret);

/* --- reading and writing; may suspend --- */

/*
 * Reads at least 1 and at most `size` bytes; 0 at the end, or for `size` 0.
 * Errors: -ECONNRESET, -ETIMEDOUT (the peer's host is gone), -EBADF, others of read(2).
 */
CADRE_API CADRE_MUST_CHECK ssize_t cadre_fd_read(int fd, void *buf, size_t size);
CADRE_API CADRE_MUST_CHECK ssize_t cadre_fd_readv(int fd, const struct iovec *parts, int n);

/*
 * Writes at least 1 and at most `len` bytes, and returns how many; 0 for `len` 0.
 * Errors: -EPIPE (the peer reads no more), -ECONNRESET, -EBADF, others of write(2).
 */
CADRE_API CADRE_MUST_CHECK ssize_t cadre_fd_write(int fd, const void *data, size_t len);
CADRE_API CADRE_MUST_CHECK ssize_t cadre_fd_writev(int fd, const struct iovec *parts, int n);

/*
 * Writes all of it: returns 0, or the error, and then a part may have been written (so too when
 * cancelled). `*ret_done`, unless NULL, is how much, in either case.
 */
CADRE_API CADRE_MUST_CHECK int cadre_fd_write_all(int fd, const void *data, size_t len,
                                                  size_t *ret_done);

/* --- ending; never suspends --- */

/*
 * Half-closes a connection: SHUT_WR tells the peer that nothing more comes and leaves reading as
 * it is; SHUT_RD, SHUT_RDWR as in shutdown(2). Errors: -ENOTCONN, -ENOTSOCK, -EBADF.
 */
CADRE_API CADRE_MUST_CHECK int cadre_socket_shutdown(int fd, int how);

/*
 * Closes the descriptor. Calls that wait on it return -EBADF. A negative one is taken. What was
 * written goes on its way; unread input makes TCP tell the peer by a reset.
 */
CADRE_API void cadre_fd_close(int fd);

/*
 * Makes a pipe: what is written to ret[1] is read from ret[0]. Both non-blocking, close-on-exec.
 * Errors: -EMFILE, -ENFILE.
 */
CADRE_API CADRE_MUST_CHECK int cadre_pipe(int ret[2]);

/* Makes two sockets that are connected to one another. Errors: -EMFILE, -ENFILE. */
CADRE_API CADRE_MUST_CHECK int cadre_socket_pair(int ret[2]);

CADRE_END_DECLS

#endif
