#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>

namespace loadstar::geo {

/// Whether libmaxminddb may be trusted with a file, from the file's last kMetadataArea bytes (or
/// all) and its length. Up to 1.12 its MMDB_open recurses and allocates as the metadata says,
/// computes the size of the search tree in 32 bits, and leaks where a field is not of the type that
/// it expects. The error says what is wrong.
[[nodiscard]] std::expected<void, std::string> check_metadata(std::span<const std::uint8_t> tail,
                                                              std::uint64_t file_size);

/// The format wants the metadata in the last 128 KiB.
inline constexpr std::size_t kMetadataArea = 128 * 1024;

}  // namespace loadstar::geo
