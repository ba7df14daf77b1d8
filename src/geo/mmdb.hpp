#pragma once
// One MaxMind DB file: the adapter of libmaxminddb, and the only file that includes its header. It
// gives the search tree as nodes and the data section as bytes; TreeCursor walks the one,
// RecordReader reads the other.

#include <array>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "loadstar/geo/database.hpp"

struct MMDB_s;

namespace loadstar::geo {

class Mmdb {
 public:
  /// Reads a whole file into memory. The error says what is wrong, without the path.
  [[nodiscard]] static std::expected<Mmdb, std::string> open(const std::filesystem::path& path);

  [[nodiscard]] const DatabaseInfo& info() const noexcept { return info_; }
  [[nodiscard]] std::uint32_t node_count() const noexcept;
  [[nodiscard]] std::span<const std::uint8_t> data() const noexcept;

  /// A record of the search tree: below node_count() another node, else see data_offset().
  using Record = std::uint32_t;
  /// Where the tree of a family starts; nothing when the database has none of it.
  [[nodiscard]] std::optional<Record> root(base::Family family) const noexcept;
  /// The halves of a node below node_count().
  [[nodiscard]] std::array<Record, 2> halves(Record node) const noexcept;
  /// Of a record that is no node: nothing where no data is known.
  [[nodiscard]] std::optional<std::uint32_t> data_offset(Record record) const;

  /// For what only a walk finds: throws base::ConfigError that names the file.
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  struct Close {
    void operator()(MMDB_s* handle) const noexcept;
  };
  using Handle = std::unique_ptr<MMDB_s, Close>;

  Mmdb(Handle handle, DatabaseInfo info);

  Handle handle_;
  DatabaseInfo info_;
};

}  // namespace loadstar::geo
