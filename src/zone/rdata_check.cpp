// What RDATA must look like where answers rely on it: names and lengths of the types that are read
// again when a query is answered, and what clients take for broken in SVCB and HTTPS. All else is
// opaque (RFC 3597 3).
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/types.hpp"
#include "loadstar/zone/rdata.hpp"

namespace loadstar::zone {
namespace {

using Rdata = std::span<const std::uint8_t>;

/// Fixed bytes, names, fixed bytes.
struct Form {
  std::uint16_t type;
  std::uint8_t before;
  std::uint8_t names;
  std::uint8_t after;
};

constexpr std::uint16_t kRp = 17;
constexpr std::uint16_t kAfsdb = 18;

constexpr auto kForms = std::to_array<Form>({
    {wire::type::kA, 4, 0, 0},
    {wire::type::kAaaa, 16, 0, 0},
    {wire::type::kNs, 0, 1, 0},
    {wire::type::kMd, 0, 1, 0},
    {wire::type::kMf, 0, 1, 0},
    {wire::type::kCname, 0, 1, 0},
    {wire::type::kSoa, 0, 2, 20},
    {wire::type::kMb, 0, 1, 0},
    {wire::type::kMg, 0, 1, 0},
    {wire::type::kMr, 0, 1, 0},
    {wire::type::kPtr, 0, 1, 0},
    {wire::type::kMinfo, 0, 2, 0},
    {wire::type::kMx, 2, 1, 0},
    {kRp, 0, 2, 0},
    {kAfsdb, 2, 1, 0},
    {wire::type::kSrv, 6, 1, 0},
    {wire::type::kDname, 0, 1, 0},
});

/// What stands behind `bytes` fixed bytes and a number of names; nullopt when they are not all
/// there.
std::optional<Rdata> behind(Rdata rdata, std::size_t bytes, std::size_t names) {
  if (rdata.size() < bytes) return std::nullopt;
  rdata = rdata.subspan(bytes);
  for (std::size_t i = 0; i < names; ++i) {
    const std::size_t length = wire::name_length(rdata);
    if (length == 0) return std::nullopt;
    rdata = rdata.subspan(length);
  }
  return rdata;
}

constexpr std::uint16_t kMandatory = 0;
constexpr std::uint16_t kAlpn = 1;
constexpr std::uint16_t kNoDefaultAlpn = 2;
constexpr std::string_view kBadParameters = "has parameters that are cut short";

/// The parameters of a service (RFC 9460 2.2).
class Parameters {
 public:
  /// What is wrong with them; empty when nothing is.
  std::string read(Rdata rdata) {
    while (!rdata.empty()) {
      if (rdata.size() < 4) return std::string(kBadParameters);
      const std::uint16_t key = wire::read_u16(rdata.data());
      const std::size_t length = wire::read_u16(rdata.data() + 2);
      rdata = rdata.subspan(4);
      if (length > rdata.size()) return std::string(kBadParameters);
      if (!keys_.empty() && key <= keys_.back())
        return fmt::format("has key{} twice or out of order (RFC 9460 2.2)", key);
      keys_.push_back(key);
      if (key == kMandatory) mandatory_ = rdata.first(length);
      rdata = rdata.subspan(length);
    }
    return missing();
  }

 private:
  [[nodiscard]] bool has(std::uint16_t key) const { return std::ranges::binary_search(keys_, key); }

  [[nodiscard]] std::string missing() const {
    if (has(kNoDefaultAlpn) && !has(kAlpn))
      return "has no-default-alpn without alpn (RFC 9460 7.1.1)";
    if (mandatory_.size() % 2 != 0) return std::string(kBadParameters);
    for (std::size_t at = 0; at < mandatory_.size(); at += 2) {
      const std::uint16_t key = wire::read_u16(&mandatory_[at]);
      if (key == kMandatory || !has(key))
        return fmt::format("calls key{} mandatory and does not have it (RFC 9460 8)", key);
    }
    return {};
  }

  std::vector<std::uint16_t> keys_;
  Rdata mandatory_;
};

std::string service_fault(Rdata rdata) {
  const auto parameters = behind(rdata, 2, 1);
  if (!parameters) return "has no target name";
  const bool alias = wire::read_u16(rdata.data()) == 0;
  if (alias && !parameters->empty())
    return "has parameters, which priority 0 does not take (RFC 9460 2.4.2)";
  return Parameters().read(*parameters);
}

}  // namespace

std::string rdata_fault(std::uint16_t type, std::span<const std::uint8_t> rdata) {
  if (type == wire::type::kSvcb || type == wire::type::kHttps) return service_fault(rdata);
  const auto form = std::ranges::find(kForms, type, &Form::type);
  if (form == kForms.end()) return {};
  const auto rest = behind(rdata, form->before, form->names);
  if (rest && rest->size() == form->after) return {};
  return "has not the form of its type";
}

}  // namespace loadstar::zone
