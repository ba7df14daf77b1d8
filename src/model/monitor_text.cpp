#include "loadstar/model/monitor_text.hpp"

#include "definitions.hpp"
#include "read_monitor.hpp"

namespace loadstar::model {
namespace {

std::string first_error(Findings& findings) {
  base::Diagnostics diagnostics;
  findings.report(diagnostics);
  return diagnostics.errors().front().to_string();
}

}  // namespace

std::expected<std::shared_ptr<const Monitor>, std::string> parse_monitor(std::string name,
                                                                         std::string_view text) {
  const base::SourceFile source{.name = "monitor \"" + name + '"', .text = std::string(text)};
  const auto document = json::Document::parse(source.text);
  Findings findings(source);
  for (const json::Problem& problem : document.problems())
    findings.error(problem.offset, problem.message);
  auto monitor = std::make_shared<Monitor>();
  monitor->name = std::move(name);
  Definitions none;
  Context context{Reader(source, findings), none, ""};
  if (const auto root = document.root()) read_monitor(context, *root, *monitor);
  if (findings.has_errors()) return std::unexpected(first_error(findings));
  monitor->where = {};
  return monitor;
}

}  // namespace loadstar::model
