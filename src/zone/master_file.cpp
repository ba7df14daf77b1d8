#include "loadstar/zone/master_file.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <string_view>

#include "ldns_record.hpp"

namespace loadstar::zone {
namespace {

constexpr std::uint32_t kDefaultTtl = 3600;

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

/// Turns ldns's line numbers into offsets, going forward only.
class LineFinder {
 public:
  explicit LineFinder(std::string_view text) : text_(text) {}

  std::size_t offset_of(int line) {
    while (line_ < line) {
      const std::size_t end = text_.find('\n', offset_);
      if (end == std::string_view::npos) break;
      offset_ = end + 1;
      ++line_;
    }
    return offset_;
  }

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  int line_ = 1;
};

class MasterFileReader {
 public:
  MasterFileReader(const base::SourceFile& file, const wire::Name& origin, ContentBuilder& builder,
                   base::Diagnostics& diagnostics)
      : file_(file),
        builder_(builder),
        diagnostics_(diagnostics),
        lines_(file.text),
        origin_(ldns_name(origin.bytes()).release()),
        previous_(ldns_name(origin.bytes()).release()) {}
  MasterFileReader(const MasterFileReader&) = delete;
  MasterFileReader& operator=(const MasterFileReader&) = delete;
  ~MasterFileReader() {
    ldns_rdf_deep_free(origin_);
    ldns_rdf_deep_free(previous_);
  }

  void read() {
    // fmemopen wants a byte at least; it never writes to a stream opened for reading.
    if (file_.text.empty()) return;
    const std::unique_ptr<std::FILE, CloseFile> stream(
        fmemopen(const_cast<char*>(file_.text.data()), file_.text.size(), "r"));
    if (!stream) return diagnostics_.error({&file_, 0}, "cannot be read");
    while (std::feof(stream.get()) == 0) {
      const long before = std::ftell(stream.get());
      read_one(*stream);
      // ldns reads a whole line or nothing; without progress there is nothing more to read.
      if (std::ftell(stream.get()) == before) break;
    }
  }

 private:
  void read_one(std::FILE& stream) {
    const int line_before = line_;
    ldns_rr* raw = nullptr;
    const ldns_status status =
        ldns_rr_new_frm_fp_l(&raw, &stream, &ttl_, &origin_, &previous_, &line_);
    const LdnsRecord record(raw);
    const base::Where where{&file_, lines_.offset_of(line_before + 1)};
    switch (status) {
      case LDNS_STATUS_OK: return add(*record, where);
      case LDNS_STATUS_SYNTAX_EMPTY:
      case LDNS_STATUS_SYNTAX_TTL:
      case LDNS_STATUS_SYNTAX_ORIGIN: return;  // an empty line, $TTL, $ORIGIN
      case LDNS_STATUS_SYNTAX_INCLUDE:
        return diagnostics_.error(where, "$INCLUDE is not supported; put the records in this file");
      default:
        return diagnostics_.error(
            where, fmt::format("not a resource record: {}", ldns_get_errorstr_by_id(status)));
    }
  }

  void add(const ldns_rr& record, base::Where where) {
    const ldns_rdf* const owner = ldns_rr_owner(&record);
    const auto name = wire::Name::from_wire({ldns_rdf_data(owner), ldns_rdf_size(owner)});
    if (!name) return diagnostics_.error(where, "the owner is not a domain name");
    if (ldns_rr_get_class(&record) != LDNS_RR_CLASS_IN)
      return diagnostics_.error(where, "the class is not IN");
    builder_.add(*name, static_cast<std::uint16_t>(ldns_rr_get_type(&record)), ldns_rr_ttl(&record),
                 wire_rdata(record), where);
  }

  const base::SourceFile& file_;
  ContentBuilder& builder_;
  base::Diagnostics& diagnostics_;
  LineFinder lines_;
  std::uint32_t ttl_ = kDefaultTtl;
  ldns_rdf* origin_;    // ldns replaces it at $ORIGIN
  ldns_rdf* previous_;  // ldns replaces it at each owner
  int line_ = 0;
};

}  // namespace

void read_master_file(const base::SourceFile& file, const wire::Name& origin,
                      ContentBuilder& builder, base::Diagnostics& diagnostics) {
  MasterFileReader(file, origin, builder, diagnostics).read();
}

}  // namespace loadstar::zone
