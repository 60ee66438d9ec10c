#include "words.h"

#include "../core/calendar.h"
#include "../settings/notation.h"

#define NO_BREAK "\u00a0"

struct russian { const char *one, *few, *many, *one_accusative, *one_genitive; };

static const struct russian russian[] = {
    [NOUN_LEAD] = {"лид", "лида", "лидов", "лид", "лида"},
    [NOUN_DEAL] = {"сделка", "сделки", "сделок", "сделку", "сделки"},
    [NOUN_REQUEST] = {"заявка", "заявки", "заявок", "заявку", "заявки"},
    [NOUN_EVENT] = {"событие", "события", "событий", "событие", "события"},
    [NOUN_SECOND] = {"секунда", "секунды", "секунд", "секунду", "секунды"},
    [NOUN_MINUTE] = {"минута", "минуты", "минут", "минуту", "минуты"},
    [NOUN_HOUR] = {"час", "часа", "часов", "час", "часа"},
    [NOUN_DAY] = {"день", "дня", "дней", "день", "дня"},
    [NOUN_WEEK] = {"неделя", "недели", "недель", "неделю", "недели"},
};

static const char *const english[][2] = {
    [NOUN_LEAD] = {"lead", "leads"},       [NOUN_DEAL] = {"deal", "deals"}, [NOUN_REQUEST] = {"request", "requests"}, [NOUN_EVENT] = {"event", "events"},
    [NOUN_SECOND] = {"second", "seconds"}, [NOUN_MINUTE] = {"minute", "minutes"}, [NOUN_HOUR] = {"hour", "hours"}, [NOUN_DAY] = {"day", "days"},
    [NOUN_WEEK] = {"week", "weeks"},
};

enum noun words_lead(enum lead_word word)
{
    static const enum noun nouns[] = {[LEAD_WORD_LEAD] = NOUN_LEAD, [LEAD_WORD_DEAL] = NOUN_DEAL, [LEAD_WORD_REQUEST] = NOUN_REQUEST};
    return nouns[word];
}

/* ---- counts ---- */

void words_chance(struct buffer *buffer, enum language language, double chance)
{
    enum { LEAST_PER_MILLE = 1 };
    if (chance < LEAST_PER_MILLE / 1000.0) {
        buffer_text(buffer, language == LANGUAGE_RU ? TEXT("меньше" NO_BREAK) : TEXT("under "));
        chance = LEAST_PER_MILLE / 1000.0;
    }
    figures_percent(buffer, language, chance);
}

/* 5 дней, дольше 1 дня, за неделю: the genitive has no few, and its one is its own. */
static struct plural forms_of(enum noun noun, enum grammar_case grammar_case)
{
    const struct russian *forms = &russian[noun];
    switch (grammar_case) {
    case CASE_GENITIVE:
        return (struct plural){forms->one_genitive, forms->many, forms->many};
    case CASE_ACCUSATIVE:
        return (struct plural){forms->one_accusative, forms->few, forms->many};
    default:
        return (struct plural){forms->one, forms->few, forms->many};
    }
}

void words_count(struct buffer *buffer, enum language language, int64_t count, enum noun noun, enum grammar_case grammar_case)
{
    struct plural forms = language == LANGUAGE_RU ? forms_of(noun, grammar_case) : (struct plural){english[noun][0], NULL, english[noun][1]};
    figures_number(buffer, language, (double)count, 0);
    buffer_text(buffer, language == LANGUAGE_RU ? TEXT(NO_BREAK) : TEXT(" "));
    buffer_text(buffer, text_of(figures_plural(language, (double)count, 0, &forms)));
}

/* ---- time ---- */

void words_duration(struct buffer *buffer, enum language language, int64_t seconds, enum grammar_case grammar_case)
{
    static const struct { int64_t length_s; enum noun noun; } units[] = {{86400, NOUN_DAY}, {3600, NOUN_HOUR}, {60, NOUN_MINUTE}, {1, NOUN_SECOND}};
    int unit = 0;
    while (seconds % units[unit].length_s != 0 || (seconds == 0 && units[unit].length_s > 1))
        unit++;
    words_count(buffer, language, seconds / units[unit].length_s, units[unit].noun, grammar_case);
}

static void write_day(struct buffer *buffer, enum language language, const struct date *date, int64_t year_now)
{
    static const char *const months[2][12] = {
        [LANGUAGE_RU] = {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
        [LANGUAGE_EN] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
    };
    buffer_format(buffer, "%d%s%s", date->day, language == LANGUAGE_RU ? NO_BREAK : " ", months[language][date->month - 1]);
    if (date->year != year_now)
        buffer_format(buffer, " %lld", (long long)date->year);
}

static struct date local_date(const struct zone *zone, int64_t moment)
{
    return calendar_date(moment + zone_offset(zone, moment));
}

void words_day(struct buffer *buffer, enum language language, const struct zone *zone, int64_t moment, int64_t now)
{
    struct date date = local_date(zone, moment);
    write_day(buffer, language, &date, local_date(zone, now).year);
}

void words_moment(struct buffer *buffer, enum language language, const struct zone *zone, int64_t moment, int64_t now)
{
    struct date date = local_date(zone, moment);
    write_day(buffer, language, &date, local_date(zone, now).year);
    buffer_format(buffer, ", %02d:%02d", date.hour, date.minute);
}

void words_over_window(struct buffer *buffer, enum language language, const char *window)
{
    static const struct { const char *name, *words[2]; } calendar[] = {
        {"hour", {"за этот час", "this hour"}},           {"day", {"за день", "today"}},
        {"week", {"за эту неделю", "this week"}},         {"month", {"за этот месяц", "this month"}},
        {"quarter", {"за этот квартал", "this quarter"}}, {"year", {"за этот год", "this year"}},
    };
    static const char rolling[] = "rolling-";
    int64_t seconds;
    for (size_t i = 0; i < sizeof calendar / sizeof *calendar; i++) {
        if (strcmp(window, calendar[i].name) == 0) {
            buffer_text(buffer, text_of(calendar[i].words[language]));
            return;
        }
    }
    if (strncmp(window, rolling, sizeof rolling - 1) == 0 && notation_seconds(window + sizeof rolling - 1, &seconds)) {
        buffer_text(buffer, language == LANGUAGE_RU ? TEXT("за ") : TEXT("over "));
        words_duration(buffer, language, seconds, CASE_ACCUSATIVE);
    }
}
