/* SPDX-License-Identifier: MIT */
/* Work behind a response in the demo: a letter that is written when its sender has been answered.
 */
#include "demo.h"

SHOWS_SOURCE(background);

/* Takes two seconds; the request is gone by then, so what it needs it was given. */
static int write_letter(void *arg)
{
    struct demo *demo = arg; /* of the worker, which outlives the work */
    int r = cadre_sleep(2000);

    if (r < 0)
        return r; /* the server stops */
    demo->letters++;
    return 0;
}

/* Answers at once; the letter is written behind that. */
static int send_letter(struct cadre_request *req)
{
    int r = cadre_background_add(req, CADRE_BACKGROUND(write_letter, demo_of(req), NULL));

    return r < 0 ? r : cadre_respond_text(req, 202, "on its way: see /letters in two seconds\n");
}

/* How many this worker has written. */
static int letters(struct cadre_request *req)
{
    return cadre_respondf(req, 200, "application/json", "{\"worker\":%d,\"letters\":%llu}\n",
                          cadre_worker_index() + 1, demo_of(req)->letters);
}

const struct cadre_route background_routes[] = {
    CADRE_POST("/letters", send_letter),
    CADRE_GET("/letters", letters),
    CADRE_ROUTES_END,
};
