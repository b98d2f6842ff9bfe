#include "hsm/session/crypto_functions.hpp"

#include <algorithm>
#include <array>

#include "hsm/cryptoki/bounds.hpp"

namespace keyward::hsm {
namespace {

/// The Cryptoki functions of an action. C_Verify and C_VerifyFinal have other signatures and are not in the
/// table.
struct CallRow {
    CryptoOperation action;
    std::string_view init_name;
    CK_C_EncryptInit CK_FUNCTION_LIST::*init;
    std::string_view name;
    CK_C_Encrypt CK_FUNCTION_LIST::*one_shot;
    CK_C_EncryptFinal CK_FUNCTION_LIST::*final;
};

constexpr std::array calls{
    CallRow{CryptoOperation::encrypt, "C_EncryptInit", &CK_FUNCTION_LIST::C_EncryptInit, "C_Encrypt",
            &CK_FUNCTION_LIST::C_Encrypt, &CK_FUNCTION_LIST::C_EncryptFinal},
    CallRow{CryptoOperation::decrypt, "C_DecryptInit", &CK_FUNCTION_LIST::C_DecryptInit, "C_Decrypt",
            &CK_FUNCTION_LIST::C_Decrypt, &CK_FUNCTION_LIST::C_DecryptFinal},
    CallRow{CryptoOperation::sign, "C_SignInit", &CK_FUNCTION_LIST::C_SignInit, "C_Sign",
            &CK_FUNCTION_LIST::C_Sign, &CK_FUNCTION_LIST::C_SignFinal},
    CallRow{CryptoOperation::verify, "C_VerifyInit", &CK_FUNCTION_LIST::C_VerifyInit, "C_Verify", nullptr,
            nullptr},
};

const CallRow& row_of(CryptoOperation action) {
    return *std::ranges::find(calls, action, &CallRow::action);
}

constexpr std::uint8_t nothing = 0;
constexpr std::size_t longest_rest = 16384 / 8;

/// Cryptoki's inputs are not const, and some modules reject a null pointer.
CK_BYTE* pointer_to(ByteView octets) {
    return const_cast<CK_BYTE*>(octets.empty() ? &nothing : octets.data());
}

// A remote module passes an empty input on as a null pointer, which SoftHSM2 refuses while the operation
// stays active.
bool may_be_lost_emptiness(CK_RV value, ByteView input) {
    return value == CKR_ARGUMENTS_BAD && input.empty();
}

// When the failed call has ended the operation, the result of the following call is meaningless.
CK_RV first_of(CK_RV failure, CK_RV afterwards) {
    return afterwards == CKR_OPERATION_NOT_INITIALIZED ? failure : afterwards;
}

}  // namespace

CallResult init_operation(Lease& lease, CryptoOperation action, CK_MECHANISM& mechanism,
                          CK_OBJECT_HANDLE object) {
    const CallRow& row = row_of(action);
    return {row.init_name, (lease.p11().*row.init)(lease.session(), &mechanism, object)};
}

CallResult run_operation(Lease& lease, CryptoOperation action, ByteView input, const OutputLength& length,
                         SecretBytes& output) {
    const CallRow& row = row_of(action);
    const Functions& p11 = lease.p11();
    // Without a buffer the call would only return the length.
    output = SecretBytes(std::max<std::size_t>(length.room, 1));
    CK_ULONG size = output.size();
    const auto call = [&] {
        return (p11.*row.one_shot)(lease.session(), pointer_to(input), input.size(), output.writable().data(),
                                   &size);
    };
    CK_RV value = call();
    if (value == CKR_BUFFER_TOO_SMALL) {
        output = SecretBytes(bounded_output(row.name, size, output.size(), output.size() + longest_rest));
        size = output.size();
        value = call();
    }
    if (may_be_lost_emptiness(value, input)) {
        size = output.size();
        value = first_of(value, (p11.*row.final)(lease.session(), output.writable().data(), &size));
    }
    if (value == CKR_OK) output.truncate(bounded_output(row.name, size, length.least, length.most));
    return {row.name, value};
}

CallResult run_verify(Lease& lease, ByteView input, ByteView signature) {
    const Functions& p11 = lease.p11();
    const CK_ULONG size = std::max<CK_ULONG>(signature.size(), 1);
    CK_RV value = p11.C_Verify(lease.session(), pointer_to(input), input.size(), pointer_to(signature), size);
    if (may_be_lost_emptiness(value, input))
        value = first_of(value, p11.C_VerifyFinal(lease.session(), pointer_to(signature), size));
    return {row_of(CryptoOperation::verify).name, value};
}

bool has_ended(Lease& lease, CryptoOperation action) {
    const Functions& p11 = lease.p11();
    if (action == CryptoOperation::verify)
        return p11.C_VerifyFinal(lease.session(), pointer_to({}), 1) == CKR_OPERATION_NOT_INITIALIZED;
    SecretBytes rest(longest_rest);
    CK_ULONG size = rest.size();
    return (p11.*row_of(action).final)(lease.session(), rest.writable().data(), &size) ==
           CKR_OPERATION_NOT_INITIALIZED;
}

}  // namespace keyward::hsm
