#include "mmdb.hpp"

#include <maxminddb.h>

#include "loadstar/base/diagnostic.hpp"

#include "file_copy.hpp"
#include "metadata_check.hpp"

namespace loadstar::geo {
namespace {

constexpr std::uint32_t kSeparatorBytes =
    16;  // between search tree and data section; records count it

}  // namespace

void Mmdb::Close::operator()(MMDB_s* handle) const noexcept {
  MMDB_close(handle);
  delete handle;
}

Mmdb::Mmdb(Handle handle, DatabaseInfo info) : handle_(std::move(handle)), info_(std::move(info)) {}

std::expected<Mmdb, std::string> Mmdb::open(const std::filesystem::path& path) {
  const auto copy = FileCopy::read(path);
  if (!copy) return std::unexpected(copy.error());
  if (auto checked = check_metadata(copy->tail(kMetadataArea), copy->size()); !checked) {
    return std::unexpected(std::move(checked).error());
  }

  auto opened = std::make_unique<MMDB_s>();
  const int status = MMDB_open(copy->path().c_str(), MMDB_MODE_MMAP, opened.get());
  if (status != MMDB_SUCCESS) return std::unexpected(MMDB_strerror(status));
  Handle handle(opened.release());
  const MMDB_metadata_s& metadata = handle->metadata;
  return Mmdb(std::move(handle), {path.string(), metadata.database_type, metadata.build_epoch});
}

std::uint32_t Mmdb::node_count() const noexcept { return handle_->metadata.node_count; }

std::span<const std::uint8_t> Mmdb::data() const noexcept {
  return {handle_->data_section, handle_->data_section_size};
}

std::optional<Mmdb::Record> Mmdb::root(base::Family family) const noexcept {
  const bool has_v6 = handle_->metadata.ip_version == 6;
  if (family == base::Family::V6) return has_v6 ? std::optional<Record>(0) : std::nullopt;
  return has_v6 ? handle_->ipv4_start_node.node_value : 0;
}

std::array<Mmdb::Record, 2> Mmdb::halves(Record node) const noexcept {
  MMDB_search_node_s read{};
  MMDB_read_node(handle_.get(), node, &read);  // cannot fail below node_count()
  return {static_cast<Record>(read.left_record), static_cast<Record>(read.right_record)};
}

std::optional<std::uint32_t> Mmdb::data_offset(Record record) const {
  if (record == node_count()) return std::nullopt;
  const std::uint32_t beyond = record - node_count();
  if (beyond < kSeparatorBytes || beyond - kSeparatorBytes >= data().size()) {
    refuse("has a search tree that points outside of the data");
  }
  return beyond - kSeparatorBytes;
}

void Mmdb::refuse(const std::string& why) const {
  throw base::ConfigError(std::vector{base::Diagnostic{info_.path, 0, 0, "", why}});
}

}  // namespace loadstar::geo
