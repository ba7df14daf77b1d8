// Any bytes as a master file: diagnostics or a zone that can be laid out, never a crash.
#include <cstdint>
#include <string>

#include "loadstar/zone/catalog.hpp"
#include "loadstar/zone/master_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace loadstar;
  const base::SourceFile file{
      "example.com.zone", {reinterpret_cast<const char*>(data), size}, nullptr};
  const wire::Name origin = *wire::Name::parse("example.com.", {});
  base::Diagnostics diagnostics;
  zone::ContentBuilder builder(origin, {&file, 0}, diagnostics);
  zone::read_master_file(file, origin, builder, diagnostics);
  const zone::Content content = builder.finish();
  if (!diagnostics.has_errors()) (void)zone::Catalog::build({&content, 1}, 1);
  return 0;
}
