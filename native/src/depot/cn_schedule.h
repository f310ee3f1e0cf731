/* Places where tests let another thread run, to reach rare interleavings.
 *
 * Plain stress seldom meets ABA: a stack without stamps survived eight million operations, and broke in every run of
 * 400 thousand with a yield in the window.  Only test builds (CN_SCHEDULE) have these points. */
#ifndef CN_SCHEDULE_H
#define CN_SCHEDULE_H

#ifdef CN_SCHEDULE
void cn_schedule_point(void); /* defined by the test */
#else
static inline void cn_schedule_point(void)
{
}
#endif

#endif
