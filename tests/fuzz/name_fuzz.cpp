// Reads any bytes as a name twice, as wire bytes and as text; what is a name must survive both
// forms.
#include <cstdlib>
#include <vector>

#include "loadstar/wire/name.hpp"

namespace {

using namespace loadstar::wire;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_name(const Name& name) {
  require(name.length() >= 1 && name.length() <= kMaxNameLength);
  require(name.label_count() <= kMaxLabels);
  require(Name::from_wire(name.bytes()) == name);
  require(Name::parse(name.to_string(), Name()) == name);
  require(name.lowered() == name.lowered().lowered());
  require(name.is_within(name) && name.is_within(name.parent()) && name.is_within(Name()));
}

void check_lowering(const Name& name) {
  std::vector<std::uint8_t> lowered(name.length());  // a sanitizer sees the first byte too many
  lower_name(name.bytes().data(), name.length(), lowered.data());
  for (std::size_t i = 0; i < lowered.size(); ++i) {
    require(lowered[i] == lower_byte(name.bytes()[i]));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  if (const std::size_t length = name_length(bytes); length != 0) {
    const auto name = Name::from_wire(bytes.first(length));
    require(name.has_value());
    check_name(*name);
    check_lowering(*name);
  }
  const std::string text(bytes.begin(), bytes.end());
  static const Name origin = Name::parse("origin.example.", Name()).value();
  const auto parsed = Name::parse(text, origin);
  if (parsed)
    check_name(*parsed);
  else
    require(!parsed.error().empty());
  return 0;
}
