#include "serial_file.hpp"

#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "loadstar/base/number.hpp"

#include "state_file.hpp"

namespace loadstar::app {
namespace {

namespace fs = std::filesystem;

fs::path file_in(const fs::path& state) { return state / "serials.txt"; }

void warn(const fs::path& file, std::size_t offset, std::string text, std::string message,
          base::Diagnostics& diagnostics) {
  const base::SourceFile source{.name = file.string(), .text = std::move(text)};
  diagnostics.warning({&source, offset}, std::move(message));
}

std::optional<std::pair<std::string, answer::KnownSerial>> parse(const std::string& line) {
  std::istringstream words(line);
  std::string origin;
  std::string serial_text;
  std::string fingerprint_text;
  std::string more;
  words >> origin >> serial_text >> fingerprint_text;
  const auto serial = base::parse_number<std::uint32_t>(serial_text);
  const auto fingerprint = base::parse_number<std::uint64_t>(fingerprint_text, 16);
  if (!serial || !fingerprint || !origin.ends_with('.') || words >> more) return std::nullopt;
  return std::pair{origin, answer::KnownSerial{*fingerprint, *serial}};
}

}  // namespace

answer::KnownSerials read_serials(const fs::path& state, base::Diagnostics& diagnostics) {
  const fs::path file = file_in(state);
  std::ifstream in(file, std::ios::binary);
  if (!in) return {};
  const std::string text(std::istreambuf_iterator<char>(in), {});
  answer::KnownSerials serials;
  std::istringstream lines(text);
  std::size_t offset = 0;
  for (std::string line; std::getline(lines, line); offset += line.size() + 1) {
    auto entry = parse(line);
    if (!entry) {
      warn(
          file, offset, text,
          fmt::format("\"{}\" is not an origin, a serial and a fingerprint; the file is made anew, "
                      "and serials start from the times of the zones' files",
                      line),
          diagnostics);
      return {};
    }
    serials.insert(*std::move(entry));
  }
  return serials;
}

void write_serials(const fs::path& state, const answer::KnownSerials& serials,
                   base::Diagnostics& diagnostics) {
  std::string text;
  for (const auto& [origin, known] : serials)
    text += fmt::format("{} {} {:016x}\n", origin, known.serial, known.fingerprint);
  const std::error_code problem = write_state_file(file_in(state), text);
  if (!problem) return;
  warn(file_in(state), 0, {}, fmt::format("cannot be written: {}", problem.message()), diagnostics);
}

}  // namespace loadstar::app
