/* SPDX-License-Identifier: MIT */
/* The typed API, as those see it who mount modules: what they give the web layer. */
#ifndef CADRE_API_API_H
#define CADRE_API_API_H

#include "web/typed.h"

extern const struct cadre__typed_ops cadre__api_ops;

#endif
