#include "message_lines.h"

#include <math.h>
#include <stdlib.h>

#include "../core/alert.h"
#include "../settings/dimension_section.h"
#include "../wire/utf8.h"

enum { OLDEST_SHOWN = 5, TEXT_MOST = 160 /* bytes shown of a title or name */ };

/* ---- pieces ---- */

static struct text cut(const char *string)
{
    return utf8_cut(text_of(string), TEXT_MOST);
}

/* Our own words: the Russian or the English ones. They hold nothing that needs escaping. */
static void say(struct writing *writing, const char *russian, const char *english)
{
    buffer_text(&writing->line, text_of(writing->ru ? russian : english));
}

static void show(struct writing *writing, const char *text)
{
    markup_text(&writing->line, writing->style->markup, cut(text));
}

static void percent(struct writing *writing, double share)
{
    figures_percent(&writing->line, writing->style->language, share);
}

static enum noun lead_noun(const struct writing *writing)
{
    return words_lead(writing->style->settings->http.lead);
}

static void leads(struct writing *writing, int64_t count, enum grammar_case grammar_case)
{
    words_count(&writing->line, writing->style->language, count, lead_noun(writing), grammar_case);
}

static void duration(struct writing *writing, double seconds, enum grammar_case grammar_case)
{
    words_duration(&writing->line, writing->style->language, seconds >= 0 && seconds < 1e12 ? (int64_t)seconds : 0, grammar_case);
}

size_t message_lines_length(struct text text)
{
    size_t units = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        units += (c & 0xC0) != 0x80 ? 1 + (c >= 0xF0) : 0;
    }
    return units;
}

/* The line is done: it joins the message if there is room, else it is left out. */
static bool end_line(struct writing *writing)
{
    struct text line = {writing->line.data, writing->line.length}, so_far = {writing->out->data, writing->out->length};
    bool fits = line.length > 0 && message_lines_length(so_far) + message_lines_length(line) + 1 <= writing->style->most;
    if (fits && so_far.length > 0)
        buffer_char(writing->out, '\n');
    if (fits)
        buffer_text(writing->out, line);
    writing->line.length = 0;
    return fits;
}

/* ---- lines ---- */

static const char *sign_of(const struct notice *notice)
{
    const char *severity = notice_label(notice, "severity");
    if (notice->status == NOTICE_RESOLVED)
        return "✅";
    if (severity != NULL && strcmp(severity, "critical") == 0)
        return "🔴";
    return severity != NULL && strcmp(severity, "info") == 0 ? "🔵" : "🟠";
}

static void say_headline(struct writing *writing)
{
    static const struct { const char *firing[2], *resolved[2]; } headlines[] = {
        [ALERT_BELOW_TARGET] = {{"конверсия ниже цели", "conversion below target"}, {"конверсия больше не ниже цели", "conversion no longer below target"}},
        [ALERT_DROPPED] = {{"конверсия упала", "conversion dropped"}, {"конверсия больше не снижена", "conversion has recovered"}},
        [ALERT_DRIFT] = {{"конверсия сползает вниз", "conversion drifts down"}, {"конверсия больше не сползает", "conversion no longer drifts"}},
        [ALERT_STUCK] = {{"зависли на шаге", "stuck at a step"}, {"больше не зависают", "no longer stuck"}},
        [ALERT_SILENCE] = {{"нет событий", "no events"}, {"события снова идут", "events come again"}},
        [ALERT_REJECTED] = {{"события отвергнуты", "events are rejected"}, {"события больше не отвергаются", "events are no longer rejected"}},
    };
    const char *const *words = writing->notice->status == NOTICE_RESOLVED ? headlines[writing->rule->kind].resolved : headlines[writing->rule->kind].firing;
    say(writing, words[LANGUAGE_RU], words[LANGUAGE_EN]);
}

static bool head_line(struct writing *writing)
{
    const char *name = notice_label(writing->notice, "alertname"), *funnel = notice_label(writing->notice, "funnel");
    buffer_format(&writing->line, "%s ", sign_of(writing->notice));
    const char *title = writing->funnel != NULL ? writing->funnel->title : funnel != NULL ? funnel : writing->style->settings->application;
    markup_bold(&writing->line, writing->style->markup, cut(title));
    say(writing, ": ", ": ");
    if (writing->rule != NULL)
        say_headline(writing);
    else
        show(writing, name != NULL ? name : "?");
    return end_line(writing);
}

/* The step and the group: what the series is of. */
static void series_line(struct writing *writing)
{
    const struct settings *settings = writing->style->settings;
    if (writing->step >= 0) {
        int from = writing->funnel->previous_required[writing->step];
        if (from >= 0 && writing->rule != NULL && writing->rule->kind != ALERT_STUCK) {
            show(writing, writing->funnel->steps[from].title);
            say(writing, " → ", " → ");
        }
        show(writing, writing->funnel->steps[writing->step].title);
    }
    for (int d = 0; d < settings->dimension_count; d++) {
        const char *value = notice_label(writing->notice, settings->dimensions[d].name);
        if (value == NULL)
            continue;
        if (writing->line.length > 0)
            say(writing, " · ", " · ");
        show(writing, dimension_section_title(settings, d, text_of(value)).data);
    }
    const char *word = notice_label(writing->notice, "error");
    if (word != NULL && writing->funnel == NULL)
        show(writing, word);
    end_line(writing);
}

static void passed_of_reached(struct writing *writing)
{
    if (writing->notice->reached < 0 || writing->notice->passed < 0)
        return;
    say(writing, ": прошли ", ": ");
    figures_number(&writing->line, writing->style->language, (double)writing->notice->passed, 0);
    say(writing, " из ", " of ");
    leads(writing, writing->notice->reached, CASE_GENITIVE);
    say(writing, "", " went on");
}

static void conversion_line(struct writing *writing)
{
    const struct notice *notice = writing->notice;
    if (isnan(notice->value))
        return;
    bool target = writing->rule->kind == ALERT_BELOW_TARGET;
    if (writing->rule->matured) {
        say(writing, "ожидаемая через ", "expected within ");
        duration(writing, (double)writing->funnel->steps[writing->step].horizon_s, CASE_ACCUSATIVE);
        say(writing, " конверсия ", ": ");
    }
    if (!target && !isnan(notice->threshold)) {
        percent(writing, notice->threshold);
        say(writing, " → ", " → ");
    }
    percent(writing, notice->value);
    if (target && !isnan(notice->threshold)) {
        say(writing, " при цели ", ", the target is ");
        percent(writing, notice->threshold);
    }
    passed_of_reached(writing);
    if (notice->window != NULL) {
        say(writing, " ", " ");
        words_over_window(&writing->line, writing->style->language, notice->window);
    }
    end_line(writing);
}

static void certainty_line(struct writing *writing)
{
    const struct notice *notice = writing->notice;
    if (!isnan(notice->low) && !isnan(notice->high)) {
        say(writing, "с поправкой на случай от ", "allowing for chance, ");
        percent(writing, notice->low);
        say(writing, " до ", " to ");
        percent(writing, notice->high);
    }
    double chance = !isnan(notice->q_value) ? notice->q_value : notice->p_value;
    if (!isnan(chance)) {
        say(writing, writing->line.length > 0 ? "; " : "", writing->line.length > 0 ? "; " : "");
        say(writing, "риск ложной тревоги ", "chance of a false alarm ");
        words_chance(&writing->line, writing->style->language, chance);
    } else if (writing->rule->kind == ALERT_DRIFT) {
        say(writing, "ложных тревог по этому правилу ждём не больше ", "false alarms to be expected of this rule: at most ");
        figures_number(&writing->line, writing->style->language, writing->rule->false_alarms_per_s * 365 * 86400, 1);
        say(writing, " в год", " a year");
    }
    end_line(writing);
}

/* Leads that would have gone on at the former (or wanted) conversion, and what they would have come to. */
static void cost_line(struct writing *writing)
{
    const struct notice *notice = writing->notice;
    if (writing->notice->status == NOTICE_RESOLVED || notice->reached <= 0 || isnan(notice->value) || isnan(notice->threshold))
        return;
    double missing = (notice->threshold - notice->value) * (double)notice->reached;
    if (missing < 1)
        return;
    say(writing, "недосчитались около ", "missing here: about ");
    leads(writing, (int64_t)llround(missing), CASE_GENITIVE);
    const struct worth *worth = writing->style->worth;
    double deals = worth != NULL && writing->step >= 0 ? missing * worth->deals[writing->step] : NAN;
    if (deals >= 0.05) {
        double shown = deals < 9.95 ? round(deals * 10) / 10 : round(deals);
        say(writing, ", это около ", ", that is about ");
        if (shown == floor(shown)) {
            words_count(&writing->line, writing->style->language, (int64_t)shown, NOUN_DEAL, CASE_GENITIVE);
        } else {
            figures_number(&writing->line, writing->style->language, shown, 1);
            say(writing, "\u00a0сделки", " deals");
        }
        if (!isnan(worth->amount)) {
            say(writing, ", ", ", ");
            figures_money(&writing->line, writing->style->language, deals * worth->amount, writing->funnel->currency);
        }
    }
    end_line(writing);
}

static void stuck_line(struct writing *writing)
{
    if (isnan(writing->notice->value))
        return;
    leads(writing, (int64_t)writing->notice->value, CASE_NOMINATIVE);
    say(writing, " дольше ", " for longer than ");
    duration(writing, (double)writing->rule->older_than_s, CASE_GENITIVE);
    say(writing, ", порог ", ", the limit is ");
    figures_number(&writing->line, writing->style->language, (double)writing->rule->more_than, 0);
    end_line(writing);
}

static void silence_line(struct writing *writing)
{
    if (writing->notice->status == NOTICE_RESOLVED || isnan(writing->notice->value))
        return;
    say(writing, "тишина уже ", "silence for ");
    double hours = floor(writing->notice->value / 3600) * 3600; /* to the hour is fine enough */
    duration(writing, hours > 0 ? hours : writing->notice->value, CASE_ACCUSATIVE);
    say(writing, ", проверьте, шлёт ли CRM события", "; is the CRM still sending?");
    end_line(writing);
}

static void rejected_line(struct writing *writing)
{
    if (isnan(writing->notice->value))
        return;
    words_count(&writing->line, writing->style->language, (int64_t)writing->notice->value, NOUN_EVENT, CASE_NOMINATIVE);
    say(writing, " за ", " within ");
    duration(writing, (double)writing->rule->within_s, CASE_ACCUSATIVE);
    say(writing, ", лежат в ", ", kept in ");
    show(writing, writing->style->settings->dead_letters_topic);
    end_line(writing);
}

static void since_line(struct writing *writing)
{
    const struct notice *notice = writing->notice;
    const struct zone *zone = &writing->style->settings->zone;
    say(writing, "с ", "since ");
    words_moment(&writing->line, writing->style->language, zone, notice->active_at != TIME_NONE ? notice->active_at : notice->starts_at, notice->as_of);
    if (notice->status == NOTICE_RESOLVED) {
        say(writing, " до ", " until ");
        words_moment(&writing->line, writing->style->language, zone, notice->ends_at, notice->as_of);
    }
    end_line(writing);
}

static void burst_line(struct writing *writing)
{
    if (!alert_is_bulk(writing->notice->burst, writing->notice->reached) || writing->notice->status == NOTICE_RESOLVED)
        return;
    say(writing, "⚠️ ", "⚠️ ");
    percent(writing, writing->notice->burst);
    say(writing, " этого пришло разом: похоже на массовую правку в CRM", " of it came at once: perhaps a bulk edit in the CRM");
    end_line(writing);
}

static void lead_line(struct writing *writing, const cJSON *element)
{
    const char *lead = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(element, "lead")), *pattern = writing->style->settings->lead_url;
    int64_t since = notice_moment(element, "since");
    if (lead == NULL || since == TIME_NONE)
        return;
    say(writing, "• ", "• ");
    if (pattern != NULL) {
        static const char place[] = "{lead_id}";
        const char *at = strstr(pattern, place);
        struct buffer url = {0};
        buffer_text(&url, (struct text){pattern, (size_t)(at - pattern)});
        buffer_percent(&url, text_of(lead));
        buffer_text(&url, text_of(at + sizeof place - 1));
        markup_link(&writing->line, writing->style->markup, (struct text){url.data, url.length}, cut(lead));
        free(url.data);
    } else {
        show(writing, lead);
    }
    say(writing, " с ", " since ");
    words_day(&writing->line, writing->style->language, &writing->style->settings->zone, since, writing->notice->as_of);
    end_line(writing);
}

static void oldest_lines(struct writing *writing)
{
    const cJSON *element;
    int shown = 0;
    if (writing->notice->status == NOTICE_RESOLVED)
        return;
    cJSON_ArrayForEach(element, writing->notice->oldest)
        if (shown++ < OLDEST_SHOWN)
            lead_line(writing, element);
}

/* In the words of the record, where the configuration has none. */
static void record_lines(struct writing *writing)
{
    static const char *const names[] = {"summary", "description"};
    for (int i = 0; i < 2; i++) {
        const char *text = notice_annotation(writing->notice, names[i]);
        if (text != NULL)
            markup_text(&writing->line, writing->style->markup, text_of(text));
        end_line(writing);
    }
}

static bool is_address(const char *text)
{
    return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
}

/* The rule's author's own words: addresses among them may be followed. */
static void show_words(struct writing *writing, const char *text)
{
    for (size_t left = cut(text).length, length; left > 0; text += length, left -= length) {
        length = *text == ' ' ? 1 : strcspn(text, " ");
        length = length < left ? length : left;
        struct text word = {text, length};
        if (is_address(text))
            markup_link(&writing->line, writing->style->markup, word, word);
        else
            markup_text(&writing->line, writing->style->markup, word);
    }
}

/* What the rule's author wants people to have at hand (a runbook), and the page. */
static void link_lines(struct writing *writing)
{
    for (int i = 0; writing->rule != NULL && i < writing->rule->annotation_count; i++) {
        const struct label *annotation = &writing->rule->annotations[i];
        if (is_address(annotation->value) && strchr(annotation->value, ' ') == NULL) {
            markup_link(&writing->line, writing->style->markup, text_of(annotation->value), cut(annotation->name));
        } else {
            show(writing, annotation->name);
            say(writing, ": ", ": ");
            show_words(writing, annotation->value);
        }
        end_line(writing);
    }
    if (writing->notice->generator_url == NULL)
        return;
    struct text words = writing->ru ? TEXT("Открыть воронку") : TEXT("Open the funnel");
    markup_link(&writing->line, writing->style->markup, text_of(writing->notice->generator_url), words);
    end_line(writing);
}

static void figures_lines(struct writing *writing)
{
    switch (writing->rule->kind) {
    case ALERT_BELOW_TARGET:
    case ALERT_DROPPED:
    case ALERT_DRIFT:
        conversion_line(writing);
        if (writing->notice->status != NOTICE_RESOLVED)
            certainty_line(writing);
        cost_line(writing);
        break;
    case ALERT_STUCK:
        stuck_line(writing);
        break;
    case ALERT_SILENCE:
        silence_line(writing);
        break;
    case ALERT_REJECTED:
        rejected_line(writing);
        break;
    }
}

/* ---- all of them ---- */

void message_lines_write(struct writing *writing)
{
    head_line(writing);
    series_line(writing);
    if (writing->rule != NULL)
        figures_lines(writing);
    else
        record_lines(writing);
    since_line(writing);
    burst_line(writing);
    oldest_lines(writing);
    link_lines(writing);
}
