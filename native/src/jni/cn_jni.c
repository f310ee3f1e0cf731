/* Java objects for the generated glue, and what the JVM calls when it loads the library. */
#include "jni/cn_jni.h"

#include <stdint.h>

#include "cenote/cenote.h"

/* In place of JavaCPP's (renamed by the build), which would look up classes of the javacpp jar: the glue here passes
 * integers only and keeps nothing.  Nothing is started at load, so there is nothing to undo at unload. */
JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved)
{
    (void)vm;
    (void)reserved;
    return JNI_VERSION_10;
}

jobject cn_jni_error_text(JNIEnv *env, jclass caller, jint code)
{
    (void)caller;
    const char *text = cenote_error_text(code);
    return text == NULL ? NULL : (*env)->NewStringUTF(env, text);
}

jobject cn_jni_view(JNIEnv *env, jclass caller, jlong address, jlong bytes)
{
    (void)caller;
    if (address == 0 || bytes <= 0 || bytes > INT32_MAX) return NULL; /* a ByteBuffer counts in int */
    return (*env)->NewDirectByteBuffer(env, (void *)(uintptr_t)address, bytes);
}
