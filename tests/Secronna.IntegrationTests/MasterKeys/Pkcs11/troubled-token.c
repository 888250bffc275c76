// A PKCS#11 library that passes every call on to SoftHSM, until it is told to hang or to fail.
// Compile it with -DREAL='"/path/of/libsofthsm2.so"'.

#include <dlfcn.h>
#include <stddef.h>
#include <unistd.h>

// A version of two bytes, followed by the functions in the order of the standard (PKCS #11 v2.40, pkcs11f.h).
struct function_list {
    unsigned char version[2];
    void *functions[68];
};

enum { FINALIZE = 1, GET_TOKEN_INFO = 6, LOGIN = 18, FIND_OBJECTS_INIT = 26, DECRYPT = 34 };
enum { GENERAL_ERROR = 0x05, DEVICE_ERROR = 0x30 };

// In CK_TOKEN_INFO the flags follow the label, the manufacturer, the model and the serial number.
enum { FLAGS_AT = 32 + 32 + 16 + 16 };

volatile int hang, fail, fail_to_decrypt, more_flags;
volatile int hanging, finalized, logins;

static struct function_list real, ours;

static unsigned long finalize(void *reserved) {
    unsigned long answer = ((unsigned long (*)(void *))real.functions[FINALIZE])(reserved);
    __atomic_add_fetch(&finalized, 1, __ATOMIC_SEQ_CST);
    return answer;
}

static unsigned long token_info(unsigned long slot, unsigned char *info) {
    unsigned long answer = ((unsigned long (*)(unsigned long, void *))real.functions[GET_TOKEN_INFO])(slot, info);
    *(unsigned long *)(info + FLAGS_AT) |= more_flags;
    return answer;
}

static unsigned long login(unsigned long session, unsigned long user, void *pin, unsigned long length) {
    __atomic_add_fetch(&logins, 1, __ATOMIC_SEQ_CST);
    return ((unsigned long (*)(unsigned long, unsigned long, void *, unsigned long))real.functions[LOGIN])(session, user, pin, length);
}

static unsigned long find(unsigned long session, void *attributes, unsigned long count) {
    __atomic_add_fetch(&hanging, 1, __ATOMIC_SEQ_CST);
    while (hang)
        usleep(1000);
    __atomic_sub_fetch(&hanging, 1, __ATOMIC_SEQ_CST);
    if (fail)
        return DEVICE_ERROR;
    return ((unsigned long (*)(unsigned long, void *, unsigned long))real.functions[FIND_OBJECTS_INIT])(session, attributes, count);
}

static unsigned long decrypt(unsigned long session, void *box, unsigned long box_length, void *out, unsigned long *length) {
    if (fail_to_decrypt)
        return GENERAL_ERROR;
    return ((unsigned long (*)(unsigned long, void *, unsigned long, void *, unsigned long *))real.functions[DECRYPT])(
        session, box, box_length, out, length);
}

unsigned long C_GetFunctionList(struct function_list **list) {
    struct function_list *theirs;
    void *library = dlopen(REAL, RTLD_NOW | RTLD_LOCAL);
    unsigned long (*get)(struct function_list **) = library ? (unsigned long (*)(struct function_list **))dlsym(library, "C_GetFunctionList") : NULL;
    if (get == NULL || get(&theirs) != 0)
        return GENERAL_ERROR;
    real = ours = *theirs;
    ours.functions[FINALIZE] = (void *)finalize;
    ours.functions[GET_TOKEN_INFO] = (void *)token_info;
    ours.functions[LOGIN] = (void *)login;
    ours.functions[FIND_OBJECTS_INIT] = (void *)find;
    ours.functions[DECRYPT] = (void *)decrypt;
    *list = &ours;
    return 0;
}
