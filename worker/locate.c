/* SPDX-License-Identifier: MIT */
/*
 * Objects of addresses. worker/locate.h has the contract.
 *
 * The build id comes from the object's own headers, which its first segment holds where the linker
 * has put them as linkers do; anything else is an object without one.
 */
#include "config.h"

#include "worker/locate.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As the loader has mapped it. */
struct image {
    const char *path; /* "" for the program itself */
    uintptr_t bias;   /* what its addresses are off by */
    uintptr_t begin, end;
};

/* What is known of an object that the loader does not know. */
struct known {
    const struct known *next;
    uintptr_t bias; /* of its image: no two have the same */
    struct cadre__file_id file;
    char path[];
};

/* Grows at its head only: a signal handler may walk it at any time. */
static const struct known *_Atomic known_objects;

static char program[sizeof(((struct cadre__backtrace_object *)0)->path)];

void locate_init(void)
{
    void *frame;
    ssize_t len;

    (void)backtrace(&frame, 1);
    if (program[0] != '\0')
        return;
    len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    program[len > 0 ? len : 0] = '\0';
}

static bool find_image(void *address, struct image *ret)
{
#if __GLIBC_PREREQ(2, 35)
    struct dl_find_object found;

    if (_dl_find_object(address, &found) < 0)
        return false;
    *ret = (struct image){
        .path = found.dlfo_link_map->l_name,
        .bias = (uintptr_t)found.dlfo_link_map->l_addr,
        .begin = (uintptr_t)found.dlfo_map_start,
        .end = (uintptr_t)found.dlfo_map_end,
    };
#else
    struct link_map *map;
    Dl_info info;

    if (!dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP))
        return false;
    *ret = (struct image){
        .path = map->l_name,
        .bias = (uintptr_t)map->l_addr,
        .begin = (uintptr_t)info.dli_fbase,
        .end = UINTPTR_MAX,
    };
#endif
    return true;
}

int locate_remember(const void *inside, const char *path, const struct cadre__file_id *file)
{
    size_t size = strlen(path) + 1;
    struct image image;
    struct known *known;

    if (!find_image((void *)(uintptr_t)inside, &image))
        return -ENOENT;
    known = malloc(sizeof(*known) + size);
    if (known == NULL)
        return -ENOMEM;
    known->bias = image.bias;
    known->file = *file;
    memcpy(known->path, path, size);
    known->next = atomic_load(&known_objects);
    atomic_store(&known_objects, known);
    return 0;
}

/* NULL: only what the loader says is. */
static const struct known *find_known(const struct image *image)
{
    const struct known *known = atomic_load(&known_objects);

    while (known != NULL && known->bias != image->bias)
        known = known->next;
    return known;
}

static bool is_inside(const struct image *image, uintptr_t at, size_t len)
{
    return at >= image->begin && at <= image->end && len <= image->end - at;
}

/* Looks for the build id among the notes in [at, at + len). */
static bool find_note(uintptr_t at, size_t len, struct cadre__backtrace_object *object)
{
    while (len >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
        size_t name_len = (note->n_namesz + 3U) & ~(size_t)3;
        size_t desc_len = (note->n_descsz + 3U) & ~(size_t)3;
        size_t whole = sizeof(*note) + name_len + desc_len;

        if (name_len > len || desc_len > len || whole > len)
            return false;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
            memcmp(note + 1, "GNU", 4) == 0) {
            const char *id = (const char *)(note + 1) + name_len;
            size_t id_len = note->n_descsz;

            if (id_len > sizeof(object->build_id))
                id_len = sizeof(object->build_id);
            memcpy(object->build_id, id, id_len);
            object->build_id_len = (uint8_t)id_len;
            return true;
        }
        at += whole;
        len -= whole;
    }
    return false;
}

static void find_build_id(const struct image *image, struct cadre__backtrace_object *object)
{
    const ElfW(Ehdr) *head = (const ElfW(Ehdr) *)image->begin;
    const ElfW(Phdr) * segments;

    if (!is_inside(image, image->begin, sizeof(*head)) ||
        memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 || head->e_phentsize != sizeof(*segments) ||
        !is_inside(image, image->begin + head->e_phoff, head->e_phnum * sizeof(*segments)))
        return;
    segments = (const ElfW(Phdr) *)(image->begin + head->e_phoff);
    for (size_t i = 0; i < head->e_phnum; i++) {
        uintptr_t at = image->bias + segments[i].p_vaddr;

        if (segments[i].p_type == PT_NOTE && is_inside(image, at, segments[i].p_memsz) &&
            find_note(at, segments[i].p_memsz, object))
            return;
    }
}

/* Its index among the objects, where it is added if need be. */
static uint32_t note_object(const struct image *image, struct cadre__backtrace *trace)
{
    const struct known *known = find_known(image);
    const char *path = known != NULL                                   ? known->path
                       : image->path != NULL && image->path[0] != '\0' ? image->path
                                                                       : program;
    struct cadre__backtrace_object *object;
    size_t len;

    for (uint32_t i = 0; i < trace->n_objects; i++)
        if (strncmp(trace->objects[i].path, path, sizeof(object->path) - 1) == 0)
            return i;
    if (trace->n_objects >= CADRE__BACKTRACE_OBJECTS)
        return CADRE__BACKTRACE_NO_OBJECT;
    object = &trace->objects[trace->n_objects];
    len = strnlen(path, sizeof(object->path) - 1);
    memcpy(object->path, path, len);
    object->path[len] = '\0';
    object->build_id_len = 0;
    object->file = known != NULL ? known->file : (struct cadre__file_id){.ino = 0};
    find_build_id(image, object);
    return trace->n_objects++;
}

void locate_frames(void *const *frames, size_t n, bool exact, struct cadre__backtrace *ret)
{
    ret->n_objects = 0;
    ret->n_frames = 0;
    for (size_t i = 0; i < n && i < CADRE__BACKTRACE_FRAMES; i++) {
        struct cadre__backtrace_frame *frame = &ret->frames[i];
        uintptr_t address = (uintptr_t)frames[i];
        struct image image = {.bias = 0};

        frame->flags = exact && i == 0 ? CADRE__FRAME_EXACT : 0;
        frame->object = CADRE__BACKTRACE_NO_OBJECT;
        if (find_image(frames[i], &image))
            frame->object = note_object(&image, ret);
        frame->address =
            frame->object == CADRE__BACKTRACE_NO_OBJECT ? address : address - image.bias;
        ret->n_frames++;
    }
}
