#pragma once
// What a workload asks and what is right to answer: a text file, one question a line, written by
// workloads.py:
//
//   MESSAGE RCODE ADDRESSES [SOURCE]
//
// MESSAGE is the query in hex, its ID 0; RCODE a number; ADDRESSES those that may be answered, with
// commas, or "-" for no records at all; SOURCE an IPv4 address to ask from.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace loadstar::bench {

struct Question {
  std::vector<std::uint8_t> message;
  std::uint8_t rcode = 0;
  std::vector<std::vector<std::uint8_t>> addresses;  ///< as RDATA
  std::uint32_t source = 0;  ///< IPv4, network byte order; 0 = whatever the system takes
};

/// Throws std::runtime_error that names the line.
[[nodiscard]] std::vector<Question> read_questions(const std::filesystem::path& file);

/// What is wrong with the answer; empty when nothing is.
[[nodiscard]] std::string fault_of(const Question& question, std::span<const std::uint8_t> answer);

}  // namespace loadstar::bench
