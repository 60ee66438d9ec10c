#include "letter_json.h"

#include "utf8.h"

static void base64(struct buffer *out, struct text text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < text.length; i += 3) {
        size_t left = text.length - i;
        uint32_t bits = (uint32_t)(unsigned char)text.data[i] << 16;
        bits |= left > 1 ? (uint32_t)(unsigned char)text.data[i + 1] << 8 : 0;
        bits |= left > 2 ? (uint32_t)(unsigned char)text.data[i + 2] : 0;
        buffer_char(out, digits[bits >> 18]);
        buffer_char(out, digits[bits >> 12 & 63]);
        buffer_char(out, left > 1 ? digits[bits >> 6 & 63] : '=');
        buffer_char(out, left > 2 ? digits[bits & 63] : '=');
    }
}

void letter_json(struct buffer *out, enum fault fault, const char *message, struct text source, int partition, int64_t offset, struct text value)
{
    buffer_char(out, '{');
    json_name(out, "error");
    json_string(out, text_of(fault_word(fault)));
    json_name(out, "message");
    json_string(out, text_of(message));
    json_name(out, "source");
    json_string(out, source);
    json_name(out, "partition");
    json_integer(out, partition);
    json_name(out, "offset");
    json_integer(out, offset);
    if (utf8_valid(value)) {
        json_name(out, "value");
        json_string(out, value);
    } else {
        json_name(out, "value_base64");
        buffer_char(out, '"');
        base64(out, value);
        buffer_char(out, '"');
    }
    buffer_char(out, '}');
}
