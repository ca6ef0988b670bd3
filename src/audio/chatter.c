/* alsa-lib's error handler is a variadic function, which Rust cannot define. This one formats the message and passes it on
   as text. */

#include <stdarg.h>
#include <stdio.h>

typedef void (*alsa_handler)(const char *file, int line, const char *function, int error, const char *format, ...);
typedef void (*listener)(const char *function, const char *message);

/* From alsa-lib. */
int snd_lib_error_set_handler(alsa_handler handler);
const char *snd_strerror(int error);

static listener told;

static void handler(const char *file, int line, const char *function, int error, const char *format, ...) {
    char message[512];
    va_list arguments;
    (void)file;
    (void)line;
    va_start(arguments, format);
    int length = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    if (error != 0 && (size_t)length < sizeof message)
        snprintf(message + length, sizeof message - (size_t)length, ": %s", snd_strerror(error));
    told(function, message);
}

/* From now on `to` is told what alsa-lib would write to standard error. To be called once. */
void stratus_alsa_tells(listener to) {
    told = to;
    snd_lib_error_set_handler(handler);
}
