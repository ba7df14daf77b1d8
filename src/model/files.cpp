#include "files.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fstream>
#include <set>
#include <system_error>

#include "loadstar/model/json/document.hpp"
#include "loadstar/model/json/path.hpp"
#include "loadstar/model/loader.hpp"

namespace loadstar::model {
namespace {

namespace fs = std::filesystem;

void report(base::Diagnostics& diagnostics, const fs::path& path, std::string message) {
  diagnostics.error({path.string(), 0, 0, {}, std::move(message)});
}

bool is_ours(const fs::path& path) {
  const std::string name = path.filename().string();
  return !name.starts_with('.') && (name.ends_with(kJsonEnding) || name.ends_with(kMasterEnding));
}

/// Paths in the order in which they are read, each once.
class Search {
 public:
  explicit Search(base::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void add(const fs::path& path) {
    std::error_code problem;
    const fs::file_status status = fs::status(path, problem);
    if (fs::is_directory(status)) return add_directory(path);
    if (!fs::exists(status)) return refuse(path, problem.message());
    if (!is_ours(path)) return refuse(path, "the name ends neither in \".json\" nor in \".zone\"");
    add_file(path);
  }

  [[nodiscard]] const std::vector<fs::path>& files() const noexcept { return files_; }
  [[nodiscard]] const std::vector<fs::path>& refused() const noexcept { return refused_; }

 private:
  void add_directory(const fs::path& path) {
    std::error_code problem;
    std::vector<fs::path> found;
    for (fs::directory_iterator entry(path, problem), end; !problem && entry != end;
         entry.increment(problem)) {
      std::error_code ignored;  // what vanished meanwhile is no file
      if (is_ours(entry->path()) && entry->is_regular_file(ignored)) found.push_back(entry->path());
    }
    if (problem) return refuse(path, problem.message());
    std::ranges::sort(found);
    for (const fs::path& file : found) add_file(file);
  }

  void add_file(const fs::path& path) {
    std::error_code problem;
    const fs::path canonical = fs::weakly_canonical(path, problem);
    if (seen_.insert(problem ? path : canonical).second) files_.push_back(path);
  }

  void refuse(const fs::path& path, const std::string& why) {
    report(diagnostics_, path, fmt::format("cannot be read: {}", why));
    refused_.push_back(path);
  }

  base::Diagnostics& diagnostics_;
  std::vector<fs::path> files_;
  std::vector<fs::path> refused_;
  std::set<fs::path> seen_;
};

/// Seconds since 1970; 0 when it cannot be told.
std::int64_t modified_at(const fs::path& path) {
  std::error_code problem;
  const fs::file_time_type time = fs::last_write_time(path, problem);
  if (problem) return 0;
  const auto since_1970 = fs::file_time_type::clock::to_sys(time).time_since_epoch();
  return std::chrono::floor<std::chrono::seconds>(since_1970).count();
}

}  // namespace

std::shared_ptr<const base::SourceFile> make_source(std::string name, std::string text,
                                                    std::int64_t modified) {
  auto file = std::make_shared<base::SourceFile>();
  if (!std::string_view(name).ends_with(kMasterEnding)) file->path_at = json::path_at;
  file->name = std::move(name);
  file->text = std::move(text);
  file->modified = modified;
  return file;
}

std::shared_ptr<const base::SourceFile> read_file(const fs::path& path,
                                                  base::Diagnostics& diagnostics) {
  std::error_code problem;
  const std::uintmax_t size = fs::file_size(path, problem);
  if (!problem && size > json::kMaxFileBytes) {
    report(diagnostics, path,
           fmt::format("the file is larger than {} MiB", json::kMaxFileBytes / (1024 * 1024)));
    return nullptr;
  }
  std::string text(problem ? 0 : static_cast<std::size_t>(size), '\0');
  std::ifstream in(path, std::ios::binary);
  if (!problem && in.read(text.data(), static_cast<std::streamsize>(text.size()))) {
    return make_source(path.string(), std::move(text), modified_at(path));
  }
  const std::string why = problem ? problem.message() : std::generic_category().message(errno);
  report(diagnostics, path, fmt::format("cannot be read: {}", why));
  return nullptr;
}

FoundFiles find_files(const std::vector<fs::path>& paths, base::Diagnostics& diagnostics) {
  Search search(diagnostics);
  for (const fs::path& path : paths) search.add(path);
  FoundFiles found;
  found.unreadable = search.refused();
  for (const fs::path& path : search.files()) {
    if (auto file = read_file(path, diagnostics))
      found.files.push_back(std::move(file));
    else
      found.unreadable.push_back(path);
  }
  return found;
}

}  // namespace loadstar::model
