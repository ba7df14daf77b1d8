// Any bytes as a master file: diagnostics or a zone that can be laid out, never a crash.
#include <cstdint>
#include <string>

#include "loadstar/zone/catalog.hpp"
#include "loadstar/zone/master_file.hpp"

/// ldns 1.8.3 loses two bytes when it refuses the algorithm of a CERT record. LeakSanitizer asks.
extern "C" const char* __lsan_default_suppressions() { return "leak:ldns_rdf_new_frm_data\n"; }

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
