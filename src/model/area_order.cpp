#include "area_order.hpp"

#include <algorithm>
#include <unordered_map>

namespace loadstar::model {
namespace {

std::vector<const Area*> areas_in(const Match* match) {
  std::vector<const Area*> areas;
  for (; match != nullptr; match = match->excluded.get()) {
    for (const auto& area : match->areas) areas.push_back(area.get());
  }
  return areas;
}

// Depth first with a stack of its own, since a chain of areas can be as long as the file.
class Walk {
 public:
  Walk(const std::unordered_map<const Area*, Names<Area>::Entry>& entries, const ReportArea& report)
      : entries_(entries), report_(report) {}

  void visit(const Area* area) {
    if (levels_.contains(area)) return;
    enter(area);
    while (!stack_.empty()) step();
  }

  [[nodiscard]] const std::vector<const Area*>& broken() const noexcept { return broken_; }

 private:
  struct Frame {
    const Area* area;
    std::vector<const Area*> inner;
    std::size_t next = 0;
    std::size_t levels = 0;
  };

  void enter(const Area* area) { stack_.push_back({area, areas_in(area->match.get())}); }

  void step() {
    Frame& frame = stack_.back();
    if (frame.next == frame.inner.size()) return leave();
    const Area* inner = frame.inner[frame.next];
    const auto known = levels_.find(inner);
    if (known != levels_.end()) {
      frame.levels = std::max(frame.levels, known->second + 1);
      ++frame.next;
    } else if (is_open(inner)) {
      ++frame.next;
      report_circle(inner);
    } else {
      enter(inner);
    }
  }

  void leave() {
    const Frame frame = std::move(stack_.back());
    stack_.pop_back();
    std::size_t levels = frame.levels;
    if (levels > kMaxAreaNesting) {
      fail(frame.area, fmt::format("area \"{}\" nests areas deeper than {}", frame.area->name,
                                   kMaxAreaNesting));
      levels = 0;
    }
    levels_.emplace(frame.area, levels);
  }

  [[nodiscard]] bool is_open(const Area* area) const {
    return entries_.contains(area) && std::ranges::find(stack_, area, &Frame::area) != stack_.end();
  }

  void report_circle(const Area* start) {
    std::string way = fmt::format("\"{}\"", start->name);
    const auto first = std::ranges::find(stack_, start, &Frame::area);
    for (auto frame = first + 1; frame != stack_.end(); ++frame) {
      way += fmt::format(" holds \"{}\", which", frame->area->name);
    }
    fail(start,
         fmt::format("area {} holds \"{}\": an area cannot contain itself", way, start->name));
  }

  void fail(const Area* area, std::string message) {
    broken_.push_back(area);
    report_(entries_.at(area).where, std::move(message));
  }

  const std::unordered_map<const Area*, Names<Area>::Entry>& entries_;
  const ReportArea& report_;
  std::vector<Frame> stack_;
  std::unordered_map<const Area*, std::size_t> levels_;
  std::vector<const Area*> broken_;
};

}  // namespace

void check_area_order(Names<Area>& areas, const ReportArea& report) {
  std::unordered_map<const Area*, Names<Area>::Entry> entries;
  std::vector<const Area*> order;
  for (const auto& [name, entry] : areas.entries()) {
    entries.emplace(entry.value.get(), entry);
    order.push_back(entry.value.get());
  }
  Walk walk(entries, report);
  for (const Area* area : order) walk.visit(area);
  for (const Area* area : walk.broken()) entries.at(area).value->match = std::make_shared<Match>();
}

}  // namespace loadstar::model
