#pragma once
// The overrides of this node: taken in over the control API and from other nodes, kept in the state
// directory. One thread.
//
//   loadstar drain ─► POST /v1/overrides ─► OverrideKeeper ─► health::Overrides ─► Publisher
//   other nodes ─ merge ──────────────────►   │ overrides.json in the state directory

#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/base/now.hpp"
#include "loadstar/control/api.hpp"
#include "loadstar/health/overrides.hpp"

namespace loadstar::app {

class OverrideKeeper {
 public:
  /// What is forced on the endpoints of these targets may be something else now.
  using Changed = std::function<void(std::span<const health::Override>)>;

  /// The guard that an override would break, in words.
  using GuardAgainst = std::function<std::optional<std::string>(const health::Override&)>;

  /// `state`: "" = none are kept. `node` is this one's name among those that share overrides.
  OverrideKeeper(std::filesystem::path state, std::string node, Changed changed,
                 GuardAgainst guard_against = {});

  /// Takes up what the state directory has. A file that is damaged is set aside with a warning.
  void recall(const base::Now& now);

  /// Answers with a JSON document that says what it is and how many endpoints it is for; the error
  /// says what is wrong with the request.
  [[nodiscard]] std::expected<std::string, std::string> set(const control::OverrideRequest& request,
                                                            const answer::Snapshot& snapshot,
                                                            const base::Now& now);
  [[nodiscard]] std::expected<void, std::string> remove(const control::OverrideRequest& request,
                                                        const base::Now& now);
  /// What other nodes have.
  void merge(std::span<const health::Override> others, const base::Now& now);

  /// Called after each change that was made on this node.
  void listen(health::Overrides::Listener listener) { overrides_.listen(std::move(listener)); }
  [[nodiscard]] const health::Overrides& overrides() const noexcept { return overrides_; }

 private:
  void change(std::span<const health::Override> changed, const base::Now& now);
  void save() const;
  [[nodiscard]] std::optional<std::string> broken_guard(const health::Override& override) const;

  std::filesystem::path state_;
  Changed changed_;
  GuardAgainst guard_against_;
  health::Overrides overrides_;
};

}  // namespace loadstar::app
