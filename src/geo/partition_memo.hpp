#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace loadstar::geo {

class Partition;

/// The partitions of a set of databases that are in use, by the class of every place. Policies that
/// tell the same places apart share one, which takes megabytes and a good part of a second, and so
/// do a policy and its successor after a reload.
class PartitionMemo {
 public:
  using Classes = std::vector<std::uint32_t>;

  /// What `make()` returns if there is none for these classes.
  template <class Make>
  [[nodiscard]] std::shared_ptr<const Partition> get(Classes class_of, Make make) {
    const std::scoped_lock lock(mutex_);
    if (const auto known = known_.find(class_of); known != known_.end()) {
      if (auto partition = known->second.lock()) return partition;
    }
    std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
    std::shared_ptr<const Partition> partition = make(std::as_const(class_of));
    known_.emplace(std::move(class_of), partition);
    return partition;
  }

 private:
  std::mutex mutex_;
  std::map<Classes, std::weak_ptr<const Partition>> known_;
};

}  // namespace loadstar::geo
