#pragma once
// Tells secondaries that a zone has a new serial (RFC 1996), so that they need not wait for the
// refresh time of the SOA. One thread.

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "loadstar/answer/snapshot.hpp"
#include "loadstar/answer/transfer_rules.hpp"
#include "loadstar/answer/zone_summary.hpp"
#include "loadstar/app/notice.hpp"
#include "loadstar/base/duration.hpp"
#include "loadstar/control/status.hpp"
#include "loadstar/model/transfer.hpp"

namespace boost::asio {
class io_context;
}

namespace loadstar::app {

class ZoneNotifier {
 public:
  struct Options {
    std::vector<model::TransferRule> rules;
    std::shared_ptr<const answer::TransferRules> keys;
    std::vector<base::Endpoint> ourselves;  ///< not told, though they are name servers
    base::Duration first_wait = std::chrono::seconds(1);  ///< each next one is twice as long
  };

  /// NOTIFYs under way at once; more wait their turn.
  static constexpr std::size_t kMostAtOnce = 32;

  ZoneNotifier(boost::asio::io_context& io, Options options)
      : io_(io), options_(std::move(options)) {}

  /// Tells of each zone whose serial is not the one that was told last.
  void tell(const answer::Snapshot& snapshot);

  [[nodiscard]] const control::NotifyStatus& status() const noexcept { return status_; }

 private:
  void tell(const answer::ZoneSummary& zone);
  void enqueue(Notice notice);
  void start_waiting();
  void on_done(const Notice& notice, NoticeOutcome outcome);
  [[nodiscard]] bool is_ourselves(const base::Endpoint& endpoint) const;

  boost::asio::io_context& io_;
  Options options_;
  std::map<std::string, std::uint32_t> told_;  // serials by origin
  std::deque<Notice> waiting_;
  std::size_t under_way_ = 0;
  control::NotifyStatus status_;
};

}  // namespace loadstar::app
