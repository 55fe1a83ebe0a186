/* SPDX-License-Identifier: MIT */
/* Texts that are signed: middleware/signature.h. */
#include "config.h"

#include "middleware/signature.h"

#include "base/arena.h"
#include "middleware/base64url.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_OPENSSL
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#endif

#define MAC_BYTES  32
#define TIME_BYTES 8

#ifdef HAVE_OPENSSL

/* What is used of libcrypto. */
static struct {
    __typeof__(&HMAC) hmac;
    __typeof__(&CRYPTO_memcmp) compare;
    const EVP_MD *sha256;
} crypto;

int cadre__signature_load(char *why, size_t why_size)
{
    __typeof__(&EVP_sha256) sha256;
    void *library;

    if (crypto.hmac != NULL)
        return 0;
    library = dlopen(CADRE_LIBCRYPTO, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(why, why_size, "%s cannot be loaded (%s): install it (Debian: libssl3)",
                 CADRE_LIBCRYPTO, dlerror());
        return -ENOSYS;
    }
    sha256 = (__typeof__(sha256))dlsym(library, "EVP_sha256");
    crypto.compare = (__typeof__(crypto.compare))dlsym(library, "CRYPTO_memcmp");
    crypto.hmac = (__typeof__(crypto.hmac))dlsym(library, "HMAC");
    if (sha256 == NULL || crypto.compare == NULL || crypto.hmac == NULL) {
        crypto.hmac = NULL;
        snprintf(why, why_size, "%s lacks HMAC: install OpenSSL 3", CADRE_LIBCRYPTO);
        return -ENOSYS;
    }
    crypto.sha256 = sha256();
    return 0;
}

static bool make_mac(struct cadre_str key, const char *text, size_t len, uint8_t mac[MAC_BYTES])
{
    unsigned mac_len = MAC_BYTES;

    return crypto.hmac != NULL &&
           crypto.hmac(crypto.sha256, key.ptr, (int)key.len, (const unsigned char *)text, len, mac,
                       &mac_len) != NULL;
}

static bool is_same(const uint8_t a[MAC_BYTES], const uint8_t b[MAC_BYTES])
{
    return crypto.compare(a, b, MAC_BYTES) == 0;
}

#else

int cadre__signature_load(char *why, size_t why_size)
{
    snprintf(why, why_size, "this Cadre was built without OpenSSL (--with-openssl)");
    return -ENOSYS;
}

static bool make_mac(struct cadre_str key, const char *text, size_t len, uint8_t mac[MAC_BYTES])
{
    (void)key, (void)text, (void)len, (void)mac;
    return false;
}

static bool is_same(const uint8_t a[MAC_BYTES], const uint8_t b[MAC_BYTES])
{
    (void)a, (void)b;
    return false;
}

#endif

static void put_time(uint8_t out[TIME_BYTES], int64_t time_s)
{
    for (unsigned i = 0; i < TIME_BYTES; i++)
        out[i] = (uint8_t)((uint64_t)time_s >> (56 - 8 * i));
}

static int64_t get_time(const uint8_t in[TIME_BYTES])
{
    uint64_t time_s = 0;

    for (unsigned i = 0; i < TIME_BYTES; i++)
        time_s = time_s << 8 | in[i];
    return (int64_t)time_s;
}

/*
 * The mac is of salt, a NUL, and what stands before the last point. So the buffer has the salt in
 * front of the text that goes out.
 */
char *cadre__sign(struct cadre__arena *arena, struct cadre_str key, const char *salt,
                  struct cadre_str text, int64_t now_s)
{
    size_t salt_size = strlen(salt) + 1;
    size_t size = salt_size + CADRE__BASE64URL_LEN(text.len) + 1 +
                  CADRE__BASE64URL_LEN(TIME_BYTES) + 1 + CADRE__BASE64URL_LEN(MAC_BYTES) + 1;
    char *buf = cadre__arena_alloc(arena, size), *end;
    uint8_t time[TIME_BYTES], mac[MAC_BYTES];

    if (buf == NULL)
        return NULL;
    put_time(time, now_s);
    memcpy(buf, salt, salt_size);
    end = cadre__base64url_encode(buf + salt_size, text.ptr, text.len);
    *end++ = '.';
    end = cadre__base64url_encode(end, time, sizeof(time));
    if (!make_mac(key, buf, (size_t)(end - buf), mac))
        return NULL;
    *end++ = '.';
    end = cadre__base64url_encode(end, mac, sizeof(mac));
    *end = '\0';
    return buf + salt_size;
}

/* Cuts the part behind the last point off. False: there is no point. */
static bool cut_last(struct cadre_str *text, struct cadre_str *ret)
{
    const char *point = memrchr(text->ptr, '.', text->len);
    size_t len = point != NULL ? (size_t)(point - text->ptr) : 0;

    if (point == NULL)
        return false;
    *ret = (struct cadre_str){point + 1, text->len - len - 1};
    text->len = len;
    return true;
}

static int has_mac(struct cadre__arena *arena, const struct cadre_strings *keys, const char *salt,
                   struct cadre_str text, const uint8_t mac[MAC_BYTES])
{
    size_t salt_size = strlen(salt) + 1;
    char *buf = cadre__arena_alloc(arena, salt_size + text.len);
    uint8_t own[MAC_BYTES];

    if (buf == NULL)
        return -ENOMEM;
    memcpy(buf, salt, salt_size);
    memcpy(buf + salt_size, text.ptr, text.len);
    for (size_t i = 0; i < keys->len; i++) {
        if (make_mac(cadre_str_from(keys->items[i]), buf, salt_size + text.len, own) &&
            is_same(own, mac))
            return 0;
    }
    return -EBADMSG;
}

int cadre__unsign(struct cadre__arena *arena, const struct cadre_strings *keys, const char *salt,
                  struct cadre_str signed_text, int64_t oldest_s, int64_t now_s,
                  struct cadre_str *ret)
{
    struct cadre_str text = signed_text, time_part, mac_part;
    uint8_t mac[MAC_BYTES], time[TIME_BYTES];
    int64_t time_s;
    ssize_t len;
    char *out;
    int r;

    if (!cut_last(&text, &mac_part) ||
        cadre__base64url_decode(mac_part, mac, sizeof(mac)) != MAC_BYTES)
        return -EBADMSG;
    r = has_mac(arena, keys, salt, text, mac);
    if (r < 0)
        return r;
    if (!cut_last(&text, &time_part) ||
        cadre__base64url_decode(time_part, time, sizeof(time)) != TIME_BYTES)
        return -EBADMSG;
    time_s = get_time(time);
    if (time_s < oldest_s || time_s > now_s)
        return -EBADMSG;
    out = cadre__arena_alloc(arena, text.len + 1);
    if (out == NULL)
        return -ENOMEM;
    len = cadre__base64url_decode(text, out, text.len);
    if (len < 0)
        return (int)len;
    out[len] = '\0';
    *ret = (struct cadre_str){out, (size_t)len};
    return 0;
}
