#pragma once
#include <pthread.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// Swift cannot call variadic functions, and librdkafka 2.0.2 has no other one for this.
static inline rd_kafka_resp_err_t crdkafka_mock_push_delayed_error(rd_kafka_mock_cluster_t *cluster,
                                                                   int32_t broker, int16_t api,
                                                                   rd_kafka_resp_err_t code,
                                                                   int delay_ms) {
    return rd_kafka_mock_broker_push_request_error_rtts(cluster, broker, api, 1, code, delay_ms);
}

// pthread.h declares this under _GNU_SOURCE alone, which Swift's import does not define.
extern int pthread_setname_np(pthread_t thread, const char *name);

static inline void crdkafka_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}
