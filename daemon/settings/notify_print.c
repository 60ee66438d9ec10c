#include "notify_print.h"

#include "http_section.h"
#include "notation.h"
#include "notify_section.h"

int notify_print_host(const char *url, const char **begin)
{
    const char *after = strstr(url, "://");
    const char *host = after != NULL ? after + 3 : url;
    size_t length = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', length);
    if (at != NULL) {
        length -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    *begin = host;
    return (int)length;
}

static void print_milliseconds(int64_t milliseconds, FILE *out)
{
    char text[32];
    if (milliseconds % 1000 == 0)
        fputs(notation_print_seconds(milliseconds / 1000, text), out);
    else
        fprintf(out, "%lldms", (long long)milliseconds);
}

static void print_receiver(const struct receiver *receiver, FILE *out)
{
    char text[32];
    const char *host;
    int length = notify_print_host(receiver->url, &host);
    fprintf(out, "  %s: %s at %.*s", receiver->name, notify_section_kinds[receiver->kind], length, host);
    if (strncmp(receiver->url, "https://", 8) != 0)
        fputs(" without TLS", out);
    if (receiver->chat_id != NULL)
        fprintf(out, ", chat %s", receiver->chat_id);
    if (receiver->bearer_token != NULL)
        fputs(", with a bearer token", out);
    if (receiver->username != NULL)
        fputs(", with a password", out);
    if (receiver->ca_file != NULL)
        fprintf(out, ", trusting %s", receiver->ca_file);
    if (receiver->kind == RECEIVER_ALERTMANAGER) { /* which groups by itself, and hears of all that fires */
        fprintf(out, "; what fires again every %s\n", notation_print_seconds(receiver->resend_s, text));
        return;
    }
    if (receiver->kind != RECEIVER_WEBHOOK)
        fprintf(out, ", in %s", http_section_languages[receiver->language]);
    fputs("; waits ", out);
    print_milliseconds(receiver->group_wait_ms, out);
    fprintf(out, " for others, up to %s old\n", notation_print_seconds(receiver->max_age_s, text));
}

static void print_route(const struct notify_settings *notify, const struct notify_route *route, FILE *out)
{
    fputs("  ", out);
    for (int m = 0; m < route->match_count; m++) {
        fprintf(out, "%s%s is ", m > 0 ? " and " : "where ", route->matches[m].label);
        for (int v = 0; v < route->matches[m].value_count; v++)
            fprintf(out, "%s%s", v > 0 ? " or " : "", route->matches[m].values[v]);
    }
    fputs(route->match_count > 0 ? ": " : "every alert: ", out);
    for (int r = 0; r < route->receiver_count; r++)
        fprintf(out, "%s%s", r > 0 ? ", " : "", notify->receivers[route->receivers[r]].name);
    fputs(route->goes_on ? ", and the next routes\n" : "\n", out);
}

void notify_print(const struct notify_settings *notify, FILE *out)
{
    if (notify->receiver_count == 0)
        return;
    fputs("\nreceivers of alerts\n", out);
    for (int i = 0; i < notify->receiver_count; i++)
        print_receiver(&notify->receivers[i], out);
    fputs("routes, the first that fits\n", out);
    if (notify->route_count == 0)
        fputs("  every alert: all of them\n", out);
    for (int i = 0; i < notify->route_count; i++)
        print_route(notify, &notify->routes[i], out);
}
