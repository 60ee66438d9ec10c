#include "notify.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../host/operator_log.h"
#include "courier.h"

struct notify {
    struct worth_book *book;
    int courier_count;
    struct courier **couriers;
};

struct notify *notify_start(const struct settings *settings, const char *bootstrap_servers)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        operator_log(OPERATOR_ERROR, "notify", "libcurl cannot be set up");
        return NULL;
    }
    struct notify *notify = memory_new(sizeof *notify);
    notify->couriers = memory_new((size_t)settings->notify.receiver_count * sizeof *notify->couriers);
    notify->book = worth_start(settings, bootstrap_servers);
    for (; notify->courier_count < settings->notify.receiver_count; notify->courier_count++) {
        struct courier *courier = courier_start(settings, notify->courier_count, bootstrap_servers, notify->book);
        if (courier == NULL) {
            notify_stop(notify);
            return NULL;
        }
        notify->couriers[notify->courier_count] = courier;
    }
    return notify;
}

void notify_stop(struct notify *notify)
{
    for (int i = 0; i < notify->courier_count; i++)
        courier_stop(notify->couriers[i]);
    for (int i = 0; i < notify->courier_count; i++)
        courier_join(notify->couriers[i]);
    worth_stop(notify->book);
    free(notify->couriers);
    free(notify);
    curl_global_cleanup();
}
