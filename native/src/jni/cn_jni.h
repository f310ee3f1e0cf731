/* The few functions of the glue that make Java objects; JavaCPP's generated code calls them.
 * JavaCPP's own conversions would need its classes at run time, and ours need nothing but the JVM. */
#ifndef CN_JNI_H
#define CN_JNI_H

#include <jni.h>

#ifdef __cplusplus
extern "C" {
#endif

/* cenote_error_text(code) as a String; NULL for a code that is none, or with an OutOfMemoryError pending. */
jobject cn_jni_error_text(JNIEnv *env, jclass caller, jint code);

/* A direct ByteBuffer over [address, address + bytes).  It owns nothing: whoever asked keeps the memory mapped for as
 * long as the buffer may be used.  NULL when the range is empty, more than a buffer holds, or out of memory (pending). */
jobject cn_jni_view(JNIEnv *env, jclass caller, jlong address, jlong bytes);

#ifdef __cplusplus
}
#endif

#endif
