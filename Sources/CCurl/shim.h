#pragma once
#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
static inline CURLcode set_long(CURL *e, CURLoption o, long v) { return curl_easy_setopt(e, o, v); }
static inline CURLcode set_str(CURL *e, CURLoption o, const char *v) { return curl_easy_setopt(e, o, v); }
static inline CURLcode set_list(CURL *e, CURLoption o, struct curl_slist *v) { return curl_easy_setopt(e, o, v); }
static inline CURLcode set_ptr(CURL *e, CURLoption o, void *v) { return curl_easy_setopt(e, o, v); }
static inline CURLcode set_write(CURL *e, size_t (*f)(char *, size_t, size_t, void *)) { return curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, f); }
static inline long get_long(CURL *e, CURLINFO i) { long v = 0; curl_easy_getinfo(e, i, &v); return v; }
static inline curl_off_t get_off(CURL *e, CURLINFO i) { curl_off_t v = 0; curl_easy_getinfo(e, i, &v); return v; }
static inline void *get_private(CURL *e) { char *v = 0; curl_easy_getinfo(e, CURLINFO_PRIVATE, &v); return v; }
static inline void global_init(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }
