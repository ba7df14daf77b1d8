#pragma once

#include <vector>

#include "loadstar/base/address.hpp"

#include "reader.hpp"

namespace loadstar::model {

/// Adds the address blocks of a list to `prefixes`.
inline void read_prefixes(Reader& in, json::Value value, std::vector<base::Prefix>& prefixes) {
  for (const json::Value item : in.items(value)) {
    const auto text = in.string(item);
    if (!text) continue;
    auto prefix = base::Prefix::parse(*text);
    if (prefix)
      prefixes.push_back(*prefix);
    else
      in.error(item, std::move(prefix.error()));
  }
}

}  // namespace loadstar::model
