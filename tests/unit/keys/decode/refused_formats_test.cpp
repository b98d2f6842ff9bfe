#include <gtest/gtest.h>

#include "tests/unit/keys/support/openssl_command.hpp"
#include "tests/unit/keys/support/sample_keys.hpp"

namespace keyward::keys::testing {
namespace {

const std::string encrypted =
    "is an encrypted private key, and there is no field for its passphrase: decrypt it first, for example "
    "with openssl pkey -in key.pem "
    "-out plain.pem (for DER: openssl pkey -inform DER -in key.der -out plain.pem), and send plain.pem";
const std::string expected =
    ", expected PEM or DER of a key (PKCS#8, PKCS#1, SEC1, SubjectPublicKeyInfo) or of an X.509 certificate";
const std::string from_request =
    "send the key itself, or its public key: openssl req -in request.pem -pubkey -noout";
const std::string no_key = "it holds no key: send the key itself";

/// The same refusal whichever keyType is sent.
void add_both(std::vector<Refused>& table, const std::string& name, const std::string& text,
              const std::string& refusal) {
    table.push_back(refused_private_key(name, text, refusal));
    table.push_back(refused_public_key(name + " as PUBLIC_KEY", text, refusal));
}

std::string made_by_openssl(const std::string& arguments) {
    return openssl_folder().made_by(arguments + " -out made", "made");
}

/// A block with this label; for the labels that are refused before anything inside is looked at.
std::string block(const std::string& label) {
    return "-----BEGIN " + label + "-----\nAAAA\n-----END " + label + "-----\n";
}

std::string neither(std::size_t size) {
    return "holds " + std::to_string(size) + " bytes that are neither DER nor PEM" + expected;
}

TEST(RefusedFormat, EncryptedPrivateKeys) {
    sample_keys();
    const std::string pbes2 = made_by_openssl("pkcs8 -topk8 -in P-256.pem -passout pass:secret");
    const std::string traditional = made_by_openssl("ec -in P-256.pem -aes128 -passout pass:secret");
    const std::string rsa = made_by_openssl("rsa -traditional -in RSA-2048.pem -aes256 -passout pass:secret");
    const std::string der = made_by_openssl("pkcs8 -topk8 -outform DER -in Ed25519.pem -passout pass:secret");
    std::vector<Refused> table;
    add_both(table, "PKCS#8 PEM", pbes2, encrypted);
    add_both(table, "PKCS#8 PEM in base64", base64(pbes2), encrypted);
    add_both(table, "PKCS#8 PEM in certutil's", certutil(pbes2), encrypted);
    add_both(table, "PKCS#8 DER", base64(der), encrypted);
    add_both(table, "PKCS#8 DER in certutil's", certutil(der), encrypted);
    add_both(table, "SEC1 PEM", traditional, encrypted);
    add_both(table, "SEC1 PEM in base64", base64(traditional), encrypted);
    add_both(table, "PKCS#1 PEM", rsa, encrypted);
    expect_all_refused(table);
}

TEST(RefusedFormat, WhatOtherToolsWrite) {
    std::vector<Refused> table;
    const std::string ssh_line = "is an OpenSSH public key line" + expected + ": ";
    const std::string convert = ssh_line + "convert it first: ssh-keygen -e -m PKCS8 -f key.pub";
    const std::string own_format = "is a private key in OpenSSH's own format" + expected +
                                   ": convert it first: ssh-keygen -p -m PKCS8 -f key";
    const std::string java = "is a Java keystore" + expected +
                             ": take the key out of it first: keytool -importkeystore to PKCS#12, then "
                             "openssl pkcs12 -nodes -nocerts";
    const std::string utf16 = "is text in UTF-16" + expected + ": save the file as ASCII or UTF-8 first";
    const std::string jwk = "is JSON, perhaps a JWK" + expected + ": send the key as PEM or DER";
    const std::string putty =
        "is a PuTTY key" + expected +
        ": convert it first: puttygen key.ppk -O private-openssh -o key, then ssh-keygen -p -m PKCS8 -f key";
    add_both(table, "ssh-rsa", "ssh-rsa AAAA user@host", convert);
    add_both(table, "ssh-rsa in base64", base64("ssh-rsa AAAA user@host\n"), convert);
    add_both(table, "ecdsa", "ecdsa-sha2-nistp256 AAAA", convert);
    add_both(table, "ssh-ed25519", "ssh-ed25519 AAAA",
             ssh_line + "it can't be converted by ssh-keygen: export the public key as SubjectPublicKeyInfo");
    add_both(table, "ssh-dss", "ssh-dss AAAA",
             ssh_line + "expected RSA, EC or Ed25519: make a new key of one of these");
    add_both(table, "SSH2", "---- BEGIN SSH2 PUBLIC KEY ----",
             "is a public key in SSH2's format" + expected +
                 ": convert it first: ssh-keygen -i -f key.pub | ssh-keygen -e -m PKCS8");
    add_both(table, "OpenSSH without its PEM", base64(std::string("openssh-key-v1\0none", 19)), own_format);
    add_both(table, "PuTTY", "PuTTY-User-Key-File-3: ssh-rsa", putty);
    add_both(table, "JWK", R"({"kty":"EC"})", jwk);
    add_both(table, "JWK in base64", base64(R"({"kty":"EC"})"), jwk);
    add_both(table, "JKS", base64("\xFE\xED\xFE\xED...."), java);
    add_both(table, "JCEKS", base64("\xCE\xCE\xCE\xCE...."), java);
    add_both(table, "UTF-16", base64(std::string("\xFF\xFE-\0-\0", 6)), utf16);
    add_both(table, "UTF-16 the other way", base64(std::string("\xFE\xFF\0-\0-", 6)), utf16);
    expect_all_refused(table);
}

TEST(RefusedFormat, PemWhoseLabelSaysThatItIsNoKey) {
    struct Row {
        std::string label, name, advice;
    };
    const std::string new_key = "expected RSA, EC or Ed25519: make a new key of one of these";
    const std::string pkcs7 =
        "take the certificate out of it first: openssl pkcs7 -in file.p7b -print_certs -out certificate.pem";
    std::vector<Refused> table;
    for (const Row& row : {
             Row{"OPENSSH PRIVATE KEY", "a private key in OpenSSH's own format",
                 "convert it first: ssh-keygen -p -m PKCS8 -f key (it changes the file, so work on a copy; "
                 "give an empty new passphrase)"},
             Row{"CERTIFICATE REQUEST", "a certificate request (PKCS#10)", from_request},
             Row{"NEW CERTIFICATE REQUEST", "a certificate request (PKCS#10)", from_request},
             Row{"TRUSTED CERTIFICATE", "a certificate in OpenSSL's own trusted format",
                 "convert it first: openssl x509 -in trusted.pem -out certificate.pem"},
             Row{"DSA PRIVATE KEY", "a DSA private key", new_key},
             Row{"PGP PRIVATE KEY BLOCK", "a PGP key", new_key},
             Row{"PGP PUBLIC KEY BLOCK", "a PGP key", new_key},
             Row{"PKCS7", "a PKCS#7 message", pkcs7},
             Row{"CMS", "a CMS message", no_key},
             Row{"X509 CRL", "a certificate revocation list", no_key},
             Row{"DH PARAMETERS", "a set of DH parameters", no_key},
             Row{"DSA PARAMETERS", "a set of DSA parameters", no_key},
             Row{"EC PARAMETERS", "a set of EC parameters", no_key},
         })
        add_both(table, row.label, block(row.label),
                 "is " + row.name + ", not a key that can be taken: " + row.advice);
    expect_all_refused(table);
}

TEST(RefusedFormat, DerThatIsNoKey) {
    sample_keys();
    std::vector<Refused> table;
    openssl_folder().run("openssl req -x509 -new -days 1 -subj /CN=a -key P-256.pem -out cert.pem");
    const std::string request = made_by_openssl("req -new -subj /CN=a -outform DER -key P-256.pem");
    const std::string pkcs12 =
        made_by_openssl("pkcs12 -export -inkey P-256.pem -in cert.pem -passout pass:secret");
    const std::string pkcs7 = made_by_openssl("crl2pkcs7 -nocrl -certfile cert.pem -outform DER");
    add_both(table, "request", base64(request),
             "is a certificate request (PKCS#10), not a key that can be taken: " + from_request);
    add_both(table, "request in certutil's", certutil(request),
             "is a certificate request (PKCS#10), not a key that can be taken: " + from_request);
    add_both(table, "PKCS#12", base64(pkcs12),
             "is a PKCS#12 file, not a key that can be taken: take the key out of it first: openssl pkcs12 "
             "-in file.p12 -nodes "
             "-nocerts -out key.pem");
    add_both(table, "PKCS#12 in BER", base64(std::string("\x30\x80\x02\x01\x03\x30\x80", 7)),
             "is a PKCS#12 file, not a key that can be taken: take the key out of it first: openssl pkcs12 "
             "-in file.p12 -nodes "
             "-nocerts -out key.pem");
    add_both(table, "PKCS#7", base64(pkcs7),
             "is a PKCS#7 message, not a key that can be taken: take the certificate out of it first: "
             "openssl pkcs7 -in "
             "file.p7b -print_certs -out certificate.pem");
    const std::string number = der(2, "\x05");
    add_both(table, "DSA", base64(der_sequence({number, number, number, number, number, number})),
             "is a DSA private key, not a key that can be taken: expected RSA, EC or Ed25519: make a new key "
             "of one of these");
    add_both(table, "parameters", base64(der_sequence({number, number, number})),
             "is a set of DSA or DH parameters, not a key that can be taken: " + no_key);
    add_both(
        table, "a revocation list",
        base64(der_sequence({der_sequence({number, der_sequence({})}), der_sequence({}), der_bits("x")})),
        "is a certificate revocation list, not a key that can be taken: " + no_key);
    const std::string unknown =
        "is DER of an unknown structure, not a key that can be taken: expected a key in PKCS#8, PKCS#1, SEC1 "
        "or "
        "SubjectPublicKeyInfo, or "
        "an X.509 certificate";
    add_both(table, "an empty sequence", base64(der_sequence({})), unknown);
    add_both(table, "four numbers", base64(der_sequence({number, number, number, number})), unknown);
    add_both(table, "a nest of sequences",
             base64(der_sequence({der_sequence({der_sequence({der_sequence({})})})})), unknown);
    expect_all_refused(table);
}

TEST(RefusedFormat, SeveralPemBlocks) {
    const SampleKey& key = sample_key("P-256");
    const std::string& pem = key.format("PKCS#8 PEM");
    const std::string& certificate = key.format("certificate PEM");
    const auto blocks = [](const std::string& found) {
        return "has " + found + ", expected one: send the block of the one key that is meant";
    };
    expect_all_refused({
        refused_private_key("two keys", pem + pem, blocks("2 PEM blocks (PRIVATE KEY, PRIVATE KEY)")),
        refused_private_key("two keys in base64", base64(pem + sample_key("P-384").format("traditional PEM")),
                            blocks("2 PEM blocks (PRIVATE KEY, EC PRIVATE KEY)")),
        refused_private_key("a key and its certificate", pem + certificate,
                            blocks("2 PEM blocks (PRIVATE KEY, CERTIFICATE)")),
        refused_public_key("a chain", certificate + certificate + certificate,
                           blocks("3 PEM blocks (CERTIFICATE, CERTIFICATE, CERTIFICATE)")),
        refused_public_key("a longer chain",
                           certificate + certificate + certificate + certificate + certificate,
                           blocks("5 PEM blocks (CERTIFICATE, CERTIFICATE, CERTIFICATE, CERTIFICATE, …)")),
        refused_private_key("a label of the client's own", pem + block("MY OWN"),
                            blocks("2 PEM blocks (PRIVATE KEY, another)")),
        refused_private_key("nothing but two sets of parameters",
                            block("EC PARAMETERS") + block("EC PARAMETERS"),
                            "is a set of EC parameters, not a key that can be taken: " + no_key),
    });
}

TEST(RefusedFormat, CutAndLengthenedContents) {
    std::vector<Refused> table;
    for (const SampleKey& key : sample_keys()) {
        const std::string& der = key.format("PKCS#8 DER");
        const std::string& pem = key.format("PKCS#8 PEM");
        table.push_back(refused_private_key(
            key.name + " and a byte", base64(der + "x"),
            "goes on after the end of the DER (bytes behind it: 1): send one key and nothing behind it"));
        table.push_back(refused_private_key(
            key.name + " twice", base64(der + der),
            "goes on after the end of the DER (bytes behind it: " + std::to_string(der.size()) +
                "): send one key and nothing behind it"));
        table.push_back(refused_private_key(
            key.name + " without its last byte", base64(der.substr(0, der.size() - 1)),
            "is cut short or damaged: the DER says that it is longer than the " +
                std::to_string(der.size() - 1) + " bytes that are there; send the whole file"));
        table.push_back(refused_private_key(
            key.name + " without its END line", pem.substr(0, pem.size() - 20),
            "has a PEM block (PRIVATE KEY) without its -----END line: send the whole file"));
    }
    expect_all_refused(table);
}

TEST(RefusedFormat, WhatIsNoDer) {
    const std::string ber =
        "is BER of indefinite length, expected DER: convert it, for example with openssl pkey -inform DER "
        "-in key.ber "
        "-outform DER -out key.der";
    const auto longer = [](std::size_t size) {
        return "is cut short or damaged: the DER says that it is longer than the " + std::to_string(size) +
               " bytes that are there; send the whole file";
    };
    std::vector<Refused> table;
    add_both(table, "random bytes", base64("these are not a key"), neither(19));
    add_both(table, "32 zeros", base64(std::string(32, '\0')), neither(32));
    add_both(table, "one byte", base64("0"), neither(1));
    add_both(table, "no bytes", "-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----",
             "has a PEM block with nothing in it: send the whole file");
    add_both(table, "a word", "hello!!",
             "is not base64: character 6 does not belong to base64; send it encoded with, for example, "
             "base64 -w0");
    add_both(table, "hexadecimal of DER", "302e0201003005060032b6570a0b0c0d",
             neither(24) + "; it looks hexadecimal: convert it, for example with xxd -r -p | base64 -w0");
    add_both(table, "indefinite length", base64(std::string("\x30\x80\x02\x01\x00\x00\x00", 7)), ber);
    add_both(table, "a length of five octets", base64(std::string("\x30\x85\x01\x00\x00\x00\x00", 7)),
             longer(7));
    add_both(table, "a length that is not minimal", base64(std::string("\x30\x81\x01\x00", 4)), longer(4));
    add_both(table, "a length of four gigabytes", base64(std::string("\x30\x84\xFF\xFF\xFF\xFF", 6)),
             longer(6));
    add_both(table, "an element cut short inside", base64(std::string("\x30\x02\x02\x05", 4)),
             "is damaged: an element inside the DER is cut short; export the key again");
    add_both(table, "a tag of several octets", base64(std::string("\x30\x03\x1F\x81\x01", 5)),
             "is damaged: an element inside the DER is cut short; export the key again");
    expect_all_refused(table);
}

TEST(RefusedFormat, WrappingsWithoutEnd) {
    std::string wrapped = sample_key("Ed25519").format("PKCS#8 PEM");
    for (int layer = 0; layer < 5; ++layer)
        wrapped = certutil(wrapped);
    try {
        decode(KeyType::private_key, wrapped);
        FAIL() << "was accepted";
    } catch (const KeyFormatError& refusal) {
        EXPECT_NE(std::string(refusal.what()).find(" bytes that are neither DER nor PEM"), std::string::npos);
    }
}

}  // namespace
}  // namespace keyward::keys::testing
