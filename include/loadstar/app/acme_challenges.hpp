#pragma once
// The ACME challenges of this node: taken in over the control API, gone by themselves. One thread.
//
//   loadstar acme ─► POST /v1/acme ─► AcmeChallenges ─► answer::Challenges ─► State
//                                        │ acme.txt in the state directory, when there is one

#include <chrono>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "loadstar/answer/challenges.hpp"
#include "loadstar/answer/snapshot.hpp"
#include "loadstar/control/api.hpp"

namespace boost::asio {
class io_context;
}

namespace loadstar::app {

class AcmeChallenges {
 public:
  using Publish = std::function<void(std::shared_ptr<const answer::Challenges>)>;

  static constexpr std::size_t kMost = 1000;
  static constexpr std::size_t kMostAtOneName = 50;
  static constexpr std::size_t kMostTokenBytes = 255;
  static constexpr std::chrono::hours kLongestLife{7 * 24};

  /// `publish` is called with what there is after each change; null when there is nothing. Takes up
  /// what the state directory has ("": none is kept).
  AcmeChallenges(boost::asio::io_context& io, std::filesystem::path state, Publish publish);
  ~AcmeChallenges();
  AcmeChallenges(const AcmeChallenges&) = delete;
  AcmeChallenges& operator=(const AcmeChallenges&) = delete;

  /// The error says what is wrong with the request.
  [[nodiscard]] std::expected<void, std::string> add(const control::ChallengeRequest& request,
                                                     const answer::Snapshot& snapshot);
  /// One token of a name, or all when the request names none. What is not there is no error.
  [[nodiscard]] std::expected<void, std::string> remove(const control::ChallengeRequest& request);

 private:
  using Time = std::chrono::system_clock::time_point;
  struct Held {
    answer::Challenge challenge;
    Time expires;
  };

  class Timer;

  [[nodiscard]] bool has_room_for(const answer::Challenge& challenge) const;
  void insert(Held held);
  void change();
  void await_expiry();
  void drop_expired();
  [[nodiscard]] bool erase_expired();
  void load();
  void save() const;

  std::unique_ptr<Timer> timer_;
  std::filesystem::path state_;
  Publish publish_;
  std::vector<Held> held_;
};

}  // namespace loadstar::app
