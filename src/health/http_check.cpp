#include "loadstar/health/http_check.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/parser.hpp>
#include <charconv>
#include <fmt/format.h>
#include <re2/re2.h>

namespace loadstar::health {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

/// A Beast body that keeps the first kMaxProbeBody bytes and lets the others go by, however many
/// the peer announces.
struct BoundedBody {
  using value_type = std::string;

  class reader {
   public:
    template <bool is_request, class Fields>
    reader(http::header<is_request, Fields>&, value_type& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>&, error_code& error) { error = {}; }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, error_code& error) {
      error = {};
      std::size_t total = 0;
      for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
        const std::size_t room = model::kMaxProbeBody - body_.size();
        body_.append(static_cast<const char*>(buffer.data()), std::min(room, buffer.size()));
        total += buffer.size();
      }
      return total;
    }

    void finish(error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
};

constexpr std::string_view kEndlessHeader = "header without an end";

// "0", CRLF, CRLF. Beast 1.81 asserts that it is there when it looks at a last chunk for the second
// time.
constexpr std::size_t kShortestLastChunk = 5;

using Parser = http::response_parser<BoundedBody>;

std::string wanted(const std::vector<model::StatusRange>& ranges) {
  std::string text;
  for (const auto& [first, last] : ranges) {
    if (!text.empty()) text += ", ";
    text += first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
  }
  return text;
}

bool contains(const std::vector<model::StatusRange>& ranges, unsigned status) {
  return std::ranges::any_of(ranges, [&](const model::StatusRange& range) {
    return status >= range.first && status <= range.last;
  });
}

// 101 is the last answer of HTTP on its connection.
bool is_interim(unsigned status) { return status < 200 && status != 101; }

// Told from the first bytes, because Beast may wait for a header's end that other protocols never
// send.
bool may_be_http(std::string_view start) {
  constexpr std::string_view kStart = "HTTP/1.";
  const std::size_t length = std::min(start.size(), kStart.size());
  return start.substr(0, length) == kStart.substr(0, length);
}

bool is_redirect(unsigned status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// In time linear in the body, whatever the body.
bool matches(const std::string& body, const std::string& regex) {
  return re2::RE2::PartialMatch(body, re2::RE2(regex, re2::RE2::Quiet));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

std::optional<std::uint32_t> parse_weight(std::string_view text) {
  std::uint32_t weight = 0;
  text = trimmed(text);
  const char* const end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, weight);
  const bool is_weight = problem == std::errc{} && rest == end && weight <= model::kMaxWeight;
  return is_weight ? std::optional(weight) : std::nullopt;
}

bool needs_whole_body(const model::HttpRequest& request) {
  return !request.expect.body_regex.empty() || request.weight_from == model::WeightFrom::Body;
}

Result malformed(std::string_view what) {
  return {Outcome::Malformed, fmt::format("not a valid HTTP answer: {}", what)};
}

}  // namespace

struct HttpCheck::Impl {
  explicit Impl(const model::HttpRequest& asked) : request(asked) { renew(); }

  void renew();
  /// One step of the parser over `rest`, which it shortens.
  std::optional<Result> advance(std::string_view& rest);
  std::optional<Result> judge();
  std::optional<Result> judge_body();
  [[nodiscard]] Result judge_whole_body() const;
  std::optional<Result> skip_interim();

  const model::HttpRequest& request;
  std::optional<Parser> parser;
  std::string pending;           ///< received, but not enough for the parser's next step
  std::size_t header_bytes = 0;  ///< of this answer, taken by the parser
  std::size_t searched = 0;      ///< bytes of the body in which no match can start any more
  int interim_answers = 0;
  bool has_text = false;  ///< expect.body is there
  std::string location;   ///< of an answer that redirects
  bool needs_more = false;
  bool waits_in_chunk = false;  ///< the parser has seen part of a chunk's header
};

void HttpCheck::Impl::renew() {
  parser.emplace();
  header_bytes = 0;
  parser->header_limit(kMaxProbeHeader);
  parser->body_limit(boost::none);
  parser->skip(request.method == "HEAD");
}

std::optional<Result> HttpCheck::Impl::advance(std::string_view& rest) {
  if (header_bytes == 0 && !may_be_http(rest)) return malformed("another protocol");
  needs_more = waits_in_chunk && rest.size() < kShortestLastChunk;
  if (needs_more) return std::nullopt;
  const bool in_header = !parser->is_header_done();
  error_code error;
  const std::size_t used = parser->put(boost::asio::buffer(rest), error);
  rest.remove_prefix(used);
  needs_more = error == http::error::need_more;
  if (error && !needs_more) return malformed(error.message());
  waits_in_chunk = needs_more && !in_header;
  // Beast's own limit does not count the headers that it has taken already.
  if (in_header) header_bytes += used;
  if (header_bytes > kMaxProbeHeader) return malformed(kEndlessHeader);
  return judge();
}

std::optional<Result> HttpCheck::Impl::judge() {
  if (!parser->is_header_done()) return std::nullopt;
  const unsigned status = parser->get().result_int();
  if (is_interim(status)) return skip_interim();
  const model::HttpExpectation& expect = request.expect;
  if (!contains(expect.status, status)) {
    if (is_redirect(status)) location = parser->get()[http::field::location];
    return Result{Outcome::WrongStatus,
                  fmt::format("status {}, wanted {}", status, wanted(expect.status))};
  }
  if (expect.body.empty() && !needs_whole_body(request))
    return Result{Outcome::Success, fmt::format("status {}", status)};
  return judge_body();
}

std::optional<Result> HttpCheck::Impl::judge_body() {
  const std::string& body = parser->get().body();
  const std::string& text = request.expect.body;
  has_text = has_text || text.empty() || body.find(text, searched) != std::string::npos;
  searched = body.size() - std::min(body.size(), std::max<std::size_t>(text.size(), 1) - 1);
  const bool is_whole = body.size() >= model::kMaxProbeBody || parser->is_done();
  if (is_whole || (has_text && !needs_whole_body(request))) return judge_whole_body();
  return std::nullopt;
}

Result HttpCheck::Impl::judge_whole_body() const {
  const std::string& body = parser->get().body();
  const auto& [statuses, text, regex] = request.expect;
  if (!has_text) {
    return {Outcome::WrongBody,
            fmt::format("no \"{}\" in the first {} bytes of the body", text, body.size())};
  }
  if (!regex.empty() && !matches(body, regex)) {
    return {Outcome::WrongBody, fmt::format("nothing like \"{}\" in the first {} bytes of the body",
                                            regex, body.size())};
  }
  Result good{Outcome::Success, fmt::format("status {}", parser->get().result_int())};
  if (!text.empty()) good.text += fmt::format(", body has \"{}\"", text);
  if (!regex.empty()) good.text += fmt::format(", body matches \"{}\"", regex);
  if (request.weight_from == model::WeightFrom::File) return good;
  const auto weight = parse_weight(body);
  if (!weight) {
    return {Outcome::WrongBody, fmt::format("the body is not a weight: a whole number from 0 to {}",
                                            model::kMaxWeight)};
  }
  good.text += fmt::format(", weight {}", *weight);
  good.weight = {model::ReportedWeight::Unit::Whole, *weight};
  return good;
}

std::optional<Result> HttpCheck::Impl::skip_interim() {
  if (++interim_answers > kMaxInterimAnswers) return malformed("too many interim answers");
  renew();
  return std::nullopt;
}

HttpCheck::HttpCheck(const model::HttpRequest& request) : impl_(std::make_unique<Impl>(request)) {}

HttpCheck::~HttpCheck() = default;

std::optional<Result> HttpCheck::take(std::string_view bytes) {
  impl_->pending += bytes;
  std::string_view rest = impl_->pending;
  impl_->needs_more = false;
  while (!rest.empty() && !impl_->needs_more) {
    if (auto result = impl_->advance(rest)) return result;
  }
  impl_->pending.erase(0, impl_->pending.size() - rest.size());
  if (impl_->pending.size() > kMaxProbeHeader) return malformed(kEndlessHeader);
  return std::nullopt;
}

const std::string& HttpCheck::location() const noexcept { return impl_->location; }

Result HttpCheck::end() {
  if (!impl_->parser->got_some()) return {Outcome::Closed, "closed without an answer"};
  const Result cut{Outcome::Closed, "closed before the answer was complete"};
  error_code error;
  impl_->parser->put_eof(error);
  if (error) return cut;
  return impl_->judge().value_or(cut);
}

}  // namespace loadstar::health
