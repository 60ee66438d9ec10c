#include "progress_bar.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "../host/clock.h"
#include "../wire/moment.h"

enum { AGAIN_MS = 200, WIDTH = 24 };

void progress_bar_begin(struct progress_bar *bar, const struct zone *zone)
{
    *bar = (struct progress_bar){.terminal = isatty(STDERR_FILENO), .zone = zone, .started_ms = clock_steady_ms()};
}

static void show_left(double seconds)
{
    if (seconds < 60)
        fprintf(stderr, "  %.0f s left", seconds);
    else if (seconds < 3600)
        fprintf(stderr, "  %.0f min left", seconds / 60);
    else
        fprintf(stderr, "  %.1f h left", seconds / 3600);
}

void progress_bar_show(struct progress_bar *bar, int64_t position, int64_t size, uint64_t events, int64_t reached)
{
    int64_t now_ms = clock_steady_ms();
    bool done = size >= 0 && position >= size;
    if (!bar->terminal || (!done && now_ms - bar->shown_ms < AGAIN_MS))
        return;
    bar->shown_ms = now_ms;
    bar->shown = true;
    double elapsed_s = (double)(now_ms - bar->started_ms) / 1000, share = size > 0 ? (double)position / (double)size : 0;
    fputc('\r', stderr);
    if (size > 0) {
        fputc('[', stderr);
        for (int i = 0; i < WIDTH; i++)
            fputc(i < (int)(share * WIDTH) ? '#' : ' ', stderr);
        fprintf(stderr, "] %3.0f %%  ", share * 100);
    }
    fprintf(stderr, "%" PRIu64 " events  %.0f/s", events, elapsed_s > 0 ? (double)events / elapsed_s : 0);
    if (reached != TIME_NONE) {
        char text[MOMENT_TEXT_SIZE];
        moment_format(bar->zone, reached, text);
        fprintf(stderr, "  at %.16s", text);
    }
    if (share > 0 && !done)
        show_left(elapsed_s / share - elapsed_s);
    fputs("\033[K", stderr);
    fflush(stderr);
}

void progress_bar_end(struct progress_bar *bar)
{
    if (bar->shown)
        fputc('\n', stderr);
    bar->shown = false;
}
