#include <nlohmann/json.hpp>

#include "tests/e2e/refusals/malformed.hpp"
#include "tests/e2e/support/encodings.hpp"

namespace keyward::e2e {
namespace {

using namespace std::string_literals;
using nlohmann::json;

// The content of every valid entry here: sixteen zero octets.
const std::string zeros = "AAAAAAAAAAAAAAAAAAAAAA==";
const std::string list =
    R"("cryptoKeyInfoEnvironmentList":[{"environmentName":"production","content":")" + zeros + R"("}])";
const std::string rest = R"("keyType":"SECRET_KEY","algorithm":"AES",)" + list;

/// A valid request with these octets instead of the value of its name.
std::string named(const std::string& value) {
    return "{\"name\":" + value + "," + rest + "}";
}
/// A valid request with these octets after its last member.
std::string with_member(const std::string& member) {
    return R"({"name":"never-made",)" + rest + "," + member + "}";
}
std::string nested(std::size_t depth, char open, char close) {
    // The surrounding object is one level.
    return with_member("\"x\":" + std::string(depth - 1, open) + std::string(depth - 1, close));
}

json good() {
    return json::parse(R"({"name":"never-made",)" + rest + "}");
}

/// The valid request with the member at the pointer set to a value, or (`erased`) removed.
std::string patched(const std::string& pointer, const json& value) {
    json body = good();
    body[json::json_pointer(pointer)] = value;
    return body.dump();
}
std::string without(const std::string& pointer) {
    json body = good();
    const json::json_pointer path(pointer);
    body[path.parent_pointer()].erase(path.back());
    return body.dump();
}

const std::string entries = "/cryptoKeyInfoEnvironmentList";
const std::string first = entries + "/0";

json entry(const std::string& environment, const std::string& content = zeros) {
    return {{"environmentName", environment}, {"content", content}};
}

std::vector<BodyRow> syntax_rows() {
    return {
        {"Empty", "", {}},
        {"Spaces", "   ", {}},
        {"Word", "hello", {}},
        {"OpenBrace", "{", {}},
        {"CloseBrace", "}", {}},
        {"OpenBracket", "[", {}},
        {"CutInAString", R"({"name":"nev)", {}},
        {"CutAfterAColon", R"({"name":)", {}},
        {"CutAfterAComma", R"({"name":"x",)", {}},
        {"CutBeforeTheEnd", R"({"name":"never-made",)" + rest, {}},
        {"CommaAtTheEnd", R"({"name":"never-made",)" + rest + ",}", {}},
        {"CommaAtTheEndOfAList", R"({"name":[1,]})", {}},
        {"TwoCommas", R"({"name":"x",,)" + rest + "}", {}},
        {"NoColon", R"({"name" "x",)" + rest + "}", {}},
        {"NoComma", R"({"name":"x" )" + rest + "}", {}},
        {"SingleQuotes", R"({'name':'x'})", {}},
        {"NameWithoutQuotes", R"({name:"x"})", {}},
        {"Comment", named("\"x\"/* why */"), {}},
        {"LineComment", named("\"x\"") + "// end", {}},
        {"TwoDocuments", named("\"never-made\"") + "{}", {}},
        {"TrailingWord", named("\"never-made\"") + " x", {}},
        {"TrailingNul", named("\"never-made\"") + "\0"s, {}},
        {"TrailingNulAndMore", named("\"never-made\"") + "\0{\"name\":\"other\"}"s, {}},
        {"TrailingBrace", named("\"never-made\"") + "}", {}},
        {"ByteOrderMark", "\xef\xbb\xbf" + named("\"never-made\""), {}},
        {"Utf16",
         "{\0\"\0n\0\"\0:\0"
         "1\0}\0"s,
         {}},
        {"DuplicateName", R"({"name":"never-made","name":"never-made",)" + rest + "}", {}},
        {"DuplicateBehindAnEscape", R"({"name":"never-made","n\u0061me":"other",)" + rest + "}", {}},
        {"DuplicateInAnEntry",
         R"({"name":"x","keyType":"SECRET_KEY","cryptoKeyInfoEnvironmentList":[{"environmentName":"production","environmentName":"staging","content":"AA=="}]})",
         {}},
        {"DuplicateOfAnUnknownField", with_member(R"("x":1,"x":2)"), {}},
        {"DuplicateOfAnIgnoredField", with_member(R"("id":1,"id":2)"), {}},
        {"InvalidUtf8", named("\"\xff\""), {}},
        {"LoneContinuation", named("\"\x80\""), {}},
        {"CutUtf8", named("\"\xc3\""), {}},
        {"OverlongUtf8", named("\"\xc0\xaf\""), {}},
        {"SurrogateInUtf8", named("\"\xed\xa0\x80\""), {}},
        {"AboveUnicode", named("\"\xf4\x90\x80\x80\""), {}},
        {"InvalidUtf8InAName", "{\"\xfe\":1," + rest + "}", {}},
        {"Latin1", named("\"schl\xfcssel\""), {}},
        {"LoneHighSurrogate", named(R"("\ud800")"), {}},
        {"LoneLowSurrogate", named(R"("\udc00")"), {}},
        {"TwoHighSurrogates", named(R"("\ud800\ud800")"), {}},
        {"HalfAnEscape", named(R"("\u00")"), {}},
        {"UnknownEscape", named(R"("\x41")"), {}},
        {"RawLineFeedInAString", named("\"a\nb\""), {}},
        {"RawTabInAString", named("\"a\tb\""), {}},
        {"RawNulInAString", named("\"a\0b\""s), {}},
        {"NotANumber", with_member("\"x\":NaN"), {}},
        {"Infinity", with_member("\"x\":Infinity"), {}},
        {"LeadingZero", with_member("\"x\":01"), {}},
        {"LeadingPlus", with_member("\"x\":+1"), {}},
        {"DotWithoutDigits", with_member("\"x\":1."), {}},
        {"Hexadecimal", with_member("\"x\":0x10"), {}},
        {"TrueInCapitals", with_member("\"x\":True"), {}},
        {"Depth33OfLists", nested(33, '[', ']'), {}},
        {"Depth1000", nested(1000, '[', ']'), {}},
        {"Depth100000Open", std::string(100000, '['), {}},
        {"Depth33OfObjects",
         [] {
             std::string text = "1";
             for (int i = 0; i < 33; ++i)
                 text = "{\"a\":" + text + "}";
             return text;
         }(),
         {}},
    };
}

std::vector<BodyRow> field_rows() {
    const std::vector<std::string> all{"/name", "/keyType", entries};
    json many = json::array();
    for (int i = 0; i < 33; ++i)
        many.push_back(entry("environment-" + std::to_string(i)));
    return {
        {"EmptyObject", "{}", all},
        {"EveryFieldNull", R"({"name":null,"keyType":null,"cryptoKeyInfoEnvironmentList":null})", all},
        {"NoName", without("/name"), {"/name"}},
        {"NoKeyType", without("/keyType"), {"/keyType"}},
        {"NoEnvironments", without(entries), {entries}},
        {"NullName", patched("/name", nullptr), {"/name"}},
        {"EmptyName", patched("/name", ""), {"/name"}},
        {"NumberAsName", patched("/name", 5), {"/name"}},
        {"TrueAsName", patched("/name", true), {"/name"}},
        {"ListAsName", patched("/name", json::array({"x"})), {"/name"}},
        {"ObjectAsName", patched("/name", json::object()), {"/name"}},
        {"NameOf256Bytes", patched("/name", std::string(256, 'n')), {"/name"}},
        {"NameOf256BytesOfUnicode",
         patched("/name",
                 [] {
                     std::string t;
                     for (int i = 0; i < 128; ++i)
                         t += "ü";
                     return t;
                 }()),
         {"/name"}},
        {"NameOfAMegabyte", patched("/name", std::string(900000, 'n')), {"/name"}},
        {"NameWithNul", patched("/name", "a\0b"s), {"/name"}},
        {"NameWithLineFeed", patched("/name", "a\nb"), {"/name"}},
        {"NameWithTab", patched("/name", "a\tb"), {"/name"}},
        {"NameWithDelete", patched("/name", "a\x7fz"), {"/name"}},
        {"NameWithC1Control", patched("/name", "a\xc2\x85z"), {"/name"}},
        {"NumberAsDescription", patched("/description", 1), {"/description"}},
        {"ListAsDescription", patched("/description", json::array()), {"/description"}},
        {"DescriptionOf4097Bytes", patched("/description", std::string(4097, 'd')), {"/description"}},
        {"NumberAsKeyType", patched("/keyType", 1), {"/keyType"}},
        {"EmptyKeyType", patched("/keyType", ""), {"/keyType"}},
        {"KeyTypeInLowerCase", patched("/keyType", "secret_key"), {"/keyType"}},
        {"KeyTypeWithASpace", patched("/keyType", "SECRET_KEY "), {"/keyType"}},
        {"UnknownKeyType", patched("/keyType", "SYMMETRIC"), {"/keyType"}},
        {"AlgorithmInLowerCase", patched("/algorithm", "aes"), {"/algorithm"}},
        {"EmptyAlgorithm", patched("/algorithm", ""), {"/algorithm"}},
        {"AlgorithmInCapitals", patched("/algorithm", "DESEDE"), {"/algorithm"}},
        {"UnknownAlgorithm", patched("/algorithm", "Blowfish"), {"/algorithm"}},
        {"RsaAsASecretKey", patched("/algorithm", "RSA"), {"/algorithm"}},
        {"NumberAsAlgorithm", patched("/algorithm", 256), {"/algorithm"}},
        {"ListAsAlgorithm", patched("/algorithm", json::array({"AES"})), {"/algorithm"}},
        {"TextAsMechanisms", patched("/mechanisms", "AES-GCM"), {"/mechanisms"}},
        {"NumberAsAMechanism", patched("/mechanisms", json::array({1})), {"/mechanisms/0"}},
        {"UnknownMechanism", patched("/mechanisms", json::array({"AES-XYZ"})), {"/mechanisms/0"}},
        {"MechanismOfAnotherKey", patched("/mechanisms", json::array({"ECDSA-SHA256"})), {"/mechanisms/0"}},
        {"MechanismInLowerCase", patched("/mechanisms", json::array({"aes-gcm"})), {"/mechanisms/0"}},
        {"SecondMechanismUnknown", patched("/mechanisms", json::array({"AES-GCM", "x"})), {"/mechanisms/1"}},
        {"NoMechanismAtAll", patched("/mechanisms", json::array()), {"/mechanisms"}},
        {"TextAsEnvironments", patched(entries, "production"), {entries}},
        {"ObjectAsEnvironments", patched(entries, entry("production")), {entries}},
        {"NoEntry", patched(entries, json::array()), {entries}},
        {"ThirtyThreeEntries", patched(entries, many), {entries}},
        {"TextAsEntry", patched(first, "production"), {first}},
        {"NullAsEntry", patched(first, nullptr), {first}},
        {"ListAsEntry", patched(first, json::array()), {first}},
        {"EmptyEntry", patched(first, json::object()), {first + "/environmentName", first + "/content"}},
        {"NoEnvironmentName", without(first + "/environmentName"), {first + "/environmentName"}},
        {"EmptyEnvironmentName", patched(first + "/environmentName", ""), {first + "/environmentName"}},
        {"NumberAsEnvironmentName", patched(first + "/environmentName", 7), {first + "/environmentName"}},
        {"NoContent", without(first + "/content"), {first + "/content"}},
        {"NullContent", patched(first + "/content", nullptr), {first + "/content"}},
        {"EmptyContent", patched(first + "/content", ""), {first + "/content"}},
        {"NumberAsContent", patched(first + "/content", 12345678), {first + "/content"}},
        {"ListAsContent", patched(first + "/content", json::array({zeros})), {first + "/content"}},
        {"NumberAsAlias", patched(first + "/alias", 1), {first + "/alias"}},
        {"EmptyAlias", patched(first + "/alias", ""), {first + "/alias"}},
        {"AliasWithAControl", patched(first + "/alias", "a\nb"), {first + "/alias"}},
        {"NumberAsExpectedKeyCheckValue",
         patched(first + "/expectedKeyCheckValue", 123456),
         {first + "/expectedKeyCheckValue"}},
        {"UnknownFieldOfAnEntry", patched(first + "/contents", zeros), {first + "/contents"}},
        {"FieldWithOtherCapitals", patched("/Name", "x"), {"/Name"}},
        {"UnknownField", patched("/colour", "red"), {"/colour"}},
        {"UnknownFieldWithASlash", R"({"name":"never-made","a/b~c":1,)" + rest + "}", {"/a~1b~0c"}},
        {"SameEnvironmentTwice",
         patched(entries, json::array({entry("production"), entry("production")})),
         {entries + "/1/environmentName"}},
        {"SecondEntryWrong",
         patched(entries, json::array({entry("production"), entry("staging", "!")})),
         {entries + "/1/content"}},
        {"BothContentsWrong",
         patched(entries, json::array({entry("production", "?"), entry("staging", "!")})),
         {first + "/content", entries + "/1/content"}},
        {"EverythingWrong",
         R"({"name":"","keyType":"x","description":1,"colour":1,"cryptoKeyInfoEnvironmentList":[{"environmentName":"","content":5,"alias":9}]})",
         {"/name", "/keyType", "/description", "/colour", first + "/environmentName", first + "/content",
          first + "/alias"}},
        {"ArrayAsBody", "[]", {""}},
        {"TextAsBody", "\"x\"", {""}},
        {"NumberAsBody", "5", {""}},
        {"NullAsBody", "null", {""}},
    };
}

}  // namespace

const std::vector<BodyRow>& malformed_bodies() {
    static const std::vector<BodyRow> rows = [] {
        auto all = syntax_rows();
        const auto fields = field_rows();
        all.insert(all.end(), fields.begin(), fields.end());
        return all;
    }();
    return rows;
}

}  // namespace keyward::e2e
