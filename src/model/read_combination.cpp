#include "read_combination.hpp"

#include <algorithm>

#include "read_monitor.hpp"

namespace loadstar::model {
namespace {

constexpr std::size_t kMaxMembers = 16;
constexpr std::size_t kMaxDepth = 4;
constexpr std::size_t kMaxProbes = 64;

/// A name of one that stands before it, or a monitor.
void read_member_monitor(Context& context, json::Value value, Monitor& monitor) {
  if (!value.is_object()) {
    if (auto member = refer(context, value, kMonitors))
      monitor.combination.of.push_back(std::move(member));
    return;
  }
  auto member = std::make_shared<Monitor>();
  member->name = monitor.name;
  read_monitor(context, value, *member);
  monitor.combination.of.push_back(std::move(member));
}

void read_members(Context& context, json::Value value, Monitor& monitor) {
  if (!value.is_array()) {
    context.in.refuse(value, "a list of monitors");
    return;
  }
  const auto items = context.in.items(value);
  if (items.count() > kMaxMembers) {
    return context.in.error(value, fmt::format("{} monitors are more than the {} of a combination",
                                               items.count(), kMaxMembers));
  }
  for (const json::Value item : items) read_member_monitor(context, item, monitor);
}

void read_any_of(Context& context, json::Value value, Monitor& monitor) {
  read_members(context, value, monitor);
  monitor.combination.at_least = 1;
}

void read_all_of(Context& context, json::Value value, Monitor& monitor) {
  read_members(context, value, monitor);
  monitor.combination.at_least = static_cast<std::uint16_t>(monitor.combination.of.size());
}

void read_at_least(Context& context, json::Value value, Monitor& monitor) {
  constexpr Range<std::uint16_t> kCounts{1, kMaxMembers};
  set(monitor.combination.at_least, context.in.whole(value, kCounts));
}

constexpr std::array<Field<Context, Monitor>, 4> kFields{{
    {{"all_of"}, read_all_of},
    {{"any_of"}, read_any_of},
    {{"at_least"}, read_at_least},
    {{"of"}, read_members},
}};

std::size_t depth_of(const Monitor& monitor) {
  std::size_t deepest = 0;
  for (const auto& member : monitor.combination.of) deepest = std::max(deepest, depth_of(*member));
  return monitor.is_combination() ? deepest + 1 : 0;
}

std::size_t probes_of(const Monitor& monitor) {
  if (!monitor.is_combination()) return 1;
  std::size_t probes = 0;
  for (const auto& member : monitor.combination.of) probes += probes_of(*member);
  return probes;
}

/// False: it is not one combination, and has been reported.
bool is_one(Context& context, json::Value value) {
  const auto has = [&](std::string_view key) { return value.member(key).has_value() ? 1 : 0; };
  if (has("all_of") + has("any_of") + has("at_least") == 1 && has("at_least") == has("of"))
    return true;
  context.in.error(value, R"(a combination is {"all_of": […]}, {"any_of": […]} or )"
                          R"({"at_least": 2, "of": […]})");
  return false;
}

void check_size(Context& context, json::Value value, const Monitor& monitor) {
  const auto& [at_least, of] = monitor.combination;
  if (at_least > of.size())
    context.in.error(*value.member("at_least"),
                     fmt::format("{} is more than the {} monitors of \"of\"", at_least, of.size()));
  if (depth_of(monitor) > kMaxDepth)
    context.in.error(value, fmt::format("combinations are more than {} deep", kMaxDepth));
  if (const std::size_t probes = probes_of(monitor); probes > kMaxProbes)
    context.in.error(
        value, fmt::format("{} probes are more than the {} of a combination", probes, kMaxProbes));
}

}  // namespace

bool is_combination(json::Value value) {
  return value.is_object() && std::ranges::any_of(kFields, [&](const auto& field) {
           return value.member(field.key.name).has_value();
         });
}

void read_combination(Context& context, json::Value value, Monitor& monitor) {
  const std::size_t errors = context.in.error_count();
  const auto of_probes = monitor_keys();
  for (const json::Value member : value.children()) {
    if (std::ranges::find(of_probes, member.key()) != of_probes.end()) {
      context.in.error_at_key(
          member, fmt::format("\"{}\" belongs to the monitors that are combined", member.key()));
    } else {
      read_member(context, member, kFields, monitor);
    }
  }
  if (context.in.error_count() != errors || !is_one(context, value)) return;
  check_size(context, value, monitor);
}

std::vector<std::string_view> combination_keys() { return names_of(kFields); }

}  // namespace loadstar::model
