#pragma once

#include <cstdint>

#include "loadstar/base/address.hpp"
#include "loadstar/wire/name.hpp"
#include "loadstar/wire/tsig.hpp"

namespace loadstar::app {

/// A zone has changed, and whom to tell.
struct Notice {
  wire::Name zone;
  base::Endpoint to;
  const wire::TsigKey* key = nullptr;  ///< null: not signed

  friend bool operator==(const Notice&, const Notice&) = default;
};

/// What came of it.
enum class NoticeOutcome : std::uint8_t {
  Answered,
  Unsigned,  ///< only by answers without the signature that proves them
  Silent,
};

}  // namespace loadstar::app
