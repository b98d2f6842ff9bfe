// A PKCS#11 module in front of SoftHSM2 whose calls hang or are delayed as a file says. Each line of the file
// that KEYWARD_HANG_FILE names is a function, which hangs, or a function and its delay in milliseconds.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

namespace {

CK_FUNCTION_LIST* real = nullptr;

/// The delay of a function: 0 when the file does not name it, -1 when it hangs.
int delay_of(const std::string& function) {
    const char* name = std::getenv("KEYWARD_HANG_FILE");
    std::ifstream file(name == nullptr ? "" : name);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string named;
        int milliseconds = -1;
        if (words >> named && named == function) return words >> milliseconds ? milliseconds : -1;
    }
    return 0;
}

void linger(const char* function) {
    const int delay = delay_of(function);
    if (delay > 0) std::this_thread::sleep_for(std::chrono::milliseconds(delay));
    while (delay_of(function) < 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

CK_RV finalize(void* reserved) {
    linger("C_Finalize");
    return real->C_Finalize(reserved);
}

CK_RV close_session(CK_SESSION_HANDLE session) {
    linger("C_CloseSession");
    return real->C_CloseSession(session);
}

CK_RV close_all_sessions(CK_SLOT_ID slot) {
    linger("C_CloseAllSessions");
    return real->C_CloseAllSessions(slot);
}

CK_RV find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR attributes, CK_ULONG count) {
    linger("C_FindObjectsInit");
    return real->C_FindObjectsInit(session, attributes, count);
}

CK_RV create_object(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR attributes, CK_ULONG count,
                    CK_OBJECT_HANDLE_PTR object) {
    linger("C_CreateObject");
    return real->C_CreateObject(session, attributes, count, object);
}

}  // namespace

extern "C" CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
    static CK_FUNCTION_LIST ours{};
    void* const library = dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return CKR_GENERAL_ERROR;
    const auto get =
        reinterpret_cast<CK_RV (*)(CK_FUNCTION_LIST_PTR_PTR)>(dlsym(library, "C_GetFunctionList"));
    if (get == nullptr) return CKR_GENERAL_ERROR;
    if (const CK_RV value = get(&real); value != CKR_OK) return value;
    ours = *real;
    ours.C_GetFunctionList = C_GetFunctionList;
    ours.C_Finalize = finalize;
    ours.C_CloseSession = close_session;
    ours.C_CloseAllSessions = close_all_sessions;
    ours.C_FindObjectsInit = find_objects_init;
    ours.C_CreateObject = create_object;
    *list = &ours;
    return CKR_OK;
}
