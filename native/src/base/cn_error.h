/* Error codes of the C ABI as an enum, and their texts. */
#ifndef CN_ERROR_H
#define CN_ERROR_H

enum cn_error {
#define CENOTE_ERROR(name, value, text) CN_##name = (value),
#include "cenote/errors.def"
#undef CENOTE_ERROR
    CN_OK = 0
};

/* The text of a code, or NULL when there is no such code.  Any thread, wait-free; never free it. */
const char *cn_error_text(int code);

#endif
