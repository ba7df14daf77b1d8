#include "loadstar/wire/message.hpp"

#include "loadstar/wire/name.hpp"

namespace loadstar::wire {
namespace {

using Message = std::span<const std::uint8_t>;

constexpr std::size_t kQuestionTail = 4;  // type and class
constexpr std::size_t kRecordTail = 10;   // type, class, TTL, RDLENGTH
constexpr std::uint8_t kPointer = 0xc0;   // top bits of a compression pointer (RFC 1035 4.1.4)
constexpr std::size_t kMalformed = 0;     // no offset behind a record is 0

/// Offset behind the name at `at`, which may end in a pointer; the pointer is not followed.
std::size_t skip_name(Message message, std::size_t at) noexcept {
  const std::size_t limit = std::min(message.size(), at + kMaxNameLength);
  while (at < limit) {
    const std::uint8_t label = message[at];
    if (label == 0) return at + 1;
    if (label >= kPointer) return message.size() - at >= 2 ? at + 2 : kMalformed;
    if (label > kMaxLabelLength) return kMalformed;
    at += label + 1U;
  }
  return kMalformed;
}

/// Where a record stands: OPT belongs into the additional section, TSIG at its end (RFC 8945 5.1).
enum class Place : std::uint8_t { AnswerOrAuthority, Additional, Last };

bool read_opt(const std::uint8_t* tail, Message rdata, Edns& edns) noexcept {
  if (edns.present) return false;  // RFC 6891 6.1.1
  edns.present = true;
  edns.payload_size = read_u16(tail + 2);
  edns.version = tail[5];
  edns.flags = read_u16(tail + 6);
  if (edns.version != 0) return true;  // its options may have another form
  return rdata.empty() || read_options(rdata, edns);
}

/// Steps over the record at `at`, of which only OPT matters to a query, and where a TSIG stands;
/// the offset behind it, or kMalformed.
std::size_t read_record(Message message, std::size_t at, Place place, Query& query) noexcept {
  const std::size_t name_end = skip_name(message, at);
  if (name_end == kMalformed || message.size() - name_end < kRecordTail) return kMalformed;
  const std::uint8_t* tail = message.data() + name_end;
  const std::size_t length = read_u16(tail + 8);
  const std::size_t start = name_end + kRecordTail;
  if (length > message.size() - start) return kMalformed;

  const std::uint16_t type = read_u16(tail);
  if (type == type::kOpt) {
    const bool placed = place != Place::AnswerOrAuthority && message[at] == 0;
    if (!placed || !read_opt(tail, message.subspan(start, length), query.edns)) return kMalformed;
  }
  if (type == type::kTsig) {
    if (place != Place::Last) return kMalformed;
    query.tsig_offset = static_cast<std::uint16_t>(at);
  }
  return start + length;
}

/// Records that are not a lone OPT; true when they end where the message does. Each record takes 11
/// bytes at least, so counts that lie cost no more than the message is long.
[[gnu::noinline]] bool read_all_records(Message message, Query& query) noexcept {
  const std::size_t before = std::size_t{read_u16(&message[6])} + read_u16(&message[8]);
  const std::size_t total = before + read_u16(&message[10]);
  std::size_t at = query.question_end;
  for (std::size_t i = 0; i < total; ++i) {
    const Place later = i + 1 == total ? Place::Last : Place::Additional;
    at = read_record(message, at, i < before ? Place::AnswerOrAuthority : later, query);
    if (at == kMalformed) return false;
  }
  return at == message.size();
}

/// True when the OPT record at `at` takes up the rest of the message.
bool is_lone_opt(Message message, std::size_t at) noexcept {
  const std::size_t rest = message.size() - at;
  if (rest < kOptHeaderSize || message[at] != 0) return false;
  return read_u16(&message[at + 1]) == type::kOpt &&
         read_u16(&message[at + 9]) == rest - kOptHeaderSize;
}

/// Everything behind the question. Nearly every query has nothing there, or OPT alone.
bool read_records(Message message, Query& query) noexcept {
  const std::size_t at = query.question_end;
  const bool others = read_u32(&message[6]) != 0;  // answers and authorities
  const std::uint16_t additionals = read_u16(&message[10]);
  if (!others && additionals == 0) return at == message.size();
  if (!others && additionals == 1 && is_lone_opt(message, at)) {
    return read_opt(&message[at + 1], message.subspan(at + kOptHeaderSize), query.edns);
  }
  return read_all_records(message, query);
}

bool read_question(Message message, Query& query) noexcept {
  const std::size_t length = name_length(message.subspan(kHeaderSize));
  if (length == 0 || message.size() - kHeaderSize - length < kQuestionTail) return false;
  const std::uint8_t* tail = message.data() + kHeaderSize + length;
  query.name_length = static_cast<std::uint16_t>(length);
  query.type = read_u16(tail);
  query.klass = read_u16(tail + 2);
  query.question_end = static_cast<std::uint16_t>(kHeaderSize + length + kQuestionTail);
  return true;
}

/// What the records say of a message that has one question, or none; nullopt when it is not well
/// formed as far as we can tell.
std::optional<Query> read_any(Message message) noexcept {
  Query scratch;
  scratch.question_end = kHeaderSize;
  const std::uint16_t questions = read_u16(&message[4]);
  if (questions > 1 || (questions == 1 && !read_question(message, scratch))) return std::nullopt;
  if (!read_records(message, scratch)) return std::nullopt;
  return scratch;
}

/// For replies that say no more than an RCODE: who sends an OPT gets one (RFC 6891 6.1.1), also
/// with NOTIMP or FORMERR.
[[gnu::noinline]] void read_edns_alone(Message message, Edns& edns) noexcept {
  if (const auto read = read_any(message)) edns = read->edns;
}

}  // namespace

std::expected<void, QueryError> read_query(Message message, Query& query) noexcept {
  if (message.size() < kHeaderSize) return std::unexpected(QueryError::Short);
  query = Query{};
  query.id = read_u16(&message[0]);
  query.flags = read_u16(&message[2]);
  if ((query.flags & flag::kResponse) != 0) return std::unexpected(QueryError::Response);
  const bool is_query = (query.flags & flag::kOpcodeMask) == 0;
  if (!is_query || read_u16(&message[4]) != 1) {
    read_edns_alone(message, query.edns);
    return std::unexpected(is_query ? QueryError::FormErr : QueryError::NotQuery);
  }
  if (!read_question(message, query)) return std::unexpected(QueryError::FormErr);
  if (!read_records(message, query)) return std::unexpected(QueryError::FormErrQuestion);
  return {};
}

std::size_t find_tsig(Message message) noexcept {
  if (message.size() < kHeaderSize) return 0;
  const auto read = read_any(message);
  return read ? read->tsig_offset : 0;
}

std::optional<std::uint32_t> read_ixfr_serial(Message message, const Query& query) noexcept {
  constexpr std::size_t kNumbers = 20;  // of a SOA behind its names
  const bool has_one = read_u16(&message[6]) == 0 && read_u16(&message[8]) == 1;
  if (!has_one) return std::nullopt;
  const std::size_t tail = skip_name(message, query.question_end);
  if (tail == kMalformed || read_u16(&message[tail]) != type::kSoa) return std::nullopt;
  const std::size_t end = tail + kRecordTail + read_u16(&message[tail + 8]);
  const std::size_t rname = skip_name(message, tail + kRecordTail);
  const std::size_t numbers = rname == kMalformed ? kMalformed : skip_name(message, rname);
  if (numbers == kMalformed || numbers > end || end - numbers != kNumbers) return std::nullopt;
  return read_u32(&message[numbers]);
}

}  // namespace loadstar::wire
