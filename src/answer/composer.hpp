#pragma once
// The slow path: from a question to the records of its answer (RFC 1034 4.3.2) along the chain of
// names: wildcards, CNAME, DNAME, delegations, negative answers.

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "loadstar/answer/challenges.hpp"
#include "loadstar/steer/client.hpp"
#include "loadstar/steer/policy.hpp"

#include "chance.hpp"
#include "contents.hpp"
#include "draft.hpp"

namespace loadstar::answer {

/// CNAMEs and DNAMEs followed for one query; resolvers follow as many.
inline constexpr std::size_t kMaxChain = 16;
/// Names that additional data is looked up for, referrals apart (CVE-2024-11187).
inline constexpr std::size_t kMaxAdditionalNames = 16;

class Composer {
 public:
  /// `challenges` may be null.
  Composer(const Snapshot::Contents& contents, steer::LivePools pools, const Challenges* challenges,
           Chance& chance, const steer::Client& client, Draft& draft) noexcept
      : contents_(contents),
        pools_(pools),
        challenges_(challenges),
        chance_(chance),
        client_(client),
        draft_(draft) {}

  /// `question` is the name as it was asked, `lowered` its lower case; both `length` bytes. `type`
  /// is a type of records or ANY.
  void compose(std::uint16_t type, const std::uint8_t* question, const std::uint8_t* lowered,
               std::size_t length) noexcept;

 private:
  using Name = std::span<const std::uint8_t>;
  enum class Next : std::uint8_t { Done, Follow };

  /// Where in the chain the answer stands.
  struct Hop {
    using Bytes = std::array<std::uint8_t, wire::kLoweredRoom>;
    Bytes name;  // as it will stand in the answer
    std::size_t length = 0;
    std::size_t number = 0;
    // Of each hop up to this one: the name as it is looked up, and what was found.
    std::array<Bytes, kMaxChain> lowered;
    std::array<const zone::NameRecord*, kMaxChain> seen;
  };

  bool compose_challenge(std::uint16_t type, Name lowered, const zone::Match& match) noexcept;
  void write_challenges(const Challenges::Entry& entry, const zone::NameRecord* record) noexcept;
  void walk(std::uint16_t type, Hop& hop, zone::Match match) noexcept;
  [[nodiscard]] static bool advance(Hop& hop) noexcept;
  Next at_match(std::uint16_t type, Hop& hop, const zone::Match& match) noexcept;
  Next at_node(std::uint16_t type, Hop& hop, const zone::NameRecord& record) noexcept;
  Next at_cut(std::uint16_t type, const Hop& hop, const zone::NameRecord& cut) noexcept;
  Next at_dname(std::uint16_t type, Hop& hop, const zone::NameRecord& record) noexcept;
  Next follow(Hop& hop, Name target) noexcept;
  void any(const Hop& hop, const zone::NameRecord& record) noexcept;

  Next steer(std::uint16_t type, Hop& hop, const zone::NameRecord& record) noexcept;
  std::optional<steer::Selection> select(const SteeredName& name) noexcept;
  Next write_selected(std::uint16_t type, Hop& hop, const SteeredName& name,
                      const steer::Selection& selection) noexcept;
  [[nodiscard]] bool answers(std::uint16_t type, const steer::Selection& selection) const noexcept;
  void write_addresses(Name owner, std::uint16_t type, const SteeredName& name,
                       const steer::Selection& selection) noexcept;
  void write_https(const Hop& hop, const SteeredName& name,
                   const steer::Selection& selection) noexcept;
  std::size_t pick(base::Family family, const steer::Selection& selection,
                   std::span<std::uint16_t> out) noexcept;

  void negative(wire::Rcode rcode, std::uint32_t zone) noexcept;
  void referral(const zone::NameRecord& cut) noexcept;
  void glue(const zone::NameRecord& cut, Name target) noexcept;
  void additional(const zone::NameRecord& record, const zone::RRsetEntry& entry) noexcept;
  bool write_addresses_of(const zone::NameRecord& record, Name owner) noexcept;
  bool write_rrset(Section section, Name owner, const zone::NameRecord& record,
                   const zone::RRsetEntry& entry) noexcept;
  void write_required(Section section, Name owner, const zone::NameRecord& record,
                      const zone::RRsetEntry& entry) noexcept;
  void write_owner(Name owner) noexcept;
  void write_fixed(std::uint16_t type, std::uint32_t ttl, std::size_t rdata_length) noexcept;
  /// A record whose RDATA is written between the two; begin gives where it starts.
  [[nodiscard]] std::size_t begin_record(Name owner, std::uint16_t type,
                                         std::uint32_t ttl) noexcept;
  void end_answer(std::size_t rdata_start) noexcept;
  Next write_cname(std::uint16_t type, Hop& hop, std::uint32_t ttl, Name target) noexcept;
  void truncate() noexcept;
  [[nodiscard]] static Name owner_of(const Hop& hop) noexcept;

  const Snapshot::Contents& contents_;
  steer::LivePools pools_;
  const Challenges* challenges_;
  Chance& chance_;
  const steer::Client& client_;
  Draft& draft_;
  std::size_t question_end_ = 0;
  std::uint16_t type_ = 0;  // of the question
};

}  // namespace loadstar::answer
