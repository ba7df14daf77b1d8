#include "loadstar/geo/database.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <utility>

#include "loadstar/base/diagnostic.hpp"
#include "loadstar/base/file_stamp.hpp"

#include "block.hpp"
#include "decode.hpp"
#include "mmdb.hpp"
#include "overlay.hpp"
#include "partition_memo.hpp"
#include "place_table.hpp"
#include "tree_cursor.hpp"

namespace loadstar::geo {

namespace {

/// A file as it was before it was read.
struct StampedFile {
  std::filesystem::path path;
  base::FileStamp stamp;
};

}  // namespace

struct Databases::Content {
  std::vector<StampedFile> files;
  std::vector<DatabaseInfo> info;
  PlaceTable places;
  Runs<Number32> v4;
  Runs<Number128> v6;
  mutable PartitionMemo partitions;
};

namespace {

namespace fs = std::filesystem;

struct Candidate {
  Mmdb database;
  Kind kind;
};

/// What is on disk, and what is wrong with it.
struct Found {
  std::vector<Candidate> candidates;
  base::Diagnostics problems;

  void refuse(const fs::path& path, std::string why) {
    problems.error(base::Diagnostic{path.string(), 0, 0, "", std::move(why)});
  }
};

enum class Outcome : std::uint8_t { Useful, OfNoUse, Broken };

Outcome add_file(Found& found, const fs::path& path) try {
  auto database = Mmdb::open(path);
  if (!database) {
    found.refuse(path, std::move(database).error());
    return Outcome::Broken;
  }
  const Kind kind = kind_of(*database);
  if (!kind.useful()) return Outcome::OfNoUse;
  found.candidates.push_back({std::move(*database), kind});
  return Outcome::Useful;
} catch (const base::ConfigError& broken_inside) {
  for (const auto& problem : broken_inside.diagnostics()) found.problems.error(problem);
  return Outcome::Broken;
}

/// What a path stands for: itself, or the databases of a folder.
std::vector<fs::path> databases_at(const fs::path& path, std::error_code& failure) {
  std::error_code ignored;  // what cannot be examined cannot be opened either, and that is noted
  if (!fs::is_directory(path, ignored)) return {path};
  std::vector<fs::path> files;
  for (fs::directory_iterator at(path, failure), end; !failure && at != end;
       at.increment(failure)) {
    if (at->path().extension() == ".mmdb") files.push_back(at->path());
  }
  std::ranges::sort(files);  // so that equals are settled alike on every machine
  return files;
}

std::vector<StampedFile> stamped(const std::vector<fs::path>& paths) {
  std::vector<StampedFile> files;
  for (const fs::path& path : paths) {
    std::error_code ignored;
    for (fs::path& file : databases_at(path, ignored)) {
      const auto stamp = base::FileStamp::of(file);
      files.push_back({std::move(file), stamp});
    }
  }
  return files;
}

bool are_same(const std::vector<StampedFile>& now, const std::vector<StampedFile>& before) {
  return std::ranges::equal(now, before, [](const StampedFile& one, const StampedFile& other) {
    return one.path == other.path && one.stamp.is_same_as(other.stamp);
  });
}

/// A folder may hold databases of other kinds, such as Anonymous-IP, but not only those.
void add_path(Found& found, const fs::path& path) {
  std::error_code failure;
  const std::vector<fs::path> files = databases_at(path, failure);
  if (failure)
    found.refuse(path, "cannot be listed: " + failure.message());
  else if (files.empty())
    found.refuse(path, "is a folder without .mmdb files");
  std::size_t of_no_use = 0;
  for (const fs::path& file : files) {
    if (add_file(found, file) == Outcome::OfNoUse) ++of_no_use;
  }
  if (of_no_use > 0 && of_no_use == files.size()) {
    found.refuse(path, "is no City, Country or ASN database, nor a folder with one");
  }
}

/// The best candidate for a role, or null.
const Mmdb* best(const std::vector<Candidate>& candidates, Rank Kind::* role) {
  const auto at = std::ranges::max_element(candidates, {}, [&](const Candidate& candidate) {
    return std::pair(candidate.kind.*role, candidate.database.info().build_epoch);
  });
  if (at == candidates.end() || at->kind.*role == Rank::None) return nullptr;
  return &at->database;
}

/// A database in its role and the decoder for it.
struct Source {
  const Mmdb* database;
  Decoder decode;
};

template <class Number>
Runs<Number> walk(Source& location, Source& system, PlaceTable& places) {
  return overlay<Number>(
      TreeCursor<Number, Decoder>(location.database, location.decode),
      TreeCursor<Number, Decoder>(system.database, system.decode),
      [&](std::uint32_t where, std::uint32_t whose) { return places.add_place(where, whose); });
}

}  // namespace

Databases::Databases(std::unique_ptr<const Content> content) : content_(std::move(content)) {}
Databases::~Databases() = default;

std::shared_ptr<const Databases> Databases::open(const std::vector<fs::path>& paths,
                                                 const std::shared_ptr<const Databases>& previous) {
  std::vector<StampedFile> files = stamped(paths);
  if (previous != nullptr && are_same(files, previous->content_->files)) return previous;
  Found found;
  for (const fs::path& path : paths) add_path(found, path);
  if (found.problems.has_errors()) throw base::ConfigError(found.problems.errors());

  auto content = std::make_unique<Content>();
  content->files = std::move(files);
  PlaceTable& places = content->places;
  const Mmdb* const by_city = best(found.candidates, &Kind::location);
  const Mmdb* const by_system = best(found.candidates, &Kind::system);
  if (by_city) content->info.push_back(by_city->info());
  if (by_system && by_system != by_city) content->info.push_back(by_system->info());

  Source location{by_city, {by_city, read_location, places}};
  Source system{by_system, {by_system, read_system, places}};
  content->v4 = walk<Number32>(location, system, places);
  content->v6 = walk<Number128>(location, system, places);
  content->places.freeze();
  return std::shared_ptr<const Databases>(new Databases(std::move(content)));
}

std::shared_ptr<const Databases> Databases::from_table(std::span<const PlacedNetwork> table) {
  auto content = std::make_unique<Content>();
  Blocks<Number32> v4;
  Blocks<Number128> v6;
  for (const auto& [network, place] : table) {
    const std::uint32_t index = content->places.add(place);
    const base::Address& first = network.address;
    if (first.is_v4())
      v4[{number_of<Number32>(first), network.bits}] = index;
    else
      v6[{number_of<Number128>(first), network.bits}] = index;
  }
  content->v4 = lay_out(v4);
  content->v6 = lay_out(v6);
  content->places.freeze();
  return std::shared_ptr<const Databases>(new Databases(std::move(content)));
}

const std::vector<DatabaseInfo>& Databases::info() const noexcept { return content_->info; }

Place Databases::look_up(const base::Address& address) const {
  if (const auto inner = base::embedded_v4(address)) return look_up(inner->address);
  return place(address.is_v4() ? content_->v4.at(number_of<Number32>(address))
                               : content_->v6.at(number_of<Number128>(address)));
}

Place Databases::place(std::uint32_t index) const { return content_->places.place(index); }
std::uint32_t Databases::place_count() const noexcept { return content_->places.size(); }

const Runs<Number32>& Databases::runs_v4() const noexcept { return content_->v4; }
const Runs<Number128>& Databases::runs_v6() const noexcept { return content_->v6; }

PartitionMemo& Databases::partitions() const noexcept { return content_->partitions; }

std::size_t Databases::memory_bytes() const noexcept {
  return content_->places.memory_bytes() + content_->v4.memory_bytes() +
         content_->v6.memory_bytes();
}

}  // namespace loadstar::geo
