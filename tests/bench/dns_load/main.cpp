// Asks a server the questions of a file and prints what came of it as JSON:
// dns_load ADDRESS:PORT QUESTIONS [OPTION...]
#include <CLI/CLI.hpp>
#include <arpa/inet.h>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <sched.h>
#include <stdexcept>
#include <system_error>

#include "flights.hpp"

namespace bench = loadstar::bench;

namespace {

enum class Mode : std::uint8_t { Udp, Tcp, TcpConnect };
const std::map<std::string, Mode> kModes{
    {"udp", Mode::Udp}, {"tcp", Mode::Tcp}, {"tcp-connect", Mode::TcpConnect}};

sockaddr_in address_of(const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  const auto colon = text.find(':');
  const std::string host = text.substr(0, colon);
  if (colon == std::string::npos || inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error(fmt::format("\"{}\" is not ADDRESS:PORT", text));
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1))));
  return address;
}

void pin(int core) {
  if (core < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(core), &set);
  if (sched_setaffinity(0, sizeof set, &set) < 0) bench::fail("sched_setaffinity");
}

bench::Outcome ask(const bench::Plan& plan, Mode mode) {
  switch (mode) {
    case Mode::Udp: return ask_udp(plan);
    case Mode::Tcp: return ask_tcp(plan);
    case Mode::TcpConnect: return ask_by_connection(plan);
  }
  return {};
}

void print(const bench::Outcome& outcome) {
  const auto us = [&](double share) { return outcome.latencies.percentile(share) / 1000; };
  fmt::print(
      R"({{"seconds": {:.6f}, "sent": {}, "answered": {}, "lost": {}, "wrong": {}, "first_fault": "{}",
 "cpu_ns": {}, "user_ns": {}, "p50_us": {:.1f}, "p99_us": {:.1f}, "p999_us": {:.1f}}})"
      "\n",
      outcome.seconds, outcome.sent, outcome.answered, outcome.lost, outcome.wrong,
      outcome.first_fault, outcome.server.total_ns, outcome.server.user_ns, us(0.5), us(0.99),
      us(0.999));
}

}  // namespace

void bench::fail(const char* what) { throw std::system_error(errno, std::system_category(), what); }

int main(int argc, char** argv) {
  CLI::App app("Asks a DNS server as fast as it answers, or at a rate");
  bench::Plan plan;
  std::string server, questions;
  Mode mode = Mode::Udp;
  int core = -1;
  bool echoed = false;
  app.add_option("server", server, "ADDRESS:PORT")->required();
  app.add_option("questions", questions, "file, as questions.hpp describes it")->required();
  app.add_option("--mode", mode, "udp, tcp or tcp-connect")
      ->transform(CLI::CheckedTransformer(kModes));
  app.add_option("--seconds", plan.seconds, "to measure");
  app.add_option("--warm-up", plan.warm_up, "seconds before that");
  app.add_option("--rate", plan.rate, "queries per second; 0: as fast as answers come");
  app.add_option("--window", plan.window, "most queries on their way")
      ->check(CLI::Range(1U, bench::Flights::kMostFlights));
  app.add_option("--sockets", plan.sockets, "UDP sockets to spread them over");
  app.add_option("--first", plan.first, "question to begin with");
  app.add_option("--process", plan.processes, "whose time on a core is taken; may be repeated");
  app.add_option("--core", core, "to run on");
  app.add_flag("--echoed", echoed, "the server sends back what it gets");
  CLI11_PARSE(app, argc, argv);
  try {
    pin(core);
    plan.server = address_of(server);
    plan.questions = bench::read_questions(questions);
    plan.answers = echoed ? bench::Answers::Echoed : bench::Answers::Checked;
    print(ask(plan, mode));
  } catch (const std::exception& error) {
    fmt::print(stderr, "dns_load: {}\n", error.what());
    return 1;
  }
}
