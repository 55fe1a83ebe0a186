/* SPDX-License-Identifier: MIT */
/*
 * The field Range (RFC 9110 §14.2): which parts of a representation are asked for. Pure; any
 * thread; in linear time.
 */
#ifndef CADRE_WEB_BYTE_RANGE_H
#define CADRE_WEB_BYTE_RANGE_H

#include <cadre/str.h>
#include <stdint.h>

/* Who asks for more parts gets all. */
#define CADRE__BYTE_RANGES_MAX 64

/* Bytes [offset, offset + len); len is at least 1. */
struct cadre__byte_range {
    uint64_t offset;
    uint64_t len;
};

enum cadre__byte_ranges {
    CADRE__RANGES_IGNORED, /* the whole is to be sent: another unit, not well-formed, too many */
    CADRE__RANGES_UNSATISFIABLE, /* 416: none of them has a byte in it */
    CADRE__RANGES_FOUND,         /* 206 */
};

/*
 * Reads the field for a representation of `size` bytes. Ranges end at its end; those that begin
 * behind it are left out. Where some overlap or touch, all are sorted and these merged, so that no
 * byte is sent twice; else they are in the order in which they were asked for.
 */
enum cadre__byte_ranges cadre__byte_ranges_parse(
    struct cadre_str field, uint64_t size, struct cadre__byte_range ranges[CADRE__BYTE_RANGES_MAX],
    size_t *ret_n);

#endif
