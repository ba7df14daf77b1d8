#include "read_maintenance.hpp"

#include "rfc3339.hpp"

namespace loadstar::model {
namespace {

using namespace std::chrono_literals;

constexpr Range<base::Duration> kLives{1s, 31 * 24h};
constexpr Range<base::Duration> kLeads{0s, 24h};
constexpr base::Duration kDefaultLead = 30min;
constexpr Range<std::size_t> kWhyBytes{1, 200};
constexpr std::array<Word<AdminState>, 2> kStates{
    {{"drain", AdminState::Drain}, {"down", AdminState::Down}}};

// "to" and "for" say the same.
struct Draft {
  Maintenance& window;
  std::optional<base::SystemTime> from;
  std::optional<base::SystemTime> to;
  std::optional<base::Duration> life;
};

std::optional<base::SystemTime> read_time(Context& context, json::Value value) {
  const auto time = value.is_string() ? parse_rfc3339(value.text()) : std::nullopt;
  if (time) return time;
  return context.in.refuse(value,
                           "a time such as \"2027-01-31T22:00:00Z\" or "
                           "\"2027-01-31T23:00:00+01:00\"");
}

constexpr std::array<Field<Context, Draft>, 6> kFields{{
    {{"from", Presence::Required},
     [](Context& context, json::Value value, Draft& draft) {
       draft.from = read_time(context, value);
     }},
    {{"to"},
     [](Context& context, json::Value value, Draft& draft) {
       draft.to = read_time(context, value);
     }},
    {{"for"},
     [](Context& context, json::Value value, Draft& draft) {
       draft.life = context.in.duration(value, kLives);
     }},
    {{"state"},
     [](Context& context, json::Value value, Draft& draft) {
       set(draft.window.state, context.in.choice(value, kStates));
     }},
    {{"lead"},
     [](Context& context, json::Value value, Draft& draft) {
       set(draft.window.lead, context.in.duration(value, kLeads));
     }},
    {{"why", Presence::Required},
     [](Context& context, json::Value value, Draft& draft) {
       set(draft.window.why, context.in.text(value, kWhyBytes));
     }},
}};

void check_end(Context& context, json::Value value, const Draft& draft) {
  if (value.member("to").has_value() == value.member("for").has_value()) {
    return context.in.error(value, "a window ends by \"to\" or by \"for\", one of them");
  }
  if (!draft.from || !draft.to) return;
  const base::Duration life = *draft.to - *draft.from;
  if (life >= kLives.least && life <= kLives.most) return;
  context.in.error(*value.member("to"),
                   fmt::format("a window is from {} to {} long", base::to_string(kLives.least),
                               base::to_string(kLives.most)));
}

void read_window(Context& context, json::Value value, std::vector<Maintenance>& windows) {
  Maintenance window;
  window.where = context.in.where(value);
  window.lead = kDefaultLead;
  Draft draft{window, {}, {}, {}};
  const std::size_t errors = context.in.error_count();
  if (!read_object(context, value, kFields, draft)) return;
  check_end(context, value, draft);
  if (context.in.error_count() != errors) return;
  window.from = *draft.from;
  window.until = draft.to ? *draft.to : *draft.from + *draft.life;
  windows.push_back(std::move(window));
}

}  // namespace

void read_maintenance(Context& context, json::Value value, std::vector<Maintenance>& windows) {
  const auto items = context.in.items(value);
  const std::size_t count = items.count();
  if (count > kMaxWindows) {
    return context.in.error(
        value, fmt::format("{} windows are more than the {} of one place", count, kMaxWindows));
  }
  for (const json::Value item : items) read_window(context, item, windows);
}

std::vector<std::string_view> maintenance_keys() { return names_of(kFields); }

}  // namespace loadstar::model
