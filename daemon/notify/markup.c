#include "markup.h"

#define NO_WIDTH "\u200b" /* a space of no width: what chats look for does not go on behind it */

static bool is_letter(struct text text, size_t at)
{
    return at < text.length && ((text.data[at] >= '0' && text.data[at] <= '9') || ((text.data[at] | 0x20) >= 'a' && (text.data[at] | 0x20) <= 'z'));
}

/* What stands for the byte at `at`. NULL: itself. */
static const char *escape_of(enum markup markup, struct text text, size_t at)
{
    bool slack = markup == MARKUP_SLACK; /* its signs have no escape that Slack and Mattermost share: others that look the same stand for them */
    unsigned char c = (unsigned char)text.data[at];
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '@': /* a mention */
        return "@" NO_WIDTH;
    case '/': /* an address that a chat would make a link of by itself */
        return at >= 2 && text.data[at - 1] == '/' && text.data[at - 2] == ':' ? "/" NO_WIDTH : NULL;
    case ']': /* [text](address) */
        return slack ? "]" NO_WIDTH : NULL;
    case '*':
        return slack ? "\u2217" : NULL;
    case '~':
        return slack ? "\u223c" : NULL;
    case '`':
        return slack ? "\u02cb" : NULL;
    case '_': /* within a word, as in ids, it is no sign */
        return slack && !(at > 0 && is_letter(text, at - 1) && is_letter(text, at + 1)) ? "\u02cd" : NULL;
    default: /* line ends and other controls: a message's lines are ours */
        return c < ' ' || c == 0x7f ? " " : NULL;
    }
}

void markup_text(struct buffer *buffer, enum markup markup, struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        const char *escape = escape_of(markup, text, i);
        if (escape != NULL)
            buffer_text(buffer, text_of(escape));
        else
            buffer_char(buffer, text.data[i]);
    }
}

void markup_bold(struct buffer *buffer, enum markup markup, struct text text)
{
    buffer_text(buffer, markup == MARKUP_TELEGRAM ? TEXT("<b>") : TEXT("*"));
    markup_text(buffer, markup, text);
    buffer_text(buffer, markup == MARKUP_TELEGRAM ? TEXT("</b>") : TEXT("*"));
}

/* What would end the address early stands for itself in a percent escape. */
static void write_url(struct buffer *buffer, struct text url)
{
    for (size_t i = 0; i < url.length; i++) {
        unsigned char c = (unsigned char)url.data[i];
        if (c == '&')
            buffer_text(buffer, TEXT("&amp;"));
        else if (c <= ' ' || c == 0x7f || c == '"' || c == '<' || c == '>' || c == '|' || c == '\\' || c == '`')
            buffer_format(buffer, "%%%02X", c);
        else
            buffer_char(buffer, (char)c);
    }
}

void markup_link(struct buffer *buffer, enum markup markup, struct text url, struct text text)
{
    buffer_text(buffer, markup == MARKUP_TELEGRAM ? TEXT("<a href=\"") : TEXT("<"));
    write_url(buffer, url);
    buffer_text(buffer, markup == MARKUP_TELEGRAM ? TEXT("\">") : TEXT("|"));
    markup_text(buffer, markup, text);
    buffer_text(buffer, markup == MARKUP_TELEGRAM ? TEXT("</a>") : TEXT(">"));
}
