#include "loadstar/app/explain.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "loadstar/answer/explain.hpp"
#include "loadstar/base/random.hpp"
#include "loadstar/wire/name.hpp"
#include "loadstar/wire/types.hpp"

namespace loadstar::app {
namespace {

using Json = nlohmann::ordered_json;

/// An ExplainQuestion that makes sense.
struct Question {
  wire::Name name;
  std::uint16_t type = 0;
  base::Prefix client;
};

std::expected<Question, std::string> parse(const ExplainQuestion& question) {
  const auto name = wire::Name::parse(question.name, wire::Name());
  if (!name) return std::unexpected(name.error());
  const auto type = wire::parse_type(question.type);
  if (!type) return std::unexpected(fmt::format("\"{}\" is not a record type", question.type));
  if (question.client.empty()) return std::unexpected("an address of a client is needed");
  const auto client = base::Prefix::parse(question.client);
  if (!client) return std::unexpected(client.error());
  return Question{*name, *type, *client};
}

std::string_view word(steer::Mark mark) {
  switch (mark) {
    case steer::Mark::Note: return "note";
    case steer::Mark::Accepted: return "accepted";
    case steer::Mark::Rejected: return "rejected";
  }
  return "";
}

Json steps_json(const std::vector<steer::ExplainStep>& steps) {
  Json list = Json::array();
  for (const steer::ExplainStep& step : steps) {
    list.push_back({{"number", step.number},
                    {"name", step.name},
                    {"text", step.text},
                    {"mark", word(step.mark)},
                    {"detail", step.detail}});
  }
  return list;
}

}  // namespace

std::expected<std::string, std::string> explain(const answer::State& state,
                                                const ExplainQuestion& asked) {
  const auto question = parse(asked);
  if (!question) return std::unexpected(question.error());
  const steer::Client client{question->client.address, question->client.bits};
  const answer::Explanation explanation =
      answer::explain(state, question->name, question->type, client, base::entropy());
  const Json document{
      {"name", question->name.to_string()},     {"type", wire::type_to_string(question->type)},
      {"client", question->client.to_string()}, {"outcome", explanation.outcome},
      {"answer", explanation.answer},           {"ttl", explanation.ttl},
      {"scope", explanation.scope_bits},        {"steps", steps_json(explanation.steps)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace loadstar::app
