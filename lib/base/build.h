/* SPDX-License-Identifier: MIT */
/*
 * base/build: which Cadre this is.
 *
 * The version is for people. The build id is for the master and its children: a hash over all
 * sources of lib/, master/ and worker/, made when they are built. Two programs with the same id
 * share all structs; with another one they do not talk.
 */
#ifndef CADRE_BASE_BUILD_H
#define CADRE_BASE_BUILD_H

/* Room for a build id with its NUL. */
#define CADRE__BUILD_ID_SIZE 65

/* "0.1.0". Lives for ever. */
const char *cadre__version(void);

/* 64 lower-case hex digits. Lives for ever. */
const char *cadre__build_id(void);

#endif
