#include <stdexcept>

#include "keys/public/ecdsa_signature.hpp"
#include "service/operations/use_request.hpp"

namespace keyward::service {
namespace {

Bytes taken_tag(SecretBytes& output) {
    if (output.size() < gcm_tag_size)
        throw std::runtime_error("the token's GCM ciphertext is shorter than its tag");
    const ByteView tag = output.reveal().last(gcm_tag_size);
    Bytes taken(tag.begin(), tag.end());
    output.truncate(output.size() - gcm_tag_size);
    return taken;
}

}  // namespace

UseResult successful_result(CryptoOperation action, const CryptoRequest& operation, SignatureForm form,
                            SecretBytes output) {
    UseResult result;
    switch (action) {
        case CryptoOperation::encrypt:
            if (!operation.iv.empty()) result.iv = operation.iv;
            if (operation.mechanism->scheme == Scheme::gcm) result.tag = taken_tag(output);
            result.output = std::move(output);
            break;
        case CryptoOperation::decrypt:
            result.output = std::move(output);
            break;
        case CryptoOperation::sign:
            result.signature = form == SignatureForm::der
                                   ? keys::ecdsa_der_from_raw(output.reveal())
                                   : Bytes(output.reveal().begin(), output.reveal().end());
            break;
        case CryptoOperation::verify:
            result.valid = true;
            break;
    }
    return result;
}

}  // namespace keyward::service
