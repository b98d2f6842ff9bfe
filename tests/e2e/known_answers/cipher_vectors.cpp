#include "tests/e2e/known_answers/cipher_vectors.hpp"

#include <ostream>

namespace keyward::e2e {
namespace {

using enum Ciphertext;

constexpr auto mcgrew_viega = "McGrew and Viega, The Galois/Counter Mode of Operation, appendix B";
constexpr auto sp800_38a = "NIST SP 800-38A, appendix F";
constexpr auto wycheproof_cbc = "C2SP/wycheproof, testvectors_v1/aes_cbc_pkcs5_test.json (Apache-2.0)";
constexpr auto fips_81 = "FIPS 81, table C1";
/// Published for ECB. One block of CBC with a zero IV gives the same result (NIST SP 800-38A 6.2).
constexpr auto sp800_67 = "NIST SP 800-67, appendix B";

}  // namespace

const std::vector<CipherVector>& cipher_vectors() {
    static const std::vector<CipherVector> vectors{
        {"Gcm_test_case_1", mcgrew_viega, "AES-GCM", "AES", "00000000000000000000000000000000",
         "000000000000000000000000", "", "", "", "58e2fccefa7e3061367f1d57a4e7455a", whole},
        {"Gcm_test_case_2", mcgrew_viega, "AES-GCM", "AES", "00000000000000000000000000000000",
         "000000000000000000000000", "", "00000000000000000000000000000000",
         "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf", whole},
        {"Gcm_test_case_3", mcgrew_viega, "AES-GCM", "AES", "feffe9928665731c6d6a8f9467308308",
         "cafebabefacedbaddecaf888", "",
         "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16"
         "aedf5aa0de657ba637b391aafd255",
         "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba"
         "30b396a0aac973d58e091473f5985",
         "4d5c2af327cd64a62cf35abd2ba6fab4", whole},
        {"Gcm_test_case_4", mcgrew_viega, "AES-GCM", "AES", "feffe9928665731c6d6a8f9467308308",
         "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
         "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16"
         "aedf5aa0de657ba637b39",
         "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba"
         "30b396a0aac973d58e091",
         "5bc94fbc3221a5db94fae95ae7121a47", whole},
        {"Gcm_test_case_7", mcgrew_viega, "AES-GCM", "AES",
         "000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "", "",
         "cd33b28ac773f74ba00ed1f312572435", whole},
        {"Gcm_test_case_8", mcgrew_viega, "AES-GCM", "AES",
         "000000000000000000000000000000000000000000000000", "000000000000000000000000", "",
         "00000000000000000000000000000000", "98e7247c07f0fe411c267e4384b0f600",
         "2ff58d80033927ab8ef4d4587514f0fb", whole},
        {"Gcm_test_case_9", mcgrew_viega, "AES-GCM", "AES",
         "feffe9928665731c6d6a8f9467308308feffe9928665731c", "cafebabefacedbaddecaf888", "",
         "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16"
         "aedf5aa0de657ba637b391aafd255",
         "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e"
         "2448b2fe324d9ccda2710acade256",
         "9924a7c8587336bfb118024db8674a14", whole},
        {"Gcm_test_case_10", mcgrew_viega, "AES-GCM", "AES",
         "feffe9928665731c6d6a8f9467308308feffe9928665731c", "cafebabefacedbaddecaf888",
         "feedfacedeadbeeffeedfacedeadbeefabaddad2",
         "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16"
         "aedf5aa0de657ba637b39",
         "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e"
         "2448b2fe324d9ccda2710",
         "2519498e80f1478f37ba55bd6d27618c", whole},
        {"Gcm_test_case_13", mcgrew_viega, "AES-GCM", "AES",
         "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "",
         "", "", "530f8afbc74536b9a963b4f1c4cb738b", whole},
        {"Gcm_test_case_14", mcgrew_viega, "AES-GCM", "AES",
         "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "",
         "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18",
         "d0d1c8a799996bf0265b98b5d48ab919", whole},
        {"Gcm_test_case_15", mcgrew_viega, "AES-GCM", "AES",
         "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888", "",
         "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16"
         "aedf5aa0de657ba637b391aafd255",
         "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f"
         "61e6393ba7a0abcc9f662898015ad",
         "b094dac5d93471bdec1a502270e3cc6c", whole},
        {"Gcm_test_case_16", mcgrew_viega, "AES-GCM", "AES",
         "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
         "feedfacedeadbeeffeedfacedeadbeefabaddad2",
         "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16"
         "aedf5aa0de657ba637b39",
         "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f"
         "61e6393ba7a0abcc9f662",
         "76fc6ece0f4e1768cddf8853bb2d551b", whole},
        {"ECB_AES128_F_1_1", sp800_38a, "AES-ECB", "AES", "2b7e151628aed2a6abf7158809cf4f3c", "", "",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69"
         "f2445df4f9b17ad2b417be66c3710",
         "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf43b1cd7f598ece23881b00e3ed0306887b0"
         "c785e27e8ad3f8223207104725dd4",
         "", whole},
        {"CBC_AES128_F_2_1", sp800_38a, "AES-CBC-PAD", "AES", "2b7e151628aed2a6abf7158809cf4f3c",
         "000102030405060708090a0b0c0d0e0f", "",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69"
         "f2445df4f9b17ad2b417be66c3710",
         "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff"
         "1caa1681fac09120eca307586e1a7",
         "", without_its_padding},
        {"CTR_AES128_F_5_1", sp800_38a, "AES-CTR", "AES", "2b7e151628aed2a6abf7158809cf4f3c",
         "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69"
         "f2445df4f9b17ad2b417be66c3710",
         "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e0"
         "31dda2fbe03d1792170a0f3009cee",
         "", whole},
        {"ECB_AES192_F_1_3", sp800_38a, "AES-ECB", "AES", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
         "", "",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69"
         "f2445df4f9b17ad2b417be66c3710",
         "bd334f1d6e45f25ff712a214571fa5cc974104846d0ad3ad7734ecb3ecee4eefef7afd2270e2e60adce0ba2face6444e9a4"
         "b41ba738d6c72fb16691603c18e0e",
         "", whole},
        {"CBC_AES192_F_2_3", sp800_38a, "AES-CBC-PAD", "AES",
         "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "000102030405060708090a0b0c0d0e0f", "",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69"
         "f2445df4f9b17ad2b417be66c3710",
         "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a571b242012fb7ae07fa9baac3df102e008b"
         "0e27988598881d920a9e64f5615cd",
         "", without_its_padding},
        {"CTR_AES192_F_5_3", sp800_38a, "AES-CTR", "AES", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
         "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69"
         "f2445df4f9b17ad2b417be66c3710",
         "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e941e36b26bd1ebc670d1bd1d665620abf74f7"
         "8a7f6d29809585a97daec58c6b050",
         "", whole},
        {"ECB_AES256_F_1_5", sp800_38a, "AES-ECB", "AES",
         "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "", "",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69"
         "f2445df4f9b17ad2b417be66c3710",
         "f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870b6ed21b99ca6f4f9f153e7b1beafed1d233"
         "04b7a39f9f3ff067d8d8f9e24ecc7",
         "", whole},
        {"CBC_AES256_F_2_5", sp800_38a, "AES-CBC-PAD", "AES",
         "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
         "000102030405060708090a0b0c0d0e0f", "",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69"
         "f2445df4f9b17ad2b417be66c3710",
         "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461b2e"
         "b05e2c39be9fcda6c19078c6a9d1b",
         "", without_its_padding},
        {"CTR_AES256_F_5_5", sp800_38a, "AES-CTR", "AES",
         "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
         "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "",
         "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69"
         "f2445df4f9b17ad2b417be66c3710",
         "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc"
         "9c58db67aada613c2dd08457941a6",
         "", whole},
        {"Cbc_pkcs5_wycheproof_1", wycheproof_cbc, "AES-CBC-PAD", "AES", "e34f15c7bd819930fe9d66e0c166e61c",
         "da9520f7d3520277035173299388bee2", "", "", "b10ab60153276941361000414aed0a9d", "", whole},
        {"Cbc_pkcs5_wycheproof_8", wycheproof_cbc, "AES-CBC-PAD", "AES", "32b9c5c78c3a0689a86052420fa1e8fc",
         "ef026d27da3702d7bb72e5e364a8f8f2", "", "0b9262ec", "c29d1463baccc558fd720c897da5bb98", "", whole},
        {"Cbc_pkcs5_wycheproof_17", wycheproof_cbc, "AES-CBC-PAD", "AES", "4ed56753de6f75a032ebabca3ce27971",
         "9a2c5e91d4f0b9b9da64b46c5c2c8cb2", "", "0c8c0f5619d9f8da5339281285",
         "f9900afee2acfe63f8f15d81bbf64c39", "", whole},
        {"Cbc_pkcs5_wycheproof_21", wycheproof_cbc, "AES-CBC-PAD", "AES", "cbffc6c8c7f76f46349c32d666f4efb0",
         "088e01c2c65b26e7ad6af7b92ea09d73", "", "6df067add738195fd55ac2e76b476971b9a0e6d8",
         "e9199842355ea0c3dbf1b2a94fef1c802a95d024df9e407883cf5bf1f02c3cdc", "", whole},
        {"Cbc_pkcs5_wycheproof_73", wycheproof_cbc, "AES-CBC-PAD", "AES",
         "3d6bf9edae6d881eade0ff8c7076a4835b71320c1f36b631", "db20f9a6f4d6b4e478f1a4b9d4051d34", "", "",
         "ff0c315873b4b1872abef2353b792ef0", "", whole},
        {"Cbc_pkcs5_wycheproof_80", wycheproof_cbc, "AES-CBC-PAD", "AES",
         "1eb21a9e995a8e45c9e71ecbd6fe615b3e0318007c64b644", "61f6060919c9c09ef06be28f39c344aa", "",
         "3aa73c48", "74dbdecbfa94b71d2d6ef03200c7d095", "", whole},
        {"Cbc_pkcs5_wycheproof_89", wycheproof_cbc, "AES-CBC-PAD", "AES",
         "d8d06ef6a53bbff5c8f12d791b8f4c67e574bf440736d1cc", "a6aaff339a729d30a7ec1328db36d23e", "",
         "a1171eae1979f48345dd9485a0", "3e7287df2a5ed9de4d817e352bd47ea7", "", whole},
        {"Cbc_pkcs5_wycheproof_93", wycheproof_cbc, "AES-CBC-PAD", "AES",
         "b7f165bced1613da5e747fdf9255832d30c07f2deeb5a326", "07ece5fe02266e073499fd4d66929034", "",
         "289647ea8d0ff31375a82aa1c620903048bb1d0e",
         "455d516e87851e6c894578a0f7126e0acbc7cfbb1d80296647ab89a79dfa6f71", "", whole},
        {"Cbc_pkcs5_wycheproof_145", wycheproof_cbc, "AES-CBC-PAD", "AES",
         "7bf9e536b66a215c22233fe2daaa743a898b9acb9f7802de70b40e3d6e43ef97",
         "eb38ef61717e1324ae064e86f1c3e797", "", "", "e7c166554d1bb32792c981fa674cc4d8", "", whole},
        {"Cbc_pkcs5_wycheproof_152", wycheproof_cbc, "AES-CBC-PAD", "AES",
         "d5c81b399d4c0d1583a13da56de6d2dc45a66e7b47c24ab1192e246dc961dd77",
         "abcf220eede012279c3a2d33295ff273", "", "2ae63cbf", "c45afe62fc9351ad0fc9b03bc2f3a91f", "", whole},
        {"Cbc_pkcs5_wycheproof_161", wycheproof_cbc, "AES-CBC-PAD", "AES",
         "abab815d51df29f740e4e2079fb798e0152836e6ab57d1536ae8929e52c06eb8",
         "38b916a7ad3a9251ae3bd8865ca3a688", "", "f0058d412a104e53d820b95a7f",
         "5e1c00e2ec829f92b87c6adf5c25262d", "", whole},
        {"Cbc_pkcs5_wycheproof_165", wycheproof_cbc, "AES-CBC-PAD", "AES",
         "c2039f0d05951aa8d9fbdf68be58a37cf99bd1afcedda286a9db470c3729ca92",
         "9a1d8ccc24c5e4d3995480af236be103", "", "ed5b5e28e9703bdf5c7b3b080f2690a605fcd0d9",
         "3a79bb6084c7116b58afe52d7181a0aacee1caa11df959090e2e7b0073d74817", "", whole},
        {"Des_cbc_table_C1", fips_81, "DES-CBC-PAD", "DES", "0123456789abcdef", "1234567890abcdef", "",
         "4e6f77206973207468652074696d6520666f7220616c6c20",
         "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6", "", without_its_padding},
        {"Des3_appendix_B_block_1", sp800_67, "DES3-CBC-PAD", "DESede",
         "0123456789abcdef23456789abcdef01456789abcdef0123", "0000000000000000", "", "5468652071756663",
         "a826fd8ce53b855f", "", without_its_padding},
        {"Des3_appendix_B_block_2", sp800_67, "DES3-CBC-PAD", "DESede",
         "0123456789abcdef23456789abcdef01456789abcdef0123", "0000000000000000", "", "6b2062726f776e20",
         "cce21c8112256fe6", "", without_its_padding},
        {"Des3_appendix_B_block_3", sp800_67, "DES3-CBC-PAD", "DESede",
         "0123456789abcdef23456789abcdef01456789abcdef0123", "0000000000000000", "", "666f78206a756d70",
         "68d5c05dd9b6b900", "", without_its_padding},
    };
    return vectors;
}

/// From C2SP/wycheproof, testvectors_v1/aes_cbc_pkcs5_test.json (Apache-2.0).
const std::vector<WronglyPadded>& wrongly_padded() {
    static const std::vector<WronglyPadded> vectors{
        {26, "Using zero padding instead of PKCS #5 padding", "db4f3e5e3795cc09a073fa6a81e5a6bc",
         "23468aa734f5f0f19827316ff168e94f", "aa62606a287476777b92d8e4c4e53028"},
        {32, "Using a padding with 0xff instead of PKCS #5 padding", "db4f3e5e3795cc09a073fa6a81e5a6bc",
         "23468aa734f5f0f19827316ff168e94f", "726570a34cea08139d9f836579102a0e"},
        {38, "Using ISO/IEC 7816-4 padding instead of PKCS #5 padding", "db4f3e5e3795cc09a073fa6a81e5a6bc",
         "23468aa734f5f0f19827316ff168e94f", "50aeed98a820c5a037a5aa4d4ef3090b"},
        {44, "The length of the padding is longer than 1 block", "db4f3e5e3795cc09a073fa6a81e5a6bc",
         "23468aa734f5f0f19827316ff168e94f",
         "d17ccbb26f0aa95f397b20063547349bac24c5429cbea591e96595cccc11451b"},
        {50, "Using ANSI X.923 padding instead of PKCS #5 padding", "db4f3e5e3795cc09a073fa6a81e5a6bc",
         "23468aa734f5f0f19827316ff168e94f", "ca5dd2d09bd56eec9e8acaeca20af68e"},
        {55, "Using ISO 10126 padding instead of PKCS #5 padding", "db4f3e5e3795cc09a073fa6a81e5a6bc",
         "23468aa734f5f0f19827316ff168e94f", "ba0726bd6dea11382b19c842e2ddead2"},
        {60, "Padding is longer than the message", "db4f3e5e3795cc09a073fa6a81e5a6bc",
         "23468aa734f5f0f19827316ff168e94f", "d17ccbb26f0aa95f397b20063547349b"},
        {66, "Invalid PKCS #5 padding", "db4f3e5e3795cc09a073fa6a81e5a6bc",
         "23468aa734f5f0f19827316ff168e94f", "4ff3e623fdd432608c183f40864177af"},
        {71, "Using no padding at all", "db4f3e5e3795cc09a073fa6a81e5a6bc",
         "23468aa734f5f0f19827316ff168e94f", "fbcbdfdaaf17980be939c0b243266ecb"},
        {98, "Using zero padding instead of PKCS #5 padding",
         "9e20311eaf2eaf3e3a04bc52564e67313c84940a2996e3f2", "a3fe6f76e8f582830bbe83574a7bb729",
         "2c010faa25c68c3b30b8c1491c316d5f"},
        {104, "Using a padding with 0xff instead of PKCS #5 padding",
         "9e20311eaf2eaf3e3a04bc52564e67313c84940a2996e3f2", "a3fe6f76e8f582830bbe83574a7bb729",
         "6ded36cc7603e514014dfb7199900676"},
        {110, "Using ISO/IEC 7816-4 padding instead of PKCS #5 padding",
         "9e20311eaf2eaf3e3a04bc52564e67313c84940a2996e3f2", "a3fe6f76e8f582830bbe83574a7bb729",
         "c0e402c8bbdda18c8ddd86470bd4b244"},
        {116, "The length of the padding is longer than 1 block",
         "9e20311eaf2eaf3e3a04bc52564e67313c84940a2996e3f2", "a3fe6f76e8f582830bbe83574a7bb729",
         "f1605abb4e6628347c616da350fe243043a8d7b6aea244ca013f45241d802213"},
        {122, "Using ANSI X.923 padding instead of PKCS #5 padding",
         "9e20311eaf2eaf3e3a04bc52564e67313c84940a2996e3f2", "a3fe6f76e8f582830bbe83574a7bb729",
         "215571a18a70140f3a0fd4c1b2dd6316"},
        {127, "Using ISO 10126 padding instead of PKCS #5 padding",
         "9e20311eaf2eaf3e3a04bc52564e67313c84940a2996e3f2", "a3fe6f76e8f582830bbe83574a7bb729",
         "13e75f9ffe2afa81b9a2e7faf74aab6d"},
        {132, "Padding is longer than the message", "9e20311eaf2eaf3e3a04bc52564e67313c84940a2996e3f2",
         "a3fe6f76e8f582830bbe83574a7bb729", "f1605abb4e6628347c616da350fe2430"},
        {138, "Invalid PKCS #5 padding", "9e20311eaf2eaf3e3a04bc52564e67313c84940a2996e3f2",
         "a3fe6f76e8f582830bbe83574a7bb729", "97ab405b86c388f144cf74fbb9358493"},
        {143, "Using no padding at all", "9e20311eaf2eaf3e3a04bc52564e67313c84940a2996e3f2",
         "a3fe6f76e8f582830bbe83574a7bb729", "a7cfcdabcc5a2736a2708c1cb0b61432"},
        {170, "Using zero padding instead of PKCS #5 padding",
         "7c78f34dbce8f0557d43630266f59babd1cb92ba624bd1a8f45a2a91c84a804a",
         "f010f61c31c9aa8fa0d5be5f6b0f2f70", "e07558d746574528fb813f34e3fb7719"},
        {176, "Using a padding with 0xff instead of PKCS #5 padding",
         "7c78f34dbce8f0557d43630266f59babd1cb92ba624bd1a8f45a2a91c84a804a",
         "f010f61c31c9aa8fa0d5be5f6b0f2f70", "c007ddffb76b95208505fe7f3be96172"},
        {182, "Using ISO/IEC 7816-4 padding instead of PKCS #5 padding",
         "7c78f34dbce8f0557d43630266f59babd1cb92ba624bd1a8f45a2a91c84a804a",
         "f010f61c31c9aa8fa0d5be5f6b0f2f70", "4dd5f910c94700235c9ed239160e34e2"},
        {188, "The length of the padding is longer than 1 block",
         "7c78f34dbce8f0557d43630266f59babd1cb92ba624bd1a8f45a2a91c84a804a",
         "f010f61c31c9aa8fa0d5be5f6b0f2f70",
         "524236e25956e950713bec0d3d579068f34e4d18c4ccab081317dae526fe7fca"},
        {194, "Using ANSI X.923 padding instead of PKCS #5 padding",
         "7c78f34dbce8f0557d43630266f59babd1cb92ba624bd1a8f45a2a91c84a804a",
         "f010f61c31c9aa8fa0d5be5f6b0f2f70", "fb38cbef13f1d5be9c0ac7ed9cbe023c"},
        {199, "Using ISO 10126 padding instead of PKCS #5 padding",
         "7c78f34dbce8f0557d43630266f59babd1cb92ba624bd1a8f45a2a91c84a804a",
         "f010f61c31c9aa8fa0d5be5f6b0f2f70", "a05c14da0109093c195b4998812fe150"},
        {204, "Padding is longer than the message",
         "7c78f34dbce8f0557d43630266f59babd1cb92ba624bd1a8f45a2a91c84a804a",
         "f010f61c31c9aa8fa0d5be5f6b0f2f70", "524236e25956e950713bec0d3d579068"},
        {210, "Invalid PKCS #5 padding", "7c78f34dbce8f0557d43630266f59babd1cb92ba624bd1a8f45a2a91c84a804a",
         "f010f61c31c9aa8fa0d5be5f6b0f2f70", "32ac6057df2a5d1e2e5131348c6ebc4e"},
        {215, "Using no padding at all", "7c78f34dbce8f0557d43630266f59babd1cb92ba624bd1a8f45a2a91c84a804a",
         "f010f61c31c9aa8fa0d5be5f6b0f2f70", "8881e9e02fa9e3037b397957ba1fb7ce"},
    };
    return vectors;
}

void PrintTo(const CipherVector& vector, std::ostream* out) {
    *out << vector.name << " of " << vector.source;
}

void PrintTo(const WronglyPadded& vector, std::ostream* out) {
    *out << "test " << vector.id << ": " << vector.what;
}

}  // namespace keyward::e2e
