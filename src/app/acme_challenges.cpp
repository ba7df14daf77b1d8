#include "loadstar/app/acme_challenges.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

#include "loadstar/base/duration.hpp"
#include "loadstar/base/log.hpp"
#include "loadstar/base/number.hpp"

#include "state_file.hpp"

namespace loadstar::app {
namespace {

constexpr std::string_view kLabel = "_acme-challenge";
constexpr std::uint32_t kDefaultTtl = 10;
constexpr std::uint32_t kMostTtl = 86'400;
constexpr base::Duration kDefaultLife = std::chrono::hours(1);

using Refusal = std::unexpected<std::string>;

/// "*.example.com" is proved at the same name as "example.com" (RFC 8555 8.4).
std::expected<wire::Name, std::string> name_of(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  const auto domain = wire::Name::parse(text, {});
  if (!domain) return Refusal(domain.error());
  const auto name = domain->lowered().child(kLabel);
  if (!name || domain->is_root()) return Refusal(fmt::format("\"{}\" can have no challenge", text));
  return *name;
}

std::expected<std::string, std::string> token_of(const std::string& text) {
  const auto is_printable = [](char c) { return c > ' ' && c <= '~'; };
  const bool has_length = !text.empty() && text.size() <= AcmeChallenges::kMostTokenBytes;
  if (has_length && std::ranges::all_of(text, is_printable)) return text;
  return Refusal(fmt::format("\"{}\" is not a token of 1 to {} printable bytes", text,
                             AcmeChallenges::kMostTokenBytes));
}

std::expected<std::uint32_t, std::string> ttl_of(const std::string& text) {
  if (text.empty()) return kDefaultTtl;
  const auto ttl = base::parse_number<std::uint32_t>(text);
  if (ttl && *ttl <= kMostTtl) return *ttl;
  return Refusal(fmt::format("\"{}\" is not a TTL of 0 to {} seconds", text, kMostTtl));
}

std::expected<base::Duration, std::string> life_of(const std::string& text) {
  if (text.empty()) return kDefaultLife;
  const auto life = base::parse_duration(text);
  if (life && *life > base::Duration(0) && *life <= AcmeChallenges::kLongestLife) return *life;
  return Refusal(fmt::format("\"{}\" is not a time of up to {}, such as \"1h\"", text,
                             base::to_string(AcmeChallenges::kLongestLife)));
}

std::int64_t unix_seconds(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

class AcmeChallenges::Timer : public boost::asio::steady_timer {
 public:
  using boost::asio::steady_timer::steady_timer;
};

AcmeChallenges::AcmeChallenges(boost::asio::io_context& io, std::filesystem::path state,
                               Publish publish)
    : timer_(std::make_unique<Timer>(io)), state_(std::move(state)), publish_(std::move(publish)) {
  load();
}

AcmeChallenges::~AcmeChallenges() = default;

std::expected<void, std::string> AcmeChallenges::add(const control::ChallengeRequest& request,
                                                     const answer::Snapshot& snapshot) {
  const auto name = name_of(request.name);
  if (!name) return Refusal(name.error());
  const auto token = token_of(request.token);
  if (!token) return Refusal(token.error());
  const auto ttl = ttl_of(request.ttl);
  if (!ttl) return Refusal(ttl.error());
  const auto life = life_of(request.expires);
  if (!life) return Refusal(life.error());
  if (const auto problem = answer::problem_of_challenge(snapshot, *name)) return Refusal(*problem);
  const answer::Challenge challenge{*name, *token, *ttl};
  if (!has_room_for(challenge)) return Refusal("there are too many challenges already");
  insert({challenge, std::chrono::system_clock::now() + *life});
  change();
  return {};
}

/// One that is there already takes no room.
bool AcmeChallenges::has_room_for(const answer::Challenge& challenge) const {
  std::size_t others = 0;
  std::size_t at_name = 0;
  for (const Held& one : held_) {
    const bool is_there = one.challenge.name == challenge.name;
    if (is_there && one.challenge.token == challenge.token) continue;
    ++others;
    if (is_there) ++at_name;
  }
  return others < kMost && at_name < kMostAtOneName;
}

/// One that is there already lives on as the new one says. All records of a name have the newest
/// TTL (RFC 2181 5.2).
void AcmeChallenges::insert(Held held) {
  std::erase_if(held_, [&](const Held& one) {
    return one.challenge.name == held.challenge.name && one.challenge.token == held.challenge.token;
  });
  for (Held& one : held_) {
    if (one.challenge.name == held.challenge.name) one.challenge.ttl = held.challenge.ttl;
  }
  held_.push_back(std::move(held));
}

std::expected<void, std::string> AcmeChallenges::remove(const control::ChallengeRequest& request) {
  const auto name = name_of(request.name);
  if (!name) return Refusal(name.error());
  const auto removed = std::erase_if(held_, [&](const Held& one) {
    const bool is_meant = request.token.empty() || one.challenge.token == request.token;
    return one.challenge.name == *name && is_meant;
  });
  if (removed != 0) change();
  return {};
}

void AcmeChallenges::change() {
  std::vector<answer::Challenge> challenges;
  for (const Held& one : held_) challenges.push_back(one.challenge);
  publish_(challenges.empty() ? nullptr : std::make_shared<const answer::Challenges>(challenges));
  save();
  await_expiry();
}

void AcmeChallenges::await_expiry() {
  timer_->cancel();
  if (held_.empty()) return;
  const auto next = std::ranges::min(held_, {}, &Held::expires).expires;
  timer_->expires_after(next - std::chrono::system_clock::now());
  timer_->async_wait([this](boost::system::error_code error) {
    if (!error) drop_expired();
  });
}

void AcmeChallenges::drop_expired() {
  if (erase_expired()) return change();
  await_expiry();
}

bool AcmeChallenges::erase_expired() {
  const Time now = std::chrono::system_clock::now();
  return std::erase_if(held_, [&](const Held& one) { return one.expires <= now; }) != 0;
}

/// Lines of name, token, TTL and when it expires, at the latest as one that comes now; a broken one
/// is told and left out.
void AcmeChallenges::load() {
  if (state_.empty()) return;
  const std::int64_t latest = unix_seconds(std::chrono::system_clock::now() + kLongestLife);
  std::ifstream in(state_ / "acme.txt");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name_text;
    Held held;
    std::int64_t expires = 0;
    words >> name_text >> held.challenge.token >> held.challenge.ttl >> expires;
    const auto name = wire::Name::parse(name_text, {});
    if (!words || !name || !token_of(held.challenge.token)) {
      base::log_warning("{}: \"{}\" is not a challenge", (state_ / "acme.txt").string(), line);
      continue;
    }
    held.challenge.name = name->lowered();
    held.expires = Time(std::chrono::seconds(std::clamp(expires, std::int64_t{0}, latest)));
    held_.push_back(std::move(held));
  }
  if (erase_expired() || !held_.empty()) change();
}

void AcmeChallenges::save() const {
  if (state_.empty()) return;
  std::string text;
  for (const Held& one : held_) {
    text += fmt::format("{} {} {} {}\n", one.challenge.name.to_string(), one.challenge.token,
                        one.challenge.ttl, unix_seconds(one.expires));
  }
  const std::error_code problem = write_state_file(state_ / "acme.txt", text);
  if (problem)
    base::log_warning("{}: cannot be written: {}", (state_ / "acme.txt").string(),
                      problem.message());
}

}  // namespace loadstar::app
