#include "loadstar/model/loader.hpp"

#include <algorithm>
#include <map>

#include "area_order.hpp"
#include "files.hpp"
#include "read_match.hpp"
#include "read_monitor.hpp"
#include "read_policy.hpp"
#include "read_pool.hpp"
#include "read_region.hpp"
#include "read_zone.hpp"
#include "unused.hpp"

namespace loadstar::model {
namespace {

using Files = std::vector<std::shared_ptr<const base::SourceFile>>;

/// What a file turned out to be. Unknown: it is so broken that it may be any zone, or a library.
enum class Role : std::uint8_t { Zone, Library, Unknown };

/// A JSON file on its way.
struct Input {
  explicit Input(std::shared_ptr<const base::SourceFile> source)
      : file(std::move(source)),
        document(json::Document::parse(file->text)),
        findings(*file),
        in(*file, findings) {
    for (const json::Problem& problem : document.problems()) {
      findings.error(problem.offset, problem.message);
    }
  }

  std::shared_ptr<const base::SourceFile> file;
  json::Document document;
  Findings findings;
  Reader in;
  Role role = Role::Unknown;
  Sections sections;
  std::string origin;  // of a zone, as far as it could be told
};

using Inputs = std::vector<std::unique_ptr<Input>>;

Role role_of(const Input& input) {
  const auto root = input.document.root();
  if (!root) return input.document.find_string("zone") ? Role::Zone : Role::Unknown;
  if (!root->is_object()) return Role::Unknown;
  return root->member("zone") ? Role::Zone : Role::Library;
}

void read_origin(Input& input) {
  const auto text = input.document.find_string("zone");
  if (text && !problem_of_name(*text) && *text != "@") input.origin = absolute_lower(*text);
  if (!input.sections.zone) return;
  const auto name = input.in.domain_name(*input.sections.zone);
  if (name && *name == "@") input.in.refuse(*input.sections.zone, "the name of a zone");
}

std::unique_ptr<Input> read_input(std::shared_ptr<const base::SourceFile> file) {
  auto input = std::make_unique<Input>(std::move(file));
  input->role = role_of(*input);
  const auto root = input->document.root();
  if (root) {
    const FileKind kind = input->role == Role::Zone ? FileKind::Zone : FileKind::Library;
    input->sections = read_sections(input->in, *root, kind);
  }
  if (input->role == Role::Zone) read_origin(*input);
  return input;
}

/// One load from the first file to the last warning.
class Load {
 public:
  void take(std::shared_ptr<const base::SourceFile> file) {
    const std::string_view name = file->name;
    if (name.ends_with(kMasterEnding)) return take_master(std::move(file));
    inputs_.push_back(read_input(std::move(file)));
  }

  LoadedZones finish() && {
    read_libraries();
    find_repeated_origins();
    for (const auto& input : inputs_) {
      if (input->role == Role::Zone) read_one_zone(*input);
      if (input->role == Role::Unknown) result_.libraries_broken = true;
    }
    warn_of_unused();
    for (const auto& input : inputs_) input->findings.report(result_.diagnostics);
    std::ranges::sort(result_.broken);
    const auto repeated = std::ranges::unique(result_.broken);
    result_.broken.erase(repeated.begin(), repeated.end());
    return std::move(result_);
  }

 private:
  void take_master(std::shared_ptr<const base::SourceFile> file) {
    const std::string stem = std::filesystem::path(file->name).stem().string();
    if (const auto problem = problem_of_name(stem)) {
      result_.diagnostics.error(
          {file->name,
           0,
           0,
           {},
           fmt::format("the file's name is not that of a zone: {}", *problem)});
      result_.libraries_broken = true;
      return;
    }
    result_.master_files.push_back({absolute_lower(stem), std::move(file)});
  }

  template <class Read>
  void for_each_library(Read read) {
    for (const auto& input : inputs_) {
      if (input->role != Role::Library) continue;
      Context context{input->in, shared_, {}};
      read(context, input->sections);
    }
  }

  // Kind by kind, so that a library can name what another one defines.
  void read_libraries() {
    for_each_library([](Context& context, const Sections& sections) {
      define_all(context, sections.regions, kRegions, read_region);
      declare_areas(context, sections.areas);
      define_monitors(context, sections.monitors);
    });
    for_each_library([](Context& context, const Sections& sections) {
      read_areas(context, sections.areas);
      define_all(context, sections.pools, kPools, read_pool);
    });
    check_area_order(shared_.areas, [this](const base::Where& where, std::string message) {
      input_of(where).findings.error(where.offset, std::move(message));
    });
    for_each_library([](Context& context, const Sections& sections) {
      define_all(context, sections.policies, kPolicies, read_policy);
    });
    for (const auto& input : inputs_) {
      if (input->role != Role::Library) continue;
      library_files_.push_back(input->file);
      if (input->findings.has_errors()) result_.libraries_broken = true;
    }
  }

  Input& input_of(const base::Where& where) {
    return **std::ranges::find_if(
        inputs_, [&](const auto& input) { return input->file.get() == where.file; });
  }

  // Neither of two files for one zone can be believed.
  void find_repeated_origins() {
    std::map<std::string_view, const base::SourceFile*> seen;
    std::vector<std::string> repeated;
    for (const MasterFile& master : result_.master_files) {
      const auto [first, fresh] = seen.try_emplace(master.origin, master.file.get());
      if (fresh) continue;
      result_.diagnostics.error({master.file->name, 0, 0, {}, repeated_origin(*first)});
      repeated.push_back(master.origin);
    }
    for (const auto& input : inputs_) {
      if (input->origin.empty()) continue;
      const auto [first, fresh] = seen.try_emplace(input->origin, input->file.get());
      if (fresh) continue;
      if (input->sections.zone) input->in.error(*input->sections.zone, repeated_origin(*first));
      repeated.push_back(input->origin);
    }
    std::erase_if(result_.master_files, [&](const MasterFile& master) {
      return std::ranges::find(repeated, master.origin) != repeated.end();
    });
    result_.broken = std::move(repeated);
  }

  static std::string repeated_origin(
      const std::pair<const std::string_view, const base::SourceFile*>& first) {
    return fmt::format("zone \"{}\" is in {} already", first.first, first.second->name);
  }

  void read_one_zone(Input& input) {
    Definitions own;
    own.shared = &shared_;
    Context context{input.in, own, input.origin};
    Zone zone;
    if (!input.origin.empty()) {
      define_own(context, input.sections);
      read_zone(context, input.sections, zone);
    }
    finish_zone(input, own, std::move(zone));
  }

  static void define_own(Context& context, const Sections& sections) {
    define_all(context, sections.regions, kRegions, read_region);
    declare_areas(context, sections.areas);
    read_areas(context, sections.areas);
    check_area_order(context.definitions.areas, [&](const base::Where& where, std::string message) {
      context.in.error(where, std::move(message));
    });
    define_monitors(context, sections.monitors);
    define_all(context, sections.pools, kPools, read_pool);
    define_all(context, sections.policies, kPolicies, read_policy);
  }

  void finish_zone(Input& input, const Definitions& own, Zone zone) {
    const bool doubtful = std::ranges::find(result_.broken, input.origin) != result_.broken.end();
    if (input.findings.has_errors() || doubtful) {
      if (!input.origin.empty()) result_.broken.push_back(input.origin);
      // Which zone's last good version must stay cannot be told, so all must.
      if (input.origin.empty()) result_.libraries_broken = true;
      return;
    }
    find_unused(own, [&](const base::Where& where, std::string message) {
      input.in.warning(where, std::move(message));
    });
    zone.file = input.file;
    zone.unescaped = input.document.unescaped();
    zone.files.push_back(input.file);
    zone.files.insert(zone.files.end(), library_files_.begin(), library_files_.end());
    result_.zones.push_back(std::make_shared<const Zone>(std::move(zone)));
  }

  // A zone that failed may be the one that uses it.
  void warn_of_unused() {
    const bool complete = !result_.zones.empty() && result_.broken.empty();
    if (!complete || result_.libraries_broken) return;
    find_unused(shared_, [this](const base::Where& where, std::string message) {
      input_of(where).findings.warning(where.offset, std::move(message));
    });
  }

  Inputs inputs_;
  Definitions shared_;  // of the libraries
  Files library_files_;
  LoadedZones result_;
};

}  // namespace

LoadedZones load_zones(std::vector<std::shared_ptr<const base::SourceFile>> files) {
  Load load;
  for (auto& file : files) load.take(std::move(file));
  return std::move(load).finish();
}

LoadedZones load_zones(const std::vector<std::filesystem::path>& paths) {
  base::Diagnostics diagnostics;
  FoundFiles found = find_files(paths, diagnostics);
  LoadedZones loaded = load_zones(std::move(found.files));
  loaded.diagnostics.append(diagnostics);
  for (const std::filesystem::path& path : found.unreadable) {
    const bool master = path.extension() == kMasterEnding;
    if (master)
      loaded.broken.push_back(absolute_lower(path.stem().string()));
    else
      loaded.libraries_broken = true;
  }
  return loaded;
}

}  // namespace loadstar::model
