#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <string>

#include "loadstar/health/agent_report.hpp"
#include "loadstar/health/prober.hpp"

#include "probe_session.hpp"

namespace loadstar::health {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

class AgentSession final : public ProbeSession {
 public:
  using ProbeSession::ProbeSession;

 private:
  void connected() override {
    set_phase("waiting for the report");
    read();
  }

  void read() {
    socket().async_read_some(
        asio::buffer(buffer_),
        [this, self = shared_from_this()](const error_code& error, std::size_t count) {
          if (!is_finished()) read_finished(error, count);
        });
  }

  /// A line ends at its end, or where the agent hangs up.
  void read_finished(const error_code& error, std::size_t count) {
    if (error && error != asio::error::eof) return fail(error);
    report_.append(buffer_.data(), count);
    const bool is_whole = report_.find_first_of("\r\n") != std::string::npos;
    if (error && report_.empty()) return finish({Outcome::Closed, "closed without a report"});
    if (is_whole || error) return finish(judge_agent_report(report_));
    if (report_.size() > kMaxAgentReport)
      return finish({Outcome::Malformed, "the report has no end"});
    read();
  }

  std::string report_;
  std::array<char, 512> buffer_{};
};

class AgentProber : public Prober {
 public:
  explicit AgentProber(asio::io_context& io) : io_(io) {}

  void probe(const Target& target, Done done) override {
    std::make_shared<AgentSession>(io_, target, std::move(done))->start();
  }

 private:
  asio::io_context& io_;
};

}  // namespace

std::unique_ptr<Prober> make_agent_prober(asio::io_context& io) {
  return std::make_unique<AgentProber>(io);
}

}  // namespace loadstar::health
