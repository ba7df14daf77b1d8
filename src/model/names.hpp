#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loadstar::model {

/// What is wrong with a domain name in presentation form (RFC 1035 section 5.1), relative or
/// absolute; nothing when it is right.
[[nodiscard]] std::optional<std::string> problem_of_name(std::string_view name);

/// In lower case and with the final dot.
[[nodiscard]] std::string absolute_lower(std::string_view name);

/// "@" and names without a final dot are completed with the origin, which is absolute; the result
/// is in lower case.
[[nodiscard]] std::string completed(std::string_view name, std::string_view origin);

/// The absolute name is the origin or below it; both in lower case.
[[nodiscard]] bool is_within(std::string_view name, std::string_view origin);

/// Octets of the absolute name on the wire.
[[nodiscard]] std::size_t wire_length(std::string_view absolute);

/// Regions, areas, monitors, pools, policies, rules and endpoints: letters, digits, "-", "_" and
/// ".", at most 63.
[[nodiscard]] bool is_identifier(std::string_view name) noexcept;

}  // namespace loadstar::model
