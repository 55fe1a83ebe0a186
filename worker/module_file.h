/* SPDX-License-Identifier: MIT */
/*
 * Looks at a module's file before any of its code can run: is it a shared object for this machine,
 * does it export a descriptor, does it bring a copy of the runtime along? A constructor of a file
 * that is refused here never runs.
 *
 * Reads the ELF structures that the dynamic linker uses (program headers, dynamic segment, hash
 * tables), not the section headers, which strip may remove. Every offset is checked: the file may
 * be cut or broken. Blocks on the disk; does not log.
 */
#ifndef WORKER_MODULE_FILE_H
#define WORKER_MODULE_FILE_H

#include <cadre/macros.h>
#include <stddef.h>

/*
 * Checks an open file. 0; -EIO and others of fstat(2) and mmap(2); -ENOEXEC: it is no module, or
 * one that holds the runtime. why says what it is instead and how to mend it, in one line without
 * the path.
 */
CADRE_MUST_CHECK int module_file_check(int fd, char *why, size_t why_size);

/* Opens it; why as above. The descriptor or a negative errno. */
CADRE_MUST_CHECK int module_file_open(const char *path, char *why, size_t why_size);

#endif
