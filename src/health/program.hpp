#pragma once
// A program of the operator's as a child process, in plain values. Blocks never.

#include <csignal>
#include <expected>
#include <string>
#include <sys/types.h>
#include <system_error>
#include <vector>

#include "descriptor.hpp"

namespace loadstar::health {

/// How a program ended.
struct ProgramEnd {
  int status = 0;  ///< exit status
  int signal = 0;  ///< that killed it; 0 = it has exited by itself
};

/// A running program: the leader of a session and process group of its own, in the root directory,
/// with nothing open but /dev/null as input and errors and a pipe as output.
class Program {
 public:
  /// `command` is a program's path and its arguments, `environment` all that it has, as
  /// "NAME=VALUE".
  [[nodiscard]] static std::expected<Program, std::error_code> start(
      const std::vector<std::string>& command, const std::vector<std::string>& environment);
  Program(Program&& other) noexcept;
  Program& operator=(Program&&) = delete;
  Program(const Program&) = delete;
  /// Kills it with all of its group.
  ~Program();

  /// Readable when it has ended (pidfd_open(2)).
  [[nodiscard]] int end_descriptor() const noexcept { return end_.get(); }
  /// What it writes; does not block.
  [[nodiscard]] int output_descriptor() const noexcept { return output_.get(); }

  /// Kills all of its group that is left.
  void kill() noexcept;
  /// Takes note of its end, which has been told by end_descriptor(). Nothing more to kill then.
  [[nodiscard]] ProgramEnd reap() noexcept;

 private:
  Program(pid_t id, Descriptor end, Descriptor output) noexcept
      : id_(id), end_(std::move(end)), output_(std::move(output)) {}

  pid_t id_;  // of the process and of its group; 0 = reaped
  Descriptor end_;
  Descriptor output_;
};

}  // namespace loadstar::health
