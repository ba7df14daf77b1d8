// The scenarios in the process: files to answers by the real loader, consensus, publisher and
// responder, with a clock that stands still until it is told to move.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "loadstar/app/publisher.hpp"
#include "loadstar/health/consensus.hpp"
#include "loadstar/model/loader.hpp"

#include "answer_world.hpp"
#include "catch.hpp"
#include "paths.hpp"

using namespace loadstar;
using nlohmann::json;

namespace {

class Scenario {
 public:
  explicit Scenario(const json& script)
      : health_({.listener = [this](health::TargetId id, health::Change) { publisher_.mark(id); }}),
        publisher_(states_, health_) {
    std::vector<std::shared_ptr<const base::SourceFile>> files;
    for (const auto& [name, zone] : script.at("zones").items())
      files.push_back(model::make_source(name, zone.dump()));
    model::LoadedZones loaded = model::load_zones(std::move(files));
    base::Diagnostics diagnostics = loaded.diagnostics;
    std::vector<std::filesystem::path> geoip;
    if (script.value("geoip", false)) geoip.push_back(test::source_folder() / "geoip");
    auto snapshot = answer::Snapshot::compile({.zones = std::move(loaded.zones),
                                               .master_files = std::move(loaded.master_files),
                                               .databases = geo::Databases::open(geoip),
                                               .on_all_down = model::OnAllDown::Kind::All},
                                              diagnostics);
    if (diagnostics.has_errors()) throw base::ConfigError(diagnostics.errors());
    targets_ = app::targets_of(*snapshot);
    ids_ = health_.own().set_targets(targets_);
    publisher_.publish(std::move(snapshot));
    responder_ = std::make_unique<answer::Responder>(states_, answer::ResponderOptions{}, 1);
  }

  void set_backends(const json& backends) {
    for (const auto& [address, state] : backends.items()) backends_[address] = state == "up";
  }

  void probe_all() {
    now_ += std::chrono::seconds(1);
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      health::Result result;
      const bool up = backends_[targets_[i].address.to_string()];
      result.outcome = up ? health::Outcome::Success : health::Outcome::Refused;
      result.text = up ? "connected" : "connection refused";
      health_.own().record(ids_[i], result, now_);
    }
    publisher_.flush();
  }

  test::Answer ask(const json& step) {
    const std::string text = step.at("ask");
    test::Question question;
    question.name = text.substr(0, text.find(' '));
    question.type = text.substr(text.find(' ') + 1);
    question.subnet = step.value("client", "");
    test::Bytes buffer = test::make_query(question);
    const std::size_t size = buffer.size();
    buffer.resize(answer::kUdpBuffer);
    responder_->refresh({});
    const auto reply = responder_->respond(
        {buffer, size, *base::Address::parse("192.0.2.200"), answer::Transport::Udp});
    buffer.resize(reply.size);
    return test::read_answer(buffer);
  }

 private:
  answer::StateBoard states_;
  health::Consensus health_;
  app::Publisher publisher_;
  std::vector<health::Target> targets_;
  std::vector<health::TargetId> ids_;
  std::map<std::string, bool> backends_;
  std::unique_ptr<answer::Responder> responder_;
  base::TimePoint now_{};
};

/// The data of each record, as `dig +short` shows it.
std::set<std::string> data_of(const test::Answer& answer) {
  std::set<std::string> data;
  for (const std::string& line : answer.answer) data.insert(line.substr(line.rfind(' ') + 1));
  return data;
}

void check(const test::Answer& answer, const json& expected) {
  CHECK(answer.rcode == expected.value("rcode", "NOERROR"));
  if (expected.contains("answer"))
    CHECK(data_of(answer) == expected.at("answer").get<std::set<std::string>>());
  if (expected.contains("scope"))
    CHECK(answer.subnet.substr(answer.subnet.rfind('/') + 1) ==
          std::to_string(expected.at("scope").get<int>()));
}

std::vector<std::filesystem::path> cases() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(test::source_folder() / "tests/scenarios/cases"))
    files.push_back(entry.path());
  REQUIRE_FALSE(files.empty());
  return files;
}

}  // namespace

TEST_CASE("every scenario ends as it is written", "[scenario]") {
  for (const auto& file : cases()) {
    std::ifstream in(file);
    const json script = json::parse(in);
    Scenario scenario(script);
    std::size_t number = 0;
    for (const json& step : script.at("steps")) {
      CAPTURE(file.filename().string(), ++number, step.dump());
      if (step.contains("backends")) scenario.set_backends(step.at("backends"));
      for (int i = 0; i < step.value("rounds", 0); ++i) scenario.probe_all();
      if (step.contains("ask")) check(scenario.ask(step), step.at("expect"));
    }
  }
}
