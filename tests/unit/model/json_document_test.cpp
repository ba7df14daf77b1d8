#include <fmt/format.h>
#include <random>

#include "loadstar/model/json/document.hpp"

#include "catch.hpp"
#include "json_oracle.hpp"

using namespace loadstar;
using namespace loadstar::model::json;

namespace {

// The tree in one line: kinds, keys, texts and offsets.
std::string outline(Value value) {
  if (!value.is_object() && !value.is_array()) {
    return fmt::format("{}@{}", value.text(), value.offset());
  }
  std::string text = value.is_object() ? "{" : "[";
  for (const Value child : value.children()) {
    if (text.size() > 1) text += ' ';
    if (value.is_object()) text += fmt::format("{}@{}:", child.key(), child.key_offset());
    text += outline(child);
  }
  return text + (value.is_object() ? "}" : "]") + fmt::format("@{}", value.offset());
}

std::string outline_of(std::string_view text) {
  const auto document = Document::parse(text);
  const auto root = document.root();
  return root ? outline(*root) : "none";
}

std::string problem_of(std::string_view text) {
  const auto document = Document::parse(text);
  if (document.problems().empty()) return "none";
  const Problem& problem = document.problems().front();
  return fmt::format("{}: {}", problem.offset, problem.message);
}

}  // namespace

TEST_CASE("a document keeps the place of every value and key", "[model][json]") {
  struct Case {
    std::string_view text;
    std::string_view outline;
  };
  const Case cases[] = {
      {"7", "7@0"},
      {" true ", "true@1"},
      {"null", "null@0"},
      {"{}", "{}@0"},
      {"[ ]", "[]@0"},
      {R"({"a":1})", "{a@1:1@5}@0"},
      {R"({"a": [1, -2.5e3, "x"], "b": {"c": false}})",
       "{a@1:[1@7 -2.5e3@10 x@18]@6 b@24:{c@30:false@35}@29}@0"},
      {"// note {\n{ /* \"a\": */ \"b\" : 1 // }\n}", "{b@23:1@29}@10"},
      {"/**/[/***/1/*,2*/]", "[1@10]@4"},
      {"\xEF\xBB\xBF[1]", "[1@4]@3"},
      {R"(["http://x/*y*/"])", "[http://x/*y*/@1]@0"},
  };
  for (const Case& row : cases) {
    INFO(row.text);
    CHECK(outline_of(row.text) == row.outline);
  }
}

TEST_CASE("escapes are read in keys and strings, and do not move what comes after",
          "[model][json]") {
  CHECK(outline_of(R"({"a\"b": "\u00e9\n", "c": "\\"})") == "{a\"b@1:é\n@9 c@21:\\@26}@0");
  CHECK(outline_of(R"(["\ud83d\ude00", 1])") == "[😀@1 1@17]@0");
}

TEST_CASE("strings without escapes are views into the text", "[model][json]") {
  const std::string text = R"({"plain": "value"})";
  const auto document = Document::parse(text);
  const Value value = *document.root()->member("plain");
  CHECK(value.text().data() == text.data() + 11);
  CHECK(value.key().data() == text.data() + 2);
}

TEST_CASE("what is not JSON is told in plain words with its place", "[model][json]") {
  struct Case {
    std::string_view text;
    std::string_view problem;
  };
  const Case cases[] = {
      {"", "0: not JSON: the end of the file where a value is expected"},
      {"// only a comment", "17: not JSON: the end of the file where a value is expected"},
      {"[1,]", "3: not JSON: \"]\" where a value is expected"},
      {"[1 2]", "3: not JSON: \"2\" where \",\" or \"]\" is expected"},
      {"[1}", "2: not JSON: \"}\" where \",\" or \"]\" is expected"},
      {"{\"a\":1,}", "7: not JSON: \"}\" where a key in double quotes is expected"},
      {"{a:1}", "1: not JSON: \"a\" where a key in double quotes is expected"},
      {"{\"a\",1}", "4: not JSON: \",\" where \":\" is expected"},
      {"{\"a\":}", "5: not JSON: \"}\" where a value is expected"},
      {"{\"a\"", "4: not JSON: the end of the file where \":\" is expected"},
      {"[tru]", "1: not JSON: \"tru\" where a value is expected"},
      {"['a']", "1: not JSON: \"'a'\" where a value is expected"},
      {"[01]", "1: not JSON: \"01\" is not a number"},
      {"[\"abc", "1: not JSON: the string has no closing quote"},
      {"[\"abc\n\"]", "1: not JSON: the string has no closing quote"},
      {"[1] [2]", "4: not JSON: \"[\" where nothing more is expected"},
      {"[1e400]", "1: \"1e400\" is too large a number"},
      {"[\"\\ud800\"]",
       "1: not JSON: invalid string: surrogate U+D800..U+DBFF must be followed by "
       "U+DC00..U+DFFF"},
  };
  for (const Case& row : cases) {
    INFO(row.text);
    CHECK(problem_of(row.text) == row.problem);
    CHECK_FALSE(Document::parse(row.text).root());
  }
}

TEST_CASE("a byte of value 0 is refused, though nlohmann takes it for the end", "[model][json]") {
  using namespace std::string_view_literals;
  CHECK(problem_of("[1]\0[2]"sv) == "3: not JSON: a byte of value 0");
}

TEST_CASE("a key that stands twice is found in small and in large objects", "[model][json]") {
  CHECK(problem_of(R"({"a":1,"b":2,"a":3})") == "13: \"a\" is given twice in this object");
  CHECK(problem_of(R"({"a":1,"\u0061":3})") == "7: \"a\" is given twice in this object");
  CHECK(problem_of(R"({"a":{"a":1},"b":{"a":1}})") == "none");

  std::string large = "{";
  for (int i = 0; i < 1000; ++i) large += fmt::format("\"k{}\":{},", i, i);
  CHECK(problem_of(large + "\"last\":0}") == "none");
  const std::size_t offset = large.size();
  CHECK(problem_of(large + "\"k500\":0}") ==
        fmt::format("{}: \"k500\" is given twice in this object", offset));
}

TEST_CASE("nesting is limited", "[model][json]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(problem_of(nested(kMaxNesting)) == "none");
  CHECK(problem_of(nested(kMaxNesting + 1)) == "64: objects and lists nest deeper than 64");
}

TEST_CASE("a string of the outermost object is found before the place where a text breaks",
          "[model][json]") {
  CHECK(Document::parse(R"({"zone": "a.example", "x": [1, )").find_string("zone") == "a.example");
  CHECK(Document::parse(R"({"p": {"zone": "b"}, "zone": "a" "x")").find_string("zone") == "a");
  CHECK_FALSE(Document::parse(R"({"p": {"zone": "b" "x")").find_string("zone"));
  CHECK_FALSE(Document::parse(R"({"p": [1 2], "zone": "a"})").find_string("zone"));
  CHECK_FALSE(Document::parse(R"(["zone"])").find_string("zone"));
  CHECK_FALSE(Document::parse("").find_string("zone"));
}

TEST_CASE("our parser takes the texts that nlohmann's does, and reads the same out of them",
          "[model][json]") {
  const std::string_view texts[] = {"",
                                    " ",
                                    "0",
                                    "-0",
                                    "-",
                                    "+1",
                                    "01",
                                    "-01",
                                    "1.",
                                    ".5",
                                    "1.5",
                                    "1e5",
                                    "1E+5",
                                    "1e-5",
                                    "1e",
                                    "1e+",
                                    "0e0",
                                    "0.0e-0",
                                    "1e308",
                                    "1e309",
                                    "-1e309",
                                    "1e-400",
                                    "0e999",
                                    "18446744073709551616",
                                    "tru",
                                    "true",
                                    "truex",
                                    "nulll",
                                    "false ",
                                    "True",
                                    "\"\\u0000\"",
                                    "\"\\uD83D\\uDE00\"",
                                    "\"\\uD83Dx\"",
                                    "\"\\uD83D\\u0041\"",
                                    "\"\\uDE00\"",
                                    "\"\\u12\"",
                                    "\"\\u00fG\"",
                                    "\"\\x\"",
                                    "\"\\\"",
                                    "\"\\\\\"",
                                    "\"\t\"",
                                    "\"\x7f\"",
                                    "\"\x1f\"",
                                    "\"\xc2\x80\"",
                                    "\"\xc1\xbf\"",
                                    "\"\xe0\x9f\xbf\"",
                                    "\"\xe0\xa0\x80\"",
                                    "\"\xed\x9f\xbf\"",
                                    "\"\xed\xa0\x80\"",
                                    "\"\xf0\x8f\xbf\xbf\"",
                                    "\"\xf0\x90\x80\x80\"",
                                    "\"\xf4\x8f\xbf\xbf\"",
                                    "\"\xf4\x90\x80\x80\"",
                                    "\"\xf5\x80\x80\x80\"",
                                    "\"\x80\"",
                                    "\"\xc3\"",
                                    "\"\xc3\\n\"",
                                    "\xEF\xBB\xBF[]",
                                    "\xEF\xBB[]",
                                    " \xEF\xBB\xBF[]",
                                    "[]\xEF\xBB\xBF",
                                    "/",
                                    "//",
                                    "[]//",
                                    "[]/",
                                    "[]/*",
                                    "[]/**/",
                                    "[]/*/",
                                    "[/*\xff*/]",
                                    "[] // a\r1",
                                    "[1/**/,2]",
                                    "[1,]",
                                    "[,1]",
                                    "[1 2]",
                                    "[",
                                    "]",
                                    "{",
                                    "}",
                                    "{\"a\"}",
                                    "{\"a\":}",
                                    "{\"a\":1,}",
                                    "{\"a\":1 \"b\":2}",
                                    "{,}",
                                    "{1:2}",
                                    "{\"a\":1,\"a\":2}",
                                    "[[[]],{}]",
                                    "[}",
                                    "{]",
                                    "[1]]",
                                    "[1] 2",
                                    "\v1",
                                    "\f[]"};
  for (const std::string_view text : texts) {
    CAPTURE(text);
    CHECK(test::our_outline(text) == test::nlohmann_outline(text));
  }
  const std::string number(400, '9');
  CHECK(test::our_outline(number) == test::nlohmann_outline(number));
}

TEST_CASE("our parser agrees with nlohmann's about damaged texts", "[model][json]") {
  const std::string_view whole =
      "\xEF\xBB\xBF// a zone\n{ \"zone\": \"\\u00e9x\\n.example\", /* of */ \"t\": [1, -2.5e+3, "
      "true, "
      "null, {\"k\": \"\xc3\xa9\xf0\x9f\x98\x80\", \"l\": \"\\ud83d\\ude00\"}, []], \"f\": false }";
  constexpr std::string_view kBytes = "{}[]\",:\\/*0-.eEu+ \n\x01\x80\xc3\xedtn";
  std::mt19937 random(7);
  const auto below = [&](std::size_t count) { return random() % count; };
  for (int round = 0; round < 20'000; ++round) {
    std::string text(whole);
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
      const std::size_t at = below(text.size());
      switch (below(3)) {
        case 0: text[at] = kBytes[below(kBytes.size())]; break;
        case 1: text.erase(at, 1 + below(4)); break;
        default: text.insert(at, 1, kBytes[below(kBytes.size())]); break;
      }
    }
    CAPTURE(text);
    REQUIRE(test::our_outline(text) == test::nlohmann_outline(text));
  }
}
