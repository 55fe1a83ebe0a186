/* SPDX-License-Identifier: MIT */
/* The demo's file: a sound, so that a browser asks for ranges of it when one seeks in it. */
#define _GNU_SOURCE /* memfd_create */
#include "demo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

SHOWS_SOURCE(files);

#define RATE    8000 /* samples a second, of 8 bits */
#define SECONDS 8

/* The head of a WAV file with that many samples; all numbers are little-endian. */
static void put_wav_head(unsigned char head[44], uint32_t samples)
{
    static const unsigned char fixed[44] = "RIFF----WAVEfmt \x10\0\0\0\1\0\1\0----\0\0\0\0\1\0\x8\0"
                                           "data---";
    const uint32_t size = samples + 36, rate = RATE;

    memcpy(head, fixed, 44);
    for (int i = 0; i < 4; i++) {
        head[4 + i] = (unsigned char)(size >> 8 * i);
        head[24 + i] = head[28 + i] = (unsigned char)(rate >> 8 * i);
        head[40 + i] = (unsigned char)(samples >> 8 * i);
    }
}

/* A tone that goes up by a step each second: a triangle of so many Hertz. */
static unsigned char sample(int i)
{
    int period = RATE / (220 + 55 * (i / RATE)), at = i % period * 4, quarter = period;
    int height = at < quarter ? at : at < 3 * quarter ? 2 * quarter - at : at - 4 * quarter;

    return (unsigned char)(128 + height * 60 / quarter);
}

int make_tone(char *path, size_t path_size)
{
    static unsigned char wav[44 + RATE * SECONDS];
    int fd = memfd_create("tone.wav", MFD_CLOEXEC);

    if (fd < 0)
        return -errno;
    put_wav_head(wav, RATE * SECONDS);
    for (int i = 0; i < RATE * SECONDS; i++)
        wav[44 + i] = sample(i);
    if (write(fd, wav, sizeof(wav)) != (ssize_t)sizeof(wav)) {
        close(fd);
        return -EIO;
    }
    snprintf(path, path_size, "/proc/self/fd/%d", fd);
    return fd;
}

/* A file: its type, entity tag, conditions and ranges are the runtime's work. */
static int tone(struct cadre_request *req)
{
    const struct demo *demo = demo_of(req);
    const struct cadre_file_options options = {.filename = "tone.wav", .show = true};
    int r = cadre_header_set(req, "cache-control", "max-age=60");

    if (r == 0) /* it is the same in each worker, which the file's own would not be */
        r = cadre_header_set(req, "etag", "\"tone-1\"");
    return r < 0 ? r : cadre_respond_file(req, demo->tone_path, &options);
}

const struct cadre_route files_routes[] = {
    CADRE_GET("/tone.wav", tone),
    CADRE_ROUTES_END,
};
