#include "loadstar/app/edition.hpp"

#include <algorithm>
#include <malloc.h>
#include <map>
#include <variant>

#include "loadstar/base/random.hpp"
#include "loadstar/model/cookie_secrets.hpp"
#include "loadstar/model/loader.hpp"

#include "serial_file.hpp"

namespace loadstar::app {
namespace {

std::string_view file_of(const ZoneVersion& version) { return version.front()->name; }

std::vector<base::Diagnostic> errors_in(const base::Diagnostics& diagnostics,
                                        std::string_view file) {
  std::vector<base::Diagnostic> errors = diagnostics.errors();
  std::erase_if(errors, [&](const base::Diagnostic& one) { return one.file != file; });
  return errors;
}

/// Makes one edition.
class Reading {
 public:
  Reading(const Sources& sources, const Edition* previous)
      : sources_(sources), previous_(previous), edition_(std::make_shared<Edition>()) {}

  std::shared_ptr<const Edition> finish() && {
    open_databases();
    read_cookie_secrets();
    recall_serials();
    read_zones();
    compile();
    remember_serials();
    return std::move(edition_);
  }

 private:
  using Zone = std::shared_ptr<const model::Zone>;
  using Model = std::variant<Zone, model::MasterFile>;

  void open_databases() {
    const auto previous = previous_ != nullptr ? previous_->databases : nullptr;
    try {
      edition_->databases = geo::Databases::open(sources_.geoip, previous);
    } catch (const base::ConfigError& error) {
      for (const base::Diagnostic& one : error.diagnostics()) edition_->diagnostics.error(one);
      edition_->databases = previous != nullptr ? previous : geo::Databases::open({});
    }
  }

  void read_cookie_secrets() {
    std::vector<base::SipKey>& secrets = edition_->cookie_secrets;
    if (!sources_.cookie_secrets.empty())
      secrets = model::read_cookie_secrets(sources_.cookie_secrets, edition_->diagnostics);
    if (secrets.empty() && previous_ != nullptr) secrets = previous_->cookie_secrets;
    if (secrets.empty()) secrets = {{base::entropy(), base::entropy()}};
  }

  void recall_serials() {
    if (previous_ != nullptr) edition_->serials = previous_->serials;
    if (previous_ != nullptr || sources_.state.empty()) return;
    edition_->serials = read_serials(sources_.state, edition_->diagnostics);
  }

  void remember_serials() {
    if (edition_->snapshot == nullptr) return;
    const answer::KnownSerials before = edition_->serials;
    for (const auto& [origin, known] : edition_->snapshot->serials())
      edition_->serials[origin] = known;
    if (sources_.state.empty() || edition_->serials == before) return;
    write_serials(sources_.state, edition_->serials, edition_->diagnostics);
  }

  void read_zones() {
    model::LoadedZones loaded = model::load_zones(sources_.zones);
    edition_->diagnostics.append(loaded.diagnostics);
    if (loaded.libraries_broken) return keep_everything(loaded.diagnostics);
    for (const auto& zone : loaded.zones) take(zone->origin, zone->files, zone);
    for (const model::MasterFile& zone : loaded.master_files) take(zone.origin, {zone.file}, zone);
    for (const std::string& origin : loaded.broken) fall_back(origin, loaded.diagnostics);
  }

  void take(const std::string& origin, ZoneVersion version, Model model) {
    edition_->zones[origin].version = std::make_shared<const ZoneVersion>(std::move(version));
    fresh_[origin] = std::move(model);
  }

  /// Makes the models of those whose last good version stays; what was good is so again. They are
  /// read together with all that had the same libraries, so that they share what those define.
  void recall_zones() {
    std::map<ZoneVersion, ZoneVersion> by_libraries;
    for (const auto& [origin, zone] : edition_->zones) {
      if (zone.version == nullptr || fresh_.contains(origin)) continue;
      const ZoneVersion libraries(zone.version->begin() + 1, zone.version->end());
      by_libraries.try_emplace(libraries, libraries).first->second.push_back(zone.version->front());
    }
    recalled_.clear();
    for (auto& [libraries, files] : by_libraries)
      recalled_.push_back(model::load_zones(std::move(files)));
  }

  void keep_everything(const base::Diagnostics& diagnostics) {
    if (previous_ == nullptr) return;
    for (const auto& [origin, zone] : previous_->zones) {
      edition_->zones[origin] = {zone.version, diagnostics.errors()};
    }
  }

  [[nodiscard]] std::shared_ptr<const ZoneVersion> last_good(const std::string& origin) const {
    if (previous_ == nullptr) return nullptr;
    const auto found = previous_->zones.find(origin);
    return found == previous_->zones.end() ? nullptr : found->second.version;
  }

  /// Puts the last good version in the place of one that is broken.
  void fall_back(const std::string& origin, const base::Diagnostics& diagnostics) {
    EditionZone& zone = edition_->zones[origin];
    fresh_.erase(origin);
    const auto broken = std::exchange(zone.version, last_good(origin));
    const auto& known = broken != nullptr ? broken : zone.version;
    if (known != nullptr) zone.diagnostics = errors_in(diagnostics, file_of(*known));
    // A broken file that was never good under this name: better too much said than nothing.
    if (zone.diagnostics.empty()) zone.diagnostics = diagnostics.errors();
  }

  [[nodiscard]] answer::SnapshotSource source() const {
    answer::SnapshotSource source{.zones = {},
                                  .master_files = {},
                                  .databases = edition_->databases,
                                  .on_all_down = sources_.on_all_down,
                                  .cookie_secrets = edition_->cookie_secrets,
                                  .serials = edition_->serials};
    for (const auto& [origin, model] : fresh_) {
      if (const auto* zone = std::get_if<Zone>(&model))
        source.zones.push_back(*zone);
      else
        source.master_files.push_back(std::get<model::MasterFile>(model));
    }
    for (const model::LoadedZones& old : recalled_) {
      source.zones.insert(source.zones.end(), old.zones.begin(), old.zones.end());
      source.master_files.insert(source.master_files.end(), old.master_files.begin(),
                                 old.master_files.end());
    }
    return source;
  }

  /// Some mistakes show only when records are parsed: those zones fall back, too, and the rest is
  /// compiled again. Ends because every round takes at least one new version away.
  void compile() {
    for (;;) {
      recall_zones();
      base::Diagnostics diagnostics;
      edition_->snapshot = answer::Snapshot::compile(source(), diagnostics);
      edition_->diagnostics.append(diagnostics);
      if (edition_->snapshot != nullptr) return;
      if (!fall_back_those_in(diagnostics)) break;
    }
    if (previous_ != nullptr) edition_->snapshot = previous_->snapshot;
  }

  bool fall_back_those_in(const base::Diagnostics& diagnostics) {
    bool changed = false;
    for (auto& [origin, zone] : edition_->zones) {
      const bool is_fresh = zone.version != nullptr && zone.version != last_good(origin);
      if (!is_fresh || errors_in(diagnostics, file_of(*zone.version)).empty()) continue;
      fall_back(origin, diagnostics);
      changed = true;
    }
    return changed;
  }

  const Sources& sources_;
  const Edition* previous_;
  std::shared_ptr<Edition> edition_;
  std::map<std::string, Model> fresh_;        // of the versions that are not those of before
  std::vector<model::LoadedZones> recalled_;  // of the others
};

}  // namespace

std::shared_ptr<const Edition> read_edition(const Sources& sources, const Edition* previous) {
  auto edition = Reading(sources, previous).finish();
  ::malloc_trim(0);  // reading takes several times what is kept
  return edition;
}

}  // namespace loadstar::app
