#include "loadstar/model/cookie_secrets.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include "catch.hpp"

using namespace loadstar;
namespace fs = std::filesystem;

namespace {

struct Outcome {
  std::vector<base::SipKey> secrets;
  std::vector<std::string> errors;  // "line:column: message"
};

Outcome read(const std::string& text) {
  std::string path = (fs::temp_directory_path() / "loadstar-secrets-XXXXXX").string();
  ::close(::mkstemp(path.data()));
  std::ofstream(path, std::ios::binary) << text;
  base::Diagnostics diagnostics;
  Outcome outcome{model::read_cookie_secrets(path, diagnostics), {}};
  for (const base::Diagnostic& one : diagnostics.errors())
    outcome.errors.push_back(one.to_string().substr(path.size() + 1));
  fs::remove(path);
  return outcome;
}

constexpr const char* kFirst = "e5e973e5a6b2a43f48e7dc849e37bfcf";

}  // namespace

TEST_CASE("secrets are read in their order", "[model][cookies]") {
  const Outcome outcome =
      read(std::string("# new\n") + kFirst + "\n\n  DD3BDF9344B678B185A6F5CB60FCA715 \r\n");
  CHECK(outcome.errors.empty());
  REQUIRE(outcome.secrets.size() == 2);
  CHECK(outcome.secrets[0] == base::SipKey{0x3fa4b2a6e573e9e5, 0xcfbf379e84dce748});
  CHECK(outcome.secrets[1].low == 0xb178b64493df3bdd);
}

TEST_CASE("mistakes in secrets are named without the secret", "[model][cookies]") {
  const std::string good = std::string(kFirst) + "\n";
  struct Row {
    std::string text;
    const char* error;
  };
  const Row row = GENERATE_COPY(
      values<Row>({{"", "1:1: there is no secret: 32 hexadecimal digits on a line"},
                   {"# nothing\n", "1:1: there is no secret: 32 hexadecimal digits on a line"},
                   {good + " abc\n", "2:2: a secret is 32 hexadecimal digits"},
                   {"0x" + good, "1:1: a secret is 32 hexadecimal digits"},
                   {"e5e973e5a6b2a43f48e7dc849e37bfcg", "1:1: a secret is 32 hexadecimal digits"},
                   {good + good + good + good + good + good + good + good + good,
                    "9:1: there are more than 8 secrets"}}));
  const Outcome outcome = read(row.text);
  CHECK(outcome.secrets.empty());
  CHECK(outcome.errors == std::vector<std::string>{row.error});
}
