/* SPDX-License-Identifier: MIT */
/*
 * <cadre/macros.h>: attributes that the other public headers use. Self-contained; no other
 * header of ours may be included from here.
 */
#ifndef CADRE_MACROS_H
#define CADRE_MACROS_H

#ifdef __cplusplus
#define CADRE_BEGIN_DECLS extern "C" {
#define CADRE_END_DECLS   }
#else
#define CADRE_BEGIN_DECLS
#define CADRE_END_DECLS
#endif

/* A function of the runtime that modules may call. */
#define CADRE_API __attribute__((visibility("default")))

/* A symbol of a module that the runtime looks up. */
#define CADRE_EXPORT __attribute__((visibility("default"), used))

/* A member of a struct that an initialiser may leave out, which makes it zero; C++ warns else. */
#if defined(__cplusplus) && __cplusplus >= 201402L
#define CADRE_OPTIONAL                                                                             \
    {                                                                                              \
    }
#else
#define CADRE_OPTIONAL
#endif

/* printf-like: the format is argument FMT, its values begin at argument ARGS. */
#define CADRE_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* The caller must look at what comes back. */
#define CADRE_MUST_CHECK __attribute__((warn_unused_result))

#endif
