/* Assertions against our own mistakes.  The world's mistakes are error codes (cn_error.h). */
#ifndef CN_ASSERT_H
#define CN_ASSERT_H

/* Prints what was expected, and where, and aborts: going on would corrupt somebody's memory. */
_Noreturn void cn_assert_failed(const char *expression, const char *file, int line);

/* On in every build: for code that runs once per magazine or rarer. */
#define CN_ASSERT(expression) ((expression) ? (void)0 : cn_assert_failed(#expression, __FILE__, __LINE__))

/* On in debug and test builds only: for whole-structure validity. */
#ifdef CN_DEBUG
#define CN_DEBUG_ASSERT(expression) CN_ASSERT(expression)
#else
#define CN_DEBUG_ASSERT(expression) ((void)0)
#endif

#endif
