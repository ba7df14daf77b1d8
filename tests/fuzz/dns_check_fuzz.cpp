// The answer of a probed DNS server: whatever its bytes, it is judged or passed over, and a success
// with wanted data has that data.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "loadstar/health/dns_check.hpp"

namespace {

using loadstar::health::DnsCheck;
using loadstar::health::Outcome;

constexpr std::uint16_t kId = 0x1234;
constexpr std::array<std::uint8_t, 4> kWanted{192, 0, 2, 1};

DnsCheck make(const char* type, const char* rdata) {
  loadstar::model::DnsCheck check;
  check.query.name = "a.example.";
  check.query.type = type;
  if (rdata != nullptr) check.expect.rdata.push_back({rdata});
  return *DnsCheck::make(check, kId);
}

}  // namespace

// The first byte says what was asked; id and question of the answer are made right, so that what
// stands behind them is read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array kChecks{make("A", "192.0.2.1"), make("MX", "10 mail.a.example."),
                                  make("SOA", "a. b. 1 2 3 4 5"), make("TXT", nullptr)};
  if (size == 0) return 0;
  const DnsCheck& check = kChecks[data[0] % kChecks.size()];
  std::vector<std::uint8_t> message(check.query().begin(), check.query().end());
  const std::size_t question = message.size();
  message.insert(message.end(), data + 1, data + size);
  if (size > 4) std::copy_n(data + 1, 3, message.begin() + 6);  // counts, and what follows them
  message[2] = 0x80;
  const auto result = check.judge(message);
  if (!result) std::abort();
  const bool has_data =
      std::ranges::search(std::span(message).subspan(question), kWanted).size() != 0;
  if (&check == kChecks.data() && result->outcome == Outcome::Success && !has_data) std::abort();
  const std::span<const std::uint8_t> raw(data, size);
  static_cast<void>(check.judge(raw));
  return 0;
}
