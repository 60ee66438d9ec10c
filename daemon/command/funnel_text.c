#include "funnel_text.h"

#include <math.h>
#include <stdlib.h>

#include "../settings/notation.h"
#include "../wording/words.h"

enum {
    COSTLIEST = 3,     /* bottlenecks told in full, as on the page */
    BAR_CELLS = 24,    /* of the widest bar */
    TITLE_CELLS = 44,  /* longer titles are cut */
    TITLE_LEAST = 12,  /* a narrow terminal cuts no further */
    GAP = 2,           /* between two columns */
    STEPS_MAX = 64,
    SHOWN_ALERTS = 5,
};

enum word {
    WORD_ACTIVITY, WORD_COHORT, WORD_AS_OF, WORD_ENTERED, WORD_WON, WORD_LOST, WORD_OPEN, WORD_AMOUNT, WORD_STEP, WORD_REACHED, WORD_CONVERSION, WORD_MATURED,
    WORD_LEFT_LOST, WORD_LEFT_OPEN, WORD_SKIPPED, WORD_OPTIONAL, WORD_FOOT, WORD_BOTTLENECKS, WORD_NO_BOTTLENECKS, WORD_ALSO, WORD_ALL, WORD_ALERTS, WORD_COUNT
};

static const char *const words[WORD_COUNT][2] = {
    [WORD_ACTIVITY] = {"поток за период", "activity in the period"},
    [WORD_COHORT] = {"по дате заявки: кто пришёл за период, и что с ними стало", "by date of entry: who came in the period, and what became of them"},
    [WORD_AS_OF] = {"на", "as of"},
    [WORD_ENTERED] = {"Пришло", "Entered"},
    [WORD_WON] = {"выиграно", "won"},
    [WORD_LOST] = {"отказ", "lost"},
    [WORD_OPEN] = {"в работе", "open"},
    [WORD_AMOUNT] = {"сумма", "amount"},
    [WORD_STEP] = {"Шаг", "Step"},
    [WORD_REACHED] = {"Дошли", "Reached"},
    [WORD_CONVERSION] = {"Конверсия", "Conversion"},
    [WORD_MATURED] = {"Ожидаемая", "Matured"},
    [WORD_LEFT_LOST] = {"Отказ", "Lost"},
    [WORD_LEFT_OPEN] = {"В работе", "Open"},
    [WORD_SKIPPED] = {"Проскочили", "Skipped"},
    [WORD_OPTIONAL] = {" (по желанию)", " (optional)"},
    [WORD_FOOT] = {"Отказ и в работе: из тех, кто дошёл до шага, но не дальше", "Lost and open: of those who reached the step and did not go on"},
    [WORD_BOTTLENECKS] = {"Узкие места", "Bottlenecks"},
    [WORD_NO_BOTTLENECKS] = {"Узких мест нет", "No bottlenecks"},
    [WORD_ALSO] = {"Ещё уходят перед шагами: ", "Also lost before: "},
    [WORD_ALL] = {"все лиды", "all leads"},
    [WORD_ALERTS] = {"Оповещения", "Alerts"},
};

enum colour { PLAIN, BOLD = 1, DIM = 2, RED = 31, BLUE = 34 };

static const char *word(const struct funnel_text *text, enum word which)
{
    return words[which][text->language == LANGUAGE_EN];
}

/* ---- reading the record ---- */

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static double number_of(const cJSON *object, const char *name) /* NAN: null */
{
    const cJSON *value = member(object, name);
    return cJSON_IsNumber(value) ? value->valuedouble : (double)NAN;
}

static const char *string_of(const cJSON *object, const char *name)
{
    const cJSON *value = member(object, name);
    return cJSON_IsString(value) ? value->valuestring : "";
}

static const cJSON *find(const cJSON *list, const char *name, const char *value)
{
    const cJSON *each;
    cJSON_ArrayForEach(each, list) if (strcmp(string_of(each, name), value) == 0) return each;
    return NULL;
}

static const cJSON *funnel_of(const struct funnel_text *text)
{
    return find(member(text->application, "funnels"), "id", string_of(text->snapshot, "funnel"));
}

static const char *currency_of(const struct funnel_text *text)
{
    return string_of(funnel_of(text), "currency");
}

/* ---- lines ---- */

static void paint(const struct funnel_text *text, struct buffer *out, enum colour colour, struct text bytes)
{
    bool painted = text->colours && colour != PLAIN && bytes.length > 0;
    if (painted)
        buffer_format(out, "\033[%dm", (int)colour);
    for (size_t i = 0; i < bytes.length; i++)
        buffer_char(out, text_shown(bytes.data[i]));
    if (painted)
        buffer_text(out, TEXT("\033[0m"));
}

static void line(const struct funnel_text *text, struct buffer *out, enum colour colour, struct buffer *bytes)
{
    paint(text, out, colour, (struct text){bytes->data, bytes->length});
    buffer_char(out, '\n');
    bytes->length = 0;
}

static void say(struct buffer *out, const char *string)
{
    buffer_text(out, text_of(string));
}

static void say_number(const struct funnel_text *text, struct buffer *out, const cJSON *object, const char *name)
{
    double value = number_of(object, name);
    if (isnan(value))
        say(out, "—");
    else
        figures_number(out, text->language, value, 0);
}

static void say_percent(const struct funnel_text *text, struct buffer *out, const cJSON *object, const char *name)
{
    figures_percent(out, text->language, number_of(object, name));
}

/* 2024-03-28T14:25:00+03:00 -> 28.03.2024 14:25 or 2024-03-28 14:25 */
static void say_time(const struct funnel_text *text, struct buffer *out, const char *time, bool with_clock)
{
    if (strlen(time) < 16)
        return;
    if (text->language == LANGUAGE_RU)
        buffer_format(out, "%.2s.%.2s.%.4s", time + 8, time + 5, time);
    else
        buffer_format(out, "%.10s", time);
    if (with_clock)
        buffer_format(out, " %.5s", time + 11);
}

/* ---- head ---- */

static void say_group(const struct funnel_text *text, struct buffer *out)
{
    const cJSON *group = member(text->snapshot, "group"), *dimensions = member(text->application, "dimensions"), *each;
    if (cJSON_GetArraySize(group) == 0)
        say(out, word(text, WORD_ALL));
    cJSON_ArrayForEach(each, group) {
        const char *value = cJSON_IsString(each) ? each->valuestring : "";
        const char *title = string_of(member(find(dimensions, "name", each->string), "titles"), value);
        buffer_format(out, "%s%s: %s", each == group->child ? "" : ", ", each->string, *title != '\0' ? title : value);
    }
}

/* октябрь 2026, 05.10.2026 – 12.10.2026, последние 30 дней */
static void say_window(const struct funnel_text *text, struct buffer *out)
{
    static const char *const months[12][2] = {{"январь", "January"}, {"февраль", "February"}, {"март", "March"}, {"апрель", "April"}, {"май", "May"}, {"июнь", "June"},
                                              {"июль", "July"}, {"август", "August"}, {"сентябрь", "September"}, {"октябрь", "October"}, {"ноябрь", "November"}, {"декабрь", "December"}};
    static const char rolling[] = "rolling-";
    const char *window = string_of(text->snapshot, "window"), *start = string_of(text->snapshot, "start");
    bool russian = text->language == LANGUAGE_RU;
    long month = strlen(start) >= 7 ? strtol(start + 5, NULL, 10) : 0;
    int64_t length_s;
    if (strcmp(window, "month") == 0 && month >= 1 && month <= 12) {
        buffer_format(out, "%s %.4s", months[month - 1][!russian], start);
    } else if (strcmp(window, "year") == 0) {
        buffer_format(out, "%.4s", start);
    } else if (strncmp(window, rolling, sizeof rolling - 1) == 0 && notation_seconds(window + sizeof rolling - 1, &length_s)) {
        bool day = length_s == 86400;
        if (day || length_s == 3600) {
            say(out, russian ? "последний " : "last ");
            say(out, day ? (russian ? "день" : "day") : (russian ? "час" : "hour"));
            return;
        }
        say(out, russian ? "последние " : "last ");
        words_duration(out, text->language, length_s, CASE_ACCUSATIVE);
    } else {
        say_time(text, out, start, strcmp(window, "hour") == 0);
        say(out, " – ");
        say_time(text, out, string_of(text->snapshot, "end"), strcmp(window, "hour") == 0);
    }
}

static void write_head(const struct funnel_text *text, const cJSON *view, struct buffer *out)
{
    struct buffer bytes = {0};
    buffer_format(&bytes, "%s · ", string_of(text->snapshot, "title"));
    say_window(text, &bytes);
    say(&bytes, " · ");
    say_group(text, &bytes);
    line(text, out, BOLD, &bytes);
    buffer_format(&bytes, "%s; %s ", word(text, text->basis == FUNNEL_COHORT ? WORD_COHORT : WORD_ACTIVITY), word(text, WORD_AS_OF));
    say_time(text, &bytes, string_of(text->snapshot, "as_of"), true);
    line(text, out, DIM, &bytes);
    buffer_format(&bytes, "%s: ", word(text, WORD_ENTERED));
    say_number(text, &bytes, view, "entered");
    buffer_format(&bytes, ", %s: ", word(text, WORD_WON));
    say_number(text, &bytes, view, "won");
    say(&bytes, " (");
    say_percent(text, &bytes, view, "conversion");
    buffer_format(&bytes, "), %s: ", word(text, WORD_LOST));
    say_number(text, &bytes, view, "lost");
    if (!isnan(number_of(view, "open"))) {
        buffer_format(&bytes, ", %s: ", word(text, WORD_OPEN));
        say_number(text, &bytes, view, "open");
    }
    if (number_of(view, "won_amount") > 0) {
        buffer_format(&bytes, ", %s: ", word(text, WORD_AMOUNT));
        figures_money(&bytes, text->language, number_of(view, "won_amount"), currency_of(text));
    }
    line(text, out, PLAIN, &bytes);
    free(bytes.data);
}

/* ---- steps ---- */

enum column { TITLE, BAR, REACHED, CONVERSION, MATURED, LOST, OPEN, SKIPPED, RANK, COLUMNS };

struct cell { struct buffer bytes; enum colour colour; };

static int rank_of(const cJSON *view, const char *step)
{
    int rank = 0;
    const cJSON *each;
    cJSON_ArrayForEach(each, member(view, "bottlenecks")) if (++rank <= COSTLIEST && strcmp(string_of(each, "to"), step) == 0) return rank;
    return 0;
}

static void cut_title(struct buffer *title, int most)
{
    if (text_characters((struct text){title->data, title->length}) <= most)
        return;
    size_t at = 0;
    for (int cells = 0; at < title->length; at++) {
        bool begins = ((unsigned char)title->data[at] & 0xC0) != 0x80;
        if (begins && cells++ == most - 1)
            break;
    }
    title->length = at;
    say(title, "…");
}

static void fill_row(const struct funnel_text *text, const cJSON *view, const cJSON *step, struct cell row[COLUMNS])
{
    const cJSON *left = member(step, "left");
    int rank = rank_of(view, string_of(step, "step"));
    say(&row[TITLE].bytes, string_of(step, "title"));
    cut_title(&row[TITLE].bytes, TITLE_CELLS);
    if (cJSON_IsTrue(member(step, "optional")))
        say(&row[TITLE].bytes, word(text, WORD_OPTIONAL));
    say_number(text, &row[REACHED].bytes, step, "reached");
    row[REACHED].colour = BOLD;
    say_percent(text, &row[CONVERSION].bytes, step, "conversion");
    row[CONVERSION].colour = rank > 0 ? RED : PLAIN;
    figures_percent(&row[MATURED].bytes, text->language, number_of(member(step, "matured"), "conversion"));
    say_number(text, &row[LOST].bytes, left, "lost");
    say_number(text, &row[OPEN].bytes, left, "open");
    if (number_of(step, "skipped") > 0)
        say_number(text, &row[SKIPPED].bytes, step, "skipped");
    if (rank > 0)
        buffer_format(&row[RANK].bytes, "◄ %d", rank);
    row[RANK].colour = RED;
}

static void fill_heads(const struct funnel_text *text, struct cell row[COLUMNS])
{
    static const enum word heads[COLUMNS] = {[TITLE] = WORD_STEP, [BAR] = WORD_COUNT, [REACHED] = WORD_REACHED, [CONVERSION] = WORD_CONVERSION, [MATURED] = WORD_MATURED,
                                             [LOST] = WORD_LEFT_LOST, [OPEN] = WORD_LEFT_OPEN, [SKIPPED] = WORD_SKIPPED, [RANK] = WORD_COUNT};
    for (int column = 0; column < COLUMNS; column++) {
        if (heads[column] != WORD_COUNT)
            say(&row[column].bytes, word(text, heads[column]));
        row[column].colour = DIM;
    }
}

static int cell_width(const struct cell *cell)
{
    return text_characters((struct text){cell->bytes.data, cell->bytes.length});
}

static void write_row(const struct funnel_text *text, struct cell row[COLUMNS], const int widths[COLUMNS], struct buffer *out)
{
    int pending = 0; /* spaces that only come before something */
    for (int column = 0; column < COLUMNS; column++) {
        if (widths[column] == 0)
            continue;
        int space = widths[column] - cell_width(&row[column]);
        bool to_the_left = column == TITLE || column == BAR || column == RANK;
        pending += to_the_left ? 0 : space;
        if (row[column].bytes.length > 0) {
            buffer_format(out, "%*s", pending, "");
            paint(text, out, row[column].colour, (struct text){row[column].bytes.data, row[column].bytes.length});
            pending = 0;
        }
        pending += (to_the_left ? space : 0) + GAP;
    }
    buffer_char(out, '\n');
}

static void measure(struct cell rows[][COLUMNS], int count, enum column column, int widths[COLUMNS])
{
    widths[column] = 0;
    for (int row = 0; row < count; row++)
        widths[column] = cell_width(&rows[row][column]) > widths[column] ? cell_width(&rows[row][column]) : widths[column];
}

/* The title's and the bar's cells give way until the table is no wider than the terminal. `widths` knows the other columns. */
static void fit(const struct funnel_text *text, const cJSON *view, struct cell rows[][COLUMNS], int count, int widths[COLUMNS])
{
    int over = BAR_CELLS + GAP - text->columns - GAP; /* no gap behind the last one */
    for (int column = 0; column < COLUMNS; column++)
        over += column == BAR || widths[column] == 0 ? 0 : widths[column] + GAP;
    over = text->columns == 0 || over < 0 ? 0 : over;
    int bar = over < BAR_CELLS ? BAR_CELLS - over : 0;
    over -= bar > 0 ? over : BAR_CELLS + GAP; /* without bars there is no column of them */
    if (over > 0 && widths[TITLE] - over < TITLE_LEAST)
        over = widths[TITLE] - TITLE_LEAST;
    for (int row = 1; over > 0 && row < count; row++)
        cut_title(&rows[row][TITLE].bytes, widths[TITLE] - over);
    double widest = 0;
    const cJSON *step;
    cJSON_ArrayForEach(step, member(view, "steps")) if (number_of(step, "reached") > widest) widest = number_of(step, "reached");
    int row = 1;
    cJSON_ArrayForEach(step, member(view, "steps")) {
        if (row == count)
            break;
        int cells = widest > 0 ? (int)ceil(bar * number_of(step, "reached") / widest) : 0;
        for (int i = 0; i < cells; i++)
            say(&rows[row][BAR].bytes, "█");
        rows[row++][BAR].colour = BLUE;
    }
    measure(rows, count, TITLE, widths);
    measure(rows, count, BAR, widths);
}

static void write_steps(const struct funnel_text *text, const cJSON *view, struct buffer *out)
{
    static const enum column only_if_said[] = {MATURED, LOST, OPEN, SKIPPED}; /* columns in which no step has a figure are left out */
    struct cell rows[STEPS_MAX + 1][COLUMNS] = {{{{0}, PLAIN}}};
    int count = 1, widths[COLUMNS] = {0};
    const cJSON *step;
    fill_heads(text, rows[0]);
    cJSON_ArrayForEach(step, member(view, "steps")) if (count <= STEPS_MAX) fill_row(text, view, step, rows[count++]);
    for (int column = 0; column < COLUMNS; column++)
        measure(rows, count, (enum column)column, widths);
    for (size_t i = 0; i < sizeof only_if_said / sizeof *only_if_said; i++) {
        bool said = false;
        for (int row = 1; row < count; row++) {
            const struct buffer *bytes = &rows[row][only_if_said[i]].bytes;
            said |= bytes->length > 0 && !text_equal((struct text){bytes->data, bytes->length}, TEXT("—"));
        }
        widths[only_if_said[i]] = said ? widths[only_if_said[i]] : 0;
    }
    fit(text, view, rows, count, widths);
    for (int row = 0; row < count; row++) {
        write_row(text, rows[row], widths, out);
        for (int column = 0; column < COLUMNS; column++)
            free(rows[row][column].bytes.data);
    }
    struct buffer foot = {0};
    say(&foot, word(text, WORD_FOOT));
    if (widths[LOST] > 0)
        line(text, out, DIM, &foot);
    free(foot.data);
}

/* ---- bottlenecks ---- */

static const char *title_of(const cJSON *view, const char *step)
{
    return string_of(find(member(view, "steps"), "step", step), "title");
}

static void say_reason(const struct funnel_text *text, const cJSON *bottleneck, const char *why, struct buffer *out)
{
    bool russian = text->language == LANGUAGE_RU;
    if (strcmp(why, "most_lost") == 0) {
        say(out, russian ? "здесь " : "");
        say_percent(text, out, bottleneck, "share");
        say(out, russian ? " всех ушедших" : " of all who left, left here");
    } else if (strcmp(why, "below_target") == 0) {
        say(out, russian ? "ниже цели " : "below the target of ");
        say_percent(text, out, bottleneck, "target");
    } else if (strcmp(why, "below_baseline") == 0) {
        say(out, russian ? "хуже, чем за прошлый период (" : "worse than the period before (");
        say_percent(text, out, bottleneck, "baseline");
        say(out, ")");
    } else if (strcmp(why, "lowest_conversion") == 0) {
        say(out, russian ? "конверсия ниже средней по воронке" : "conversion below the funnel's mean");
    } else {
        say(out, why);
    }
}

static void say_cost(const struct funnel_text *text, const cJSON *bottleneck, struct buffer *out)
{
    static const struct plural deals[2] = {{"сделки", "сделки", "сделок"}, {"deal", "deals", "deals"}}; /* after «около»: the genitive */
    bool russian = text->language == LANGUAGE_RU;
    double wins = number_of(bottleneck, "extra_wins"), amount = number_of(bottleneck, "extra_amount");
    if (isnan(wins)) {
        say(out, russian ? "не сосчитать: дальше не прошёл никто" : "cannot be told: nobody went on");
        return;
    }
    if (wins < 0.05) {
        say(out, russian ? "в выигранных сделках пока не видна" : "not seen in deals yet");
        return;
    }
    int decimals = wins < 9.95 ? 1 : 0;
    say(out, russian ? "около " : "about ");
    figures_number(out, text->language, wins, decimals);
    buffer_format(out, " %s", figures_plural(text->language, wins, decimals, &deals[!russian]));
    if (amount > 0) {
        say(out, ", ");
        figures_money(out, text->language, amount, currency_of(text));
    }
    say(out, russian ? ": столько добавила бы конверсия " : ": what a conversion of ");
    say_percent(text, out, bottleneck, "reference");
    say(out, russian ? "" : " would add");
}

static void write_bottleneck(const struct funnel_text *text, const cJSON *view, const cJSON *bottleneck, struct buffer *out)
{
    bool russian = text->language == LANGUAGE_RU;
    struct buffer bytes = {0};
    buffer_format(&bytes, "%d. %s → %s", (int)number_of(bottleneck, "rank"), title_of(view, string_of(bottleneck, "from")), title_of(view, string_of(bottleneck, "to")));
    line(text, out, RED, &bytes);
    say(&bytes, russian ? "   прошли " : "   passed ");
    say_number(text, &bytes, bottleneck, "passed");
    say(&bytes, russian ? " из " : " of ");
    say_number(text, &bytes, bottleneck, "reached");
    say(&bytes, ": ");
    say_percent(text, &bytes, bottleneck, "conversion");
    if (!isnan(number_of(bottleneck, "low"))) {
        say(&bytes, russian ? ", с поправкой на случай от " : ", allowing for chance ");
        say_percent(text, &bytes, bottleneck, "low");
        say(&bytes, russian ? " до " : " to ");
        say_percent(text, &bytes, bottleneck, "high");
    }
    line(text, out, PLAIN, &bytes);
    say(&bytes, russian ? "   почему: " : "   why: ");
    const cJSON *why;
    cJSON_ArrayForEach(why, member(bottleneck, "why")) {
        if (why != member(bottleneck, "why")->child)
            say(&bytes, "; ");
        say_reason(text, bottleneck, cJSON_IsString(why) ? why->valuestring : "", &bytes);
    }
    line(text, out, PLAIN, &bytes);
    say(&bytes, russian ? "   цена: " : "   cost: ");
    say_cost(text, bottleneck, &bytes);
    line(text, out, PLAIN, &bytes);
    free(bytes.data);
}

static void write_bottlenecks(const struct funnel_text *text, const cJSON *view, struct buffer *out)
{
    const cJSON *bottlenecks = member(view, "bottlenecks"), *bottleneck;
    struct buffer bytes = {0};
    say(&bytes, word(text, cJSON_GetArraySize(bottlenecks) > 0 ? WORD_BOTTLENECKS : WORD_NO_BOTTLENECKS));
    line(text, out, BOLD, &bytes);
    int rank = 0;
    cJSON_ArrayForEach(bottleneck, bottlenecks) {
        if (++rank <= COSTLIEST) {
            write_bottleneck(text, view, bottleneck, out);
            continue;
        }
        say(&bytes, rank == COSTLIEST + 1 ? word(text, WORD_ALSO) : ", ");
        buffer_format(&bytes, "%s (", title_of(view, string_of(bottleneck, "to")));
        say_number(text, &bytes, bottleneck, "left");
        say(&bytes, ")");
    }
    if (bytes.length > 0)
        line(text, out, PLAIN, &bytes);
    free(bytes.data);
}

/* ---- alerts ---- */

static void write_alerts(const struct funnel_text *text, struct buffer *out)
{
    struct buffer bytes = {0};
    int shown = 0;
    const cJSON *alert;
    cJSON_ArrayForEach(alert, text->alerts) {
        if (strcmp(string_of(alert, "status"), "firing") != 0 || shown == SHOWN_ALERTS)
            continue;
        if (shown++ == 0) {
            say(&bytes, word(text, WORD_ALERTS));
            buffer_char(out, '\n');
            line(text, out, BOLD, &bytes);
        }
        buffer_format(&bytes, "● %s: %s", string_of(member(alert, "labels"), "alertname"), string_of(member(alert, "annotations"), "summary"));
        line(text, out, RED, &bytes);
    }
    free(bytes.data);
}

void funnel_text_write(const struct funnel_text *text, struct buffer *out)
{
    const cJSON *view = member(text->snapshot, text->basis == FUNNEL_COHORT ? "cohort" : "activity");
    write_head(text, view, out);
    buffer_char(out, '\n');
    write_steps(text, view, out);
    buffer_char(out, '\n');
    write_bottlenecks(text, view, out);
    write_alerts(text, out);
}
