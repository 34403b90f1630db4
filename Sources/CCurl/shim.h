#pragma once
#include <curl/curl.h>

// Swift cannot call variadic functions: one wrapper for each kind of argument.
static inline CURLcode ccurl_set_long(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode ccurl_set_size(CURL *curl, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode ccurl_set_string(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *curl, CURLoption option, void *value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode ccurl_set_list(CURL *curl, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(curl, option, value);
}

// For the write, the header and the read function.
typedef size_t (*ccurl_data_function)(char *data, size_t size, size_t count, void *context);

static inline CURLcode ccurl_set_data_function(CURL *curl, CURLoption option, ccurl_data_function value) {
    return curl_easy_setopt(curl, option, value);
}

static inline CURLcode ccurl_set_progress_function(CURL *curl, curl_xferinfo_callback value) {
    return curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, value);
}

static inline CURLcode ccurl_set_debug_function(CURL *curl, curl_debug_callback value) {
    return curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, value);
}

static inline long ccurl_long(CURL *curl, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(curl, info, &value);
    return value;
}

static inline double ccurl_seconds(CURL *curl, CURLINFO info) {
    double value = 0;
    curl_easy_getinfo(curl, info, &value);
    return value;
}

static inline const char *ccurl_string(CURL *curl, CURLINFO info) {
    char *value = NULL;
    curl_easy_getinfo(curl, info, &value);
    return value;
}

// The list of names came with 7.85; Ubuntu 22.04 has 7.81.
static inline CURLcode ccurl_allow_only_http(CURL *curl) {
#if CURL_AT_LEAST_VERSION(7, 85, 0)
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

static inline CURLcode ccurl_allow_only_smtp(CURL *curl) {
#if CURL_AT_LEAST_VERSION(7, 85, 0)
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
#else
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_SMTP | CURLPROTO_SMTPS));
#endif
}

// The name had three Ls before 8.2. Without the option, before 7.69, one refused recipient loses the mail for all.
static inline CURLcode ccurl_allow_refused_recipients(CURL *curl) {
#if CURL_AT_LEAST_VERSION(8, 2, 0)
    return curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLOWFAILS, 1L);
#elif CURL_AT_LEAST_VERSION(7, 69, 0)
    return curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
#else
    return CURLE_OK;
#endif
}
