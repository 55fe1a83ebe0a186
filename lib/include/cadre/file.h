/* SPDX-License-Identifier: MIT */
/*
 * <cadre/file.h>: files, by way of threads.
 *
 * The kernel offers no way to wait for a disk, so each of these calls does its work in a thread of
 * the loop's pool (<cadre/thread.h>) and suspends meanwhile. In a sync handler, which may block,
 * use the C library instead: there these return -EDEADLK.
 *
 * Descriptors are close-on-exec from birth and the caller's to close, by cadre_file_close() or
 * close(2). All calls may suspend, and return the negative errno of the system call, or
 *   -ECANCELED  the work was not begun, or it was and has ended; an opened descriptor has been
 *               closed again and memory freed, a write has happened whole, in part or not at all;
 *   -EAGAIN     no thread can be had; -ENOMEM; -EDEADLK.
 * Buffers and strings are borrowed until the call returns, which is never before the thread is
 * done with them.
 */
#ifndef CADRE_FILE_H
#define CADRE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cadre/macros.h>

CADRE_BEGIN_DECLS

/* As open(2), with O_CLOEXEC; returns the descriptor. `mode` counts where `flags` has O_CREAT. */
CADRE_API CADRE_MUST_CHECK int cadre_file_open(const char *path, int flags, mode_t mode);

/* Closes; returns the error that the file system reports then (-EIO, -ENOSPC, -EDQUOT). The
 * descriptor is gone in any case. Is not cancelled: a request to end stays for the next call. */
CADRE_API CADRE_MUST_CHECK int cadre_file_close(int fd);

/*
 * Reads up to `size` bytes at `offset`, fewer only at the end of the file: returns how many, 0 at
 * the end. The descriptor's own position stays as it is.
 */
CADRE_API CADRE_MUST_CHECK ssize_t cadre_file_pread(int fd, void *buf, size_t size,
                                                    uint64_t offset);

/* Writes all `len` bytes at `offset`; returns 0. After an error a part may be there. */
CADRE_API CADRE_MUST_CHECK int cadre_file_pwrite(int fd, const void *data, size_t len,
                                                 uint64_t offset);

/* The same at the descriptor's own position, which moves on (with O_APPEND: at the end). */
CADRE_API CADRE_MUST_CHECK ssize_t cadre_file_read(int fd, void *buf, size_t size);
CADRE_API CADRE_MUST_CHECK int cadre_file_write(int fd, const void *data, size_t len);

/* Has data and metadata on the disk when it returns 0. */
CADRE_API CADRE_MUST_CHECK int cadre_file_fsync(int fd);

CADRE_API CADRE_MUST_CHECK int cadre_file_truncate(int fd, uint64_t len);

CADRE_API CADRE_MUST_CHECK int cadre_file_stat(const char *path, struct stat *ret);
CADRE_API CADRE_MUST_CHECK int cadre_file_fstat(int fd, struct stat *ret);

CADRE_API CADRE_MUST_CHECK int cadre_file_rename(const char *from, const char *to);
CADRE_API CADRE_MUST_CHECK int cadre_file_unlink(const char *path);
CADRE_API CADRE_MUST_CHECK int cadre_file_mkdir(const char *path, mode_t mode);
CADRE_API CADRE_MUST_CHECK int cadre_file_rmdir(const char *path);

/*
 * Reads a whole file (a pipe or device too). *ret is allocated by malloc() and the caller's to
 * free(); a NUL that *ret_len does not count follows the bytes. -EFBIG: it has more than
 * `max_bytes`. A cancel ends it between two pieces.
 */
CADRE_API CADRE_MUST_CHECK int cadre_file_read_whole(const char *path, size_t max_bytes, char **ret,
                                                     size_t *ret_len);

enum cadre_file_write_flags {
    CADRE_FILE_ATOMIC = 1, /* write a new file beside it, then put that in its place: a reader sees
                              the old content or the new one, whatever happens */
    CADRE_FILE_SYNC = 2,   /* on the disk when it returns */
    CADRE_FILE_APPEND = 4, /* behind what is there; not with ATOMIC (-EINVAL) */
};

/*
 * Writes a whole file; one that is there is replaced, a new one gets `mode` less the umask (with
 * CADRE_FILE_ATOMIC: one that is there keeps its own mode). Returns 0.
 */
CADRE_API CADRE_MUST_CHECK int cadre_file_write_whole(const char *path, const void *data,
                                                      size_t len, mode_t mode, unsigned flags);

/*
 * The names in a folder, but "." and "..", sorted by bytes; ends in NULL. *ret is one piece of
 * memory by malloc(), the caller's to free(). Returns how many.
 */
CADRE_API CADRE_MUST_CHECK ssize_t cadre_file_list(const char *path, char ***ret);

CADRE_END_DECLS

#endif
