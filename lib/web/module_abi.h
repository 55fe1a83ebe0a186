/* SPDX-License-Identifier: MIT */
/*
 * The module ABI from the loader's side: which descriptors this server takes, and how the tables of
 * a module that was built with an older minor version become ours. Pure: no I/O, never suspends.
 */
#ifndef CADRE_WEB_MODULE_ABI_H
#define CADRE_WEB_MODULE_ABI_H

#include <cadre/module.h>
#include <stddef.h>

/* The sizes that the structs had in a minor version. */
struct cadre__module_abi_minor {
    uint32_t module_size; /* of struct cadre_module */
    uint32_t route_size;  /* of struct cadre_route */
};

/* An ABI: its version, and the sizes of each minor version up to it. */
struct cadre__module_abi {
    uint16_t major;
    uint16_t first_minor;                        /* the oldest that is taken */
    uint16_t minor;                              /* the newest: ours */
    const struct cadre__module_abi_minor *sizes; /* of first_minor, and on to minor */
};

/* What these headers are. */
extern const struct cadre__module_abi cadre__module_abi_ours;

/*
 * Checks a descriptor against an ABI. 0; -EPROTO: another version, or structs of another size: why
 * says which, and how to mend it.
 */
CADRE_MUST_CHECK int cadre__module_abi_check(const struct cadre_module_descriptor *descriptor,
                                             const struct cadre__module_abi *abi, char *why,
                                             size_t why_size);

/*
 * Copies what the descriptor points to into structs of this version; fields that its version did
 * not have are zero. ret_routes: heap, with an end row, never NULL. 0; -ENOMEM.
 */
CADRE_MUST_CHECK int cadre__module_abi_copy(const struct cadre_module_descriptor *descriptor,
                                            struct cadre_module *ret_module,
                                            struct cadre_route **ret_routes, size_t *ret_n_routes);

#endif
