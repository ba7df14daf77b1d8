#include "loadstar/answer/challenges.hpp"

#include <array>
#include <fmt/format.h>

#include "loadstar/wire/message.hpp"

#include "contents.hpp"
#include "rendered.hpp"

namespace loadstar::answer {
namespace {

using zone::Match;

std::string_view view_of(std::span<const std::uint8_t> name) noexcept {
  return {reinterpret_cast<const char*>(name.data()), name.size()};
}

/// One TXT record; a token is one character-string.
void append_record(const Challenge& challenge, Challenges::Entry& entry) {
  const auto size = static_cast<std::uint8_t>(challenge.token.size());
  std::array<std::uint8_t, kRenderedHeaderSize + 1> header{0xc0, wire::kHeaderSize};
  wire::write_u16(header.data() + 2, wire::type::kTxt);
  wire::write_u16(header.data() + 4, wire::klass::kIn);
  wire::write_u32(header.data() + 6, challenge.ttl);
  wire::write_u16(header.data() + 10, static_cast<std::uint16_t>(size + 1));
  header.back() = size;
  entry.records.insert(entry.records.end(), header.begin(), header.end());
  entry.records.insert(entry.records.end(), challenge.token.begin(), challenge.token.end());
  ++entry.count;
}

std::string text_of(const zone::NameRecord& record) {
  return wire::Name::from_wire({record.name(), record.name_length()})->to_string();
}

}  // namespace

std::optional<std::string> problem_of_challenge(const Snapshot& snapshot, const wire::Name& name) {
  const Match match = snapshot.contents().catalog->find(name.bytes().data(), name.bytes().size());
  const std::string text = name.to_string();
  switch (match.kind) {
    case Match::Kind::NotOurs: return fmt::format("\"{}\" is in no zone that is served here", text);
    case Match::Kind::Delegation:
      return fmt::format("\"{}\" is delegated at {}", text, text_of(*match.record));
    case Match::Kind::Dname:
      return fmt::format("\"{}\" is renamed by the DNAME at {}", text, text_of(*match.record));
    case Match::Kind::Node:
      if (match.record->find(wire::type::kCname) == nullptr) break;
      return fmt::format("\"{}\" is a CNAME: the challenge belongs where it leads", text);
    case Match::Kind::Wildcard:
    case Match::Kind::NxDomain: break;
  }
  return std::nullopt;
}

Challenges::Challenges(std::span<const Challenge> challenges) {
  for (const Challenge& challenge : challenges) {
    append_record(challenge, entries_[std::string(view_of(challenge.name.bytes()))]);
    for (wire::Name above = challenge.name.parent(); !above.is_root(); above = above.parent())
      entries_.try_emplace(std::string(view_of(above.bytes())));
  }
}

const Challenges::Entry* Challenges::find(std::span<const std::uint8_t> name) const noexcept {
  const auto found = entries_.find(view_of(name));
  return found == entries_.end() ? nullptr : &found->second;
}

}  // namespace loadstar::answer
