// Reads any bytes as overrides of another node, and as the file of the state directory. What can be
// read is right, and survives being written and read again.
#include <cstdlib>
#include <string_view>

#include "loadstar/app/override_file.hpp"

namespace {

using namespace loadstar;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(app::overrides_from_text(text));
  const auto overrides = app::overrides_from_json(text);
  if (!overrides) return 0;
  for (const health::Override& one : *overrides) require(!health::problem_of(one));
  const auto again = app::overrides_from_json(app::overrides_to_json(*overrides));
  require(again && *again == *overrides);
  return 0;
}
