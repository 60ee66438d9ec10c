#include "markup.h"

/* Line ends and other controls are spaces: a message's lines are ours. "@" is followed by a space of no width, which Mattermost and Rocket.Chat take for the
 * end of a mention. */
void markup_text(struct buffer *buffer, enum markup markup, struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '&')
            buffer_text(buffer, TEXT("&amp;"));
        else if (c == '<')
            buffer_text(buffer, TEXT("&lt;"));
        else if (c == '>')
            buffer_text(buffer, TEXT("&gt;"));
        else if (c == '@' && markup == MARKUP_SLACK)
            buffer_text(buffer, TEXT("@\u200b"));
        else
            buffer_char(buffer, c < ' ' || c == 0x7f ? ' ' : (char)c);
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
