/* SPDX-License-Identifier: MIT */
/*
 * Looking at backtraces of other processes; see backtrace.h.
 */
#include "config.h"

#include "ipc/backtrace.h"

#include <string.h>

void cadre__text_check(char *text, size_t size)
{
    if (size == 0)
        return;
    text[size - 1] = '\0';
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
}

void cadre__backtrace_check(struct cadre__backtrace *trace)
{
    if (trace->n_objects > CADRE__BACKTRACE_OBJECTS)
        trace->n_objects = CADRE__BACKTRACE_OBJECTS;
    if (trace->n_frames > CADRE__BACKTRACE_FRAMES)
        trace->n_frames = CADRE__BACKTRACE_FRAMES;
    for (uint32_t i = 0; i < trace->n_objects; i++) {
        struct cadre__backtrace_object *object = &trace->objects[i];

        cadre__text_check(object->path, sizeof(object->path));
        if (object->build_id_len > CADRE__BUILD_ID_BYTES_MAX)
            object->build_id_len = CADRE__BUILD_ID_BYTES_MAX;
    }
    for (uint32_t i = 0; i < trace->n_frames; i++)
        if (trace->frames[i].object >= trace->n_objects)
            trace->frames[i].object = CADRE__BACKTRACE_NO_OBJECT;
}

const char *cadre__backtrace_file(const struct cadre__backtrace *trace,
                                  const struct cadre__backtrace_frame *frame)
{
    const char *path, *slash;

    if (frame->object >= trace->n_objects)
        return "?";
    path = trace->objects[frame->object].path;
    slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}
