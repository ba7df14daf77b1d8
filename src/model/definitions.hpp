#pragma once
// What a file defines by name, and how other values refer to it.
//
//   libraries ─► Definitions (shared) ◄── shared ── Definitions of one zone ◄── Context of the
//   zone's file
//
// Each kind is read in turn (regions, areas, monitors, pools, policies), so that a reference finds
// what it names. A definition with errors is known all the same, so that one mistake is reported
// once.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/model/policy.hpp"

#include "names.hpp"
#include "reader.hpp"

namespace loadstar::model {

template <class T>
class Names {
 public:
  struct Entry {
    std::shared_ptr<T> value;
    base::Where where;  // of the name
    bool used = false;
  };
  using Map = std::map<std::string, Entry, std::less<>>;

  [[nodiscard]] Entry* find(std::string_view name) {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
  }
  void add(std::string name, std::shared_ptr<T> value, const base::Where& where) {
    entries_.emplace(std::move(name), Entry{std::move(value), where});
  }
  [[nodiscard]] const Map& entries() const noexcept { return entries_; }

 private:
  Map entries_;
};

struct Definitions {
  Names<Region> regions;
  Names<Area> areas;
  Names<Monitor> monitors;
  Names<Pool> pools;
  Names<Policy> policies;
  Definitions* shared = nullptr;  ///< of the libraries; null for the libraries' own
};

/// A kind of definition: where it is kept and what it is called.
template <class T>
struct KindOf {
  Names<T> Definitions::* names;
  std::string_view word;
};

inline constexpr KindOf<Region> kRegions{&Definitions::regions, "region"};
inline constexpr KindOf<Area> kAreas{&Definitions::areas, "area"};
inline constexpr KindOf<Monitor> kMonitors{&Definitions::monitors, "monitor"};
inline constexpr KindOf<Pool> kPools{&Definitions::pools, "pool"};
inline constexpr KindOf<Policy> kPolicies{&Definitions::policies, "policy"};

/// What the readers of one file share.
struct Context {
  Reader in;
  Definitions& definitions;
  std::string origin;  ///< of the zone, absolute and in lower case; "" in a library
};

template <class T>
[[nodiscard]] typename Names<T>::Entry* find(Definitions& definitions, const KindOf<T>& kind,
                                             std::string_view name) {
  if (auto* own = (definitions.*kind.names).find(name)) return own;
  return definitions.shared == nullptr ? nullptr : find(*definitions.shared, kind, name);
}

template <class T>
[[nodiscard]] std::vector<std::string_view> names_of(const Definitions& definitions,
                                                     const KindOf<T>& kind) {
  std::vector<std::string_view> names;
  for (const auto& [name, entry] : (definitions.*kind.names).entries()) names.push_back(name);
  if (definitions.shared == nullptr) return names;
  const auto more = names_of(*definitions.shared, kind);
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

/// What `name` stands for; reports a name that is not known at `value`.
template <class T>
[[nodiscard]] std::shared_ptr<T> refer(Context& context, json::Value value, const KindOf<T>& kind,
                                       std::string_view name) {
  if (auto* entry = find(context.definitions, kind, name)) {
    entry->used = true;
    return entry->value;
  }
  context.in.error(value, fmt::format("there is no {} \"{}\"{}", kind.word, name,
                                      did_you_mean(name, names_of(context.definitions, kind))));
  return nullptr;
}

template <class T>
[[nodiscard]] std::shared_ptr<T> refer(Context& context, json::Value value, const KindOf<T>& kind) {
  const auto name = context.in.string(value);
  return name ? refer(context, value, kind, *name) : nullptr;
}

/// Checks a name that is about to be defined: its form, and that it is new.
template <class T>
[[nodiscard]] bool is_new(Context& context, json::Value member, const KindOf<T>& kind) {
  if (!is_identifier(member.key())) {
    context.in.error_at_key(
        member,
        fmt::format("\"{}\" is not a name of 1 to 63 letters, digits, \"-\", \"_\" or \".\"",
                    member.key()));
    return false;
  }
  const auto* known = find(context.definitions, kind, member.key());
  if (known == nullptr) return true;
  const base::Diagnostic first = base::locate(known->where, {});
  context.in.error_at_key(
      member, fmt::format("{} \"{}\" is defined twice; first in {}:{}:{}", kind.word, member.key(),
                          first.file, first.line, first.column));
  return false;
}

/// Reads a section such as "pools": a definition per member of which `belongs` holds, if given.
template <class T>
void define_all(Context& context, std::optional<json::Value> section, const KindOf<T>& kind,
                void (*read)(Context&, json::Value, T&), bool (*belongs)(json::Value) = nullptr) {
  if (!section || !context.in.is_object(*section)) return;
  for (const json::Value member : section->children()) {
    if (belongs != nullptr && !belongs(member)) continue;
    auto definition = std::make_shared<T>();
    definition->name = std::string(member.key());
    definition->where = context.in.where(member);
    const bool fresh = is_new(context, member, kind);
    read(context, member, *definition);
    if (!fresh) continue;
    (context.definitions.*kind.names)
        .add(definition->name, definition, context.in.where_key(member));
  }
}

}  // namespace loadstar::model
