#include "questions.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace loadstar::bench {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes unhex(const std::string& text) {
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char* const digits = text.data() + 2 * i;
    if (std::from_chars(digits, digits + 2, bytes[i], 16).ptr != digits + 2)
      throw std::runtime_error("not a message in hex");
  }
  return bytes;
}

Bytes rdata(const std::string& address) {
  const bool v6 = address.find(':') != std::string::npos;
  Bytes bytes(v6 ? 16 : 4);
  if (inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) != 1)
    throw std::runtime_error(fmt::format("\"{}\" is not an address", address));
  return bytes;
}

Question read_line(const std::string& line) {
  std::istringstream words(line);
  std::string message, addresses, source;
  unsigned rcode = 0;
  if (!(words >> message >> rcode >> addresses)) throw std::runtime_error("too few words");
  Question question;
  question.message = unhex(message);
  question.rcode = static_cast<std::uint8_t>(rcode);
  if (question.message.size() < 12) throw std::runtime_error("the message is too short");
  std::istringstream list(addresses == "-" ? "" : addresses);
  for (std::string one; std::getline(list, one, ',');) question.addresses.push_back(rdata(one));
  if (words >> source && inet_pton(AF_INET, source.c_str(), &question.source) != 1)
    throw std::runtime_error(fmt::format("\"{}\" is not an IPv4 address", source));
  return question;
}

/// Reads an answer front to back; `good` is false once it has run past the end.
class Cursor {
 public:
  explicit Cursor(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  [[nodiscard]] bool good() const { return good_; }
  std::span<const std::uint8_t> take(std::size_t count) {
    good_ = good_ && count <= rest_.size();
    if (!good_) return {};
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  unsigned u16() {
    const auto bytes = take(2);
    return good_ ? static_cast<unsigned>(bytes[0] << 8 | bytes[1]) : 0;
  }
  void skip_name() {
    while (good_) {
      const auto head = take(1);
      if (!good_ || head[0] == 0) return;
      if (head[0] >= 0xc0) return void(take(1));
      take(head[0]);
    }
  }

 private:
  std::span<const std::uint8_t> rest_;
  bool good_ = true;
};

bool is_among(const std::vector<Bytes>& allowed, std::span<const std::uint8_t> address) {
  return std::ranges::any_of(allowed,
                             [&](const Bytes& one) { return std::ranges::equal(one, address); });
}

}  // namespace

std::vector<Question> read_questions(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(fmt::format("{}: cannot be opened", file.string()));
  std::vector<Question> questions;
  for (std::string line; std::getline(in, line);) {
    try {
      questions.push_back(read_line(line));
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(
          fmt::format("{}:{}: {}", file.string(), questions.size() + 1, error.what()));
    }
  }
  if (questions.empty()) throw std::runtime_error(fmt::format("{}: is empty", file.string()));
  return questions;
}

std::string fault_of(const Question& question, std::span<const std::uint8_t> answer) {
  Cursor cursor(answer);
  cursor.take(2);
  const unsigned flags = cursor.u16();
  const unsigned questions = cursor.u16();
  const unsigned answers = cursor.u16();
  cursor.take(4);
  if (!cursor.good() || questions != 1) return "no answer to one question";
  if ((flags & 0x8000) == 0) return "not a response";
  if ((flags & 0x0200) != 0) return "truncated";
  if ((flags & 0xf) != question.rcode) return fmt::format("RCODE {}", flags & 0xf);
  if ((answers == 0) != question.addresses.empty()) return fmt::format("{} records", answers);
  cursor.skip_name();
  cursor.take(4);
  for (unsigned i = 0; i < answers; ++i) {
    cursor.skip_name();
    cursor.take(8);
    const auto address = cursor.take(cursor.u16());
    if (!cursor.good()) return "cut off";
    if (!is_among(question.addresses, address)) return "another address";
  }
  return {};
}

}  // namespace loadstar::bench
