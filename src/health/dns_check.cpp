#include "loadstar/health/dns_check.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>

#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/expand.hpp"
#include "loadstar/wire/message.hpp"
#include "loadstar/wire/types.hpp"
#include "loadstar/wire/writer.hpp"
#include "loadstar/zone/rdata.hpp"

namespace loadstar::health {
namespace {

using View = std::span<const std::uint8_t>;

constexpr std::uint16_t kRcodeMask = 0x000f;
constexpr std::size_t kQuestionTail = 4;  // type, class
constexpr std::size_t kRecordTail = 10;   // type, class, TTL, RDLENGTH
constexpr std::size_t kQuestionCount = 4;
constexpr std::size_t kAnswerCount = 6;

std::string rcode_name(std::uint16_t rcode) {
  constexpr std::array<std::string_view, 6> kNames{"NOERROR",  "FORMERR", "SERVFAIL",
                                                   "NXDOMAIN", "NOTIMP",  "REFUSED"};
  return rcode < kNames.size() ? std::string(kNames[rcode]) : fmt::format("RCODE{}", rcode);
}

std::string listed(const std::vector<std::uint16_t>& rcodes) {
  std::string text;
  for (const std::uint16_t rcode : rcodes) {
    if (!text.empty()) text += ", ";
    text += rcode_name(rcode);
  }
  return text;
}

void append(std::vector<std::uint8_t>& out, View bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

/// RDATA at [at, end) of a message as it is compared: names that may be compressed are written in
/// full and in lower case (RFC 3597 6). Nothing when it is not of its type's form.
std::optional<std::vector<std::uint8_t>> canonical(std::uint16_t type, View message, std::size_t at,
                                                   std::size_t end) {
  const auto [skip, names] = zone::compressible_names(type);
  std::vector<std::uint8_t> rdata;
  if (names != 0) {
    if (skip > end - at) return std::nullopt;
    append(rdata, message.subspan(at, skip));
    at += skip;
  }
  for (int i = 0; i < names; ++i) {
    const auto expanded = wire::expand_name(message, at);
    if (!expanded || expanded->end > end) return std::nullopt;
    append(rdata, expanded->name.lowered().bytes());
    at = expanded->end;
  }
  append(rdata, message.subspan(at, end - at));
  return rdata;
}

std::vector<std::uint8_t> render_query(const wire::Name& name, std::uint16_t type, std::uint16_t id,
                                       std::uint16_t flags) {
  std::array<std::uint8_t, wire::kHeaderSize + wire::kMaxNameLength + kQuestionTail> buffer{};
  wire::Writer writer(buffer, 0);
  for (const std::uint16_t part :
       {id, flags, std::uint16_t{1}, std::uint16_t{0}, std::uint16_t{0}, std::uint16_t{0}})
    writer.u16(part);
  writer.name_uncompressed(name.bytes());
  writer.u16(type);
  writer.u16(wire::klass::kIn);
  return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(writer.size())};
}

bool same_name(View left, View right) noexcept {
  return std::ranges::equal(left, right, {}, wire::lower_byte, wire::lower_byte);
}

}  // namespace

std::optional<DnsCheck> DnsCheck::make(const model::DnsCheck& check, std::uint16_t id) {
  const auto name = wire::Name::parse(check.query.name, wire::Name{});
  const auto type = wire::parse_type(check.query.type);
  if (!name || !type) return std::nullopt;
  DnsCheck made;
  made.query_ =
      render_query(*name, *type, id, check.query.recursion ? wire::flag::kRecursionDesired : 0);
  made.type_ = *type;
  made.type_name_ = wire::type_to_string(*type);
  made.rcodes_ = check.expect.rcodes;
  made.match_ = check.expect.match;
  for (const model::WantedRdata& wanted : check.expect.rdata) {
    const auto rdata = zone::parse_rdata(*type, wanted.text, wire::Name{});
    auto form = rdata ? canonical(*type, *rdata, 0, rdata->size()) : std::nullopt;
    if (!form) return std::nullopt;
    made.wanted_.push_back(*std::move(form));
  }
  return made;
}

bool DnsCheck::is_answered_by(View message) const noexcept {
  constexpr std::uint16_t kSame = wire::flag::kResponse | wire::flag::kOpcodeMask;
  if (message.size() < wire::kHeaderSize) return false;
  if (wire::read_u16(&message[0]) != wire::read_u16(query_.data())) return false;
  const std::uint16_t flags = wire::read_u16(&message[2]);
  if ((flags & kSame) != wire::flag::kResponse) return false;
  const std::uint16_t questions = wire::read_u16(&message[kQuestionCount]);
  // An error may come without the question.
  if (questions == 0) return (flags & kRcodeMask) != 0;
  if (questions != 1 || message.size() < query_.size()) return false;
  const std::size_t name = query_.size() - wire::kHeaderSize - kQuestionTail;
  const View ours = View(query_).subspan(wire::kHeaderSize);
  const View theirs = message.subspan(wire::kHeaderSize, ours.size());
  return same_name(ours.first(name), theirs.first(name)) &&
         std::ranges::equal(ours.subspan(name), theirs.subspan(name));
}

std::optional<Result> DnsCheck::judge(View message) const {
  if (!is_answered_by(message)) return std::nullopt;
  const std::uint16_t flags = wire::read_u16(&message[2]);
  const auto rcode = static_cast<std::uint16_t>(flags & kRcodeMask);
  if (std::ranges::find(rcodes_, rcode) == rcodes_.end()) {
    return Result{Outcome::WrongStatus,
                  fmt::format("{}, wanted {}", rcode_name(rcode), listed(rcodes_))};
  }
  if (wanted_.empty()) return Result{Outcome::Success, rcode_name(rcode)};
  return judge_data(message);
}

/// The RDATA of all records in the answer section that have the question's type, whoever owns them:
/// aliases may stand between. Nothing when the section is not well formed.
std::optional<std::vector<DnsCheck::Bytes>> DnsCheck::data_of(View message) const {
  std::vector<Bytes> data;
  std::size_t at =
      wire::read_u16(&message[kQuestionCount]) == 0 ? wire::kHeaderSize : query_.size();
  for (int left = wire::read_u16(&message[kAnswerCount]); left > 0; --left) {
    const auto owner = wire::expand_name(message, at);
    if (!owner || message.size() - owner->end < kRecordTail) return std::nullopt;
    const std::uint8_t* const record = &message[owner->end];
    at = owner->end + kRecordTail;
    const std::size_t size = wire::read_u16(record + 8);
    if (size > message.size() - at) return std::nullopt;
    if (wire::read_u16(record) == type_ && wire::read_u16(record + 2) == wire::klass::kIn) {
      auto rdata = canonical(type_, message, at, at + size);
      if (!rdata) return std::nullopt;
      data.push_back(*std::move(rdata));
    }
    at += size;
  }
  return data;
}

Result DnsCheck::judge_data(View message) const {
  const auto data = data_of(message);
  if (!data) return {Outcome::Malformed, "not a valid DNS answer"};
  const auto is_there = [&](const Bytes& wanted) {
    return std::ranges::find(*data, wanted) != data->end();
  };
  const bool wants_all = match_ == model::DnsExpectation::Match::AllOf;
  const auto found = static_cast<std::size_t>(std::ranges::count_if(wanted_, is_there));
  if (found >= (wants_all ? wanted_.size() : 1))
    return {Outcome::Success, fmt::format("{} {} as wanted", data->size(), type_name_)};
  const bool is_cut = (wire::read_u16(&message[2]) & wire::flag::kTruncated) != 0;
  return {Outcome::WrongBody, fmt::format("{} of {} wanted among {} {}{}", found, wanted_.size(),
                                          data->size(), type_name_, is_cut ? ", truncated" : "")};
}

}  // namespace loadstar::health
