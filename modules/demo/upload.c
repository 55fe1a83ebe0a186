/* SPDX-License-Identifier: MIT */
/* A body of any size in the demo, read as it comes and kept nowhere. */
#include "demo.h"

SHOWS_SOURCE(upload);

/* Counts the bytes and sums them up (Adler-32, RFC 1950 §8), a block at a time. */
static int upload(struct cadre_request *req)
{
    unsigned char block[4096];
    unsigned long long total = 0;
    uint32_t a = 1, b = 0;
    ssize_t n;

    demo_of(req);
    while ((n = cadre_read(req, block, sizeof(block))) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            a = (a + block[i]) % 65521;
            b = (b + a) % 65521;
        }
        total += (unsigned long long)n;
    }
    if (n < 0)
        return (int)n;
    return cadre_respondf(req, 200, "application/json", "{\"bytes\":%llu,\"adler32\":\"%08x\"}\n",
                          total, (unsigned)(b << 16 | a));
}

const struct cadre_route upload_routes[] = {
    CADRE_PUT("/upload", upload),
    CADRE_POST("/upload", upload, .name = "post_upload"),
    CADRE_ROUTES_END,
};
