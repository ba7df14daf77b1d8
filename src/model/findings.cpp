#include "findings.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "loadstar/model/json/path.hpp"

namespace loadstar::model {

void Findings::error(std::size_t offset, std::string message) {
  errors_.push_back({offset, std::move(message)});
}

void Findings::warning(std::size_t offset, std::string message) {
  warnings_.push_back({offset, std::move(message)});
}

void Findings::report(base::Diagnostics& diagnostics) {
  std::ranges::sort(errors_);
  json::Locator locator(file_->text);
  for (std::size_t i = 0; i < std::min(errors_.size(), kMaxFindings); ++i) {
    locator.advance(errors_[i].offset);
    diagnostics.error({file_->name, locator.line(), locator.column(), locator.path(),
                       std::move(errors_[i].message)});
  }
  if (errors_.size() > kMaxFindings) {
    diagnostics.error({file_->name, 0, 0, "",
                       fmt::format("{} more errors in this file", errors_.size() - kMaxFindings)});
  }
  std::ranges::sort(warnings_);
  for (std::size_t i = 0; i < std::min(warnings_.size(), kMaxFindings); ++i) {
    diagnostics.warning({file_, warnings_[i].offset}, std::move(warnings_[i].message));
  }
}

}  // namespace loadstar::model
