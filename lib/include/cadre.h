/* SPDX-License-Identifier: MIT */
/*
 * <cadre.h>: all that a handler module needs, in one include.
 *
 * The reference is in the headers under <cadre/...>, one topic each; start with
 * <cadre/module.h> (what a module exports), <cadre/route.h> (which handlers it has) and
 * <cadre/request.h>, <cadre/response.h> (what a handler does).
 */
#ifndef CADRE_H
#define CADRE_H

#include <cadre/macros.h>

#endif
