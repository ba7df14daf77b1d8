#include "loadstar/app/override_file.hpp"

#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

#include "sealed_text.hpp"

namespace loadstar::app {
namespace {

using health::Override;
using health::SystemTime;
using Json = nlohmann::ordered_json;
using Refusal = std::unexpected<std::string>;

constexpr std::string_view kHeader = "loadstar-overrides 1\n";
constexpr std::array kStates{model::AdminState::Auto, model::AdminState::Up,
                             model::AdminState::Down, model::AdminState::Drain};

Json to_json(const Override& one) {
  Json json{{"target", one.target.text()},
            {"state", model::to_string(one.state)},
            {"over_ms", one.over.count()},
            {"author", one.author},
            {"why", one.why},
            {"from_ms", one.from.time_since_epoch().count()},
            {"until_ms", one.until.time_since_epoch().count()},
            {"keep_until_ms", one.keep_until.time_since_epoch().count()},
            {"version_ms", one.version.ms},
            {"node", one.version.node}};
  if (one.is_removed) json["removed"] = true;
  return json;
}

/// Reads members; remembers whether all were there and of their type.
class Members {
 public:
  explicit Members(const Json& object) : object_(object), is_good_(object.is_object()) {}

  [[nodiscard]] std::string text(const char* key) {
    const Json* const member = find(key, &Json::is_string);
    return member == nullptr ? "" : member->get<std::string>();
  }
  /// Within what the clock can hold, and some.
  [[nodiscard]] std::int64_t milliseconds(const char* key) {
    constexpr std::int64_t kMost = 10'000'000'000'000;  // the year 2286
    const Json* const member = find(key, &Json::is_number_integer);
    const auto value = member == nullptr ? 0 : member->get<std::int64_t>();
    if (value < 0 || value > kMost) is_good_ = false;
    return value;
  }
  [[nodiscard]] SystemTime time(const char* key) {
    return SystemTime(std::chrono::milliseconds(milliseconds(key)));
  }
  [[nodiscard]] bool is_good() const noexcept { return is_good_; }

 private:
  const Json* find(const char* key, bool (Json::*is_type)() const noexcept) {
    if (!is_good_) return nullptr;
    const auto found = object_.find(key);
    is_good_ = found != object_.end() && ((*found).*is_type)();
    return is_good_ ? &*found : nullptr;
  }

  const Json& object_;
  bool is_good_;
};

std::optional<model::AdminState> state_of(std::string_view word) {
  for (const model::AdminState state : kStates) {
    if (model::to_string(state) == word) return state;
  }
  return std::nullopt;
}

std::expected<Override, std::string> from_json(const Json& json) {
  Members members(json);
  auto target = health::OverrideTarget::parse(members.text("target"));
  const auto state = state_of(members.text("state"));
  const base::Duration over{members.milliseconds("over_ms")};
  const std::string author = members.text("author");
  const std::string why = members.text("why");
  const SystemTime from = members.time("from_ms");
  const SystemTime until = members.time("until_ms");
  const SystemTime keep_until = members.time("keep_until_ms");
  const std::int64_t version_ms = members.milliseconds("version_ms");
  const std::string node = members.text("node");
  if (!members.is_good() || !state) return Refusal("has an entry that is no override");
  if (!target) return Refusal(fmt::format("has an override of no target: {}", target.error()));
  Override one{.target = *std::move(target),
               .version = {version_ms, node},
               .is_removed = json.contains("removed"),
               .state = *state,
               .over = over,
               .author = author,
               .why = why,
               .from = from,
               .until = until,
               .keep_until = std::max(until, keep_until)};
  if (const auto problem = health::problem_of(one))
    return Refusal(fmt::format("has a wrong override of {}: {}", one.target.text(), *problem));
  return one;
}

Json list_of(std::span<const Override> overrides) {
  Json list = Json::array();
  for (const Override& one : overrides) list.push_back(to_json(one));
  return list;
}

}  // namespace

std::filesystem::path override_file_in(const std::filesystem::path& state) {
  return state / "overrides.json";
}

std::string overrides_to_json(std::span<const Override> overrides) {
  return list_of(overrides).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::expected<std::vector<Override>, std::string> overrides_from_json(std::string_view text) {
  const Json list = Json::parse(text, nullptr, false);
  if (!list.is_array()) return Refusal("is no list of overrides");
  std::vector<Override> overrides;
  for (const Json& json : list) {
    auto one = from_json(json);
    if (!one) return Refusal(std::move(one.error()));
    overrides.push_back(*std::move(one));
  }
  return overrides;
}

std::string overrides_to_text(std::span<const Override> overrides) {
  return seal(kHeader, overrides_to_json(overrides));
}

std::expected<std::vector<Override>, std::string> overrides_from_text(std::string_view text) {
  const auto body = unseal(kHeader, text);
  if (!body) return Refusal(body.error());
  return overrides_from_json(*body);
}

}  // namespace loadstar::app
