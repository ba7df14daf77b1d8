#include "answer_world.hpp"

#include <algorithm>
#include <filesystem>
#include <ldns/ldns.h>
#include <stdexcept>

#include "loadstar/model/loader.hpp"
#include "loadstar/wire/bytes.hpp"
#include "loadstar/wire/name.hpp"
#include "loadstar/wire/types.hpp"

namespace loadstar::test {
namespace {

void append_u16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void append(Bytes& out, std::span<const std::uint8_t> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

Bytes subnet_option(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = *base::Address::parse(text.substr(0, slash));
  const auto source = static_cast<std::uint8_t>(std::stoi(std::string(text.substr(slash + 1))));
  const auto bytes = address.bytes().first((source + 7U) / 8U);
  Bytes option;
  append_u16(option, 8);
  append_u16(option, 4 + bytes.size());
  append_u16(option, address.is_v4() ? 1 : 2);
  option.push_back(source);
  option.push_back(0);
  append(option, bytes);
  return option;
}

void append_opt(Bytes& out, const Question& question) {
  Bytes options;
  if (!question.subnet.empty()) append(options, subnet_option(question.subnet));
  if (question.nsid) append(options, Bytes{0, 3, 0, 0});
  for (const auto& [code, data] : question.options) {
    append_u16(options, code);
    append_u16(options, data.size());
    append(options, data);
  }
  append(out, Bytes{0, 0, 41});
  append_u16(out, question.payload.value_or(1232));
  append(out, Bytes{0, question.edns_version});
  append_u16(out, question.dnssec_ok ? 0x8000 : 0);
  append_u16(out, options.size());
  append(out, options);
}

/// Owned text of ldns, tabs as spaces and without the line's end.
std::string text_of(char* raw) {
  if (raw == nullptr) throw std::runtime_error("ldns cannot print the record");
  std::string text(raw);
  std::free(raw);
  std::ranges::replace(text, '\t', ' ');
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::vector<std::string> lines(const ldns_rr_list* list) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(list); ++i)
    result.push_back(text_of(ldns_rr2str(ldns_rr_list_rr(list, i))));
  return result;
}

void read_options(std::span<const std::uint8_t> options, Answer& answer) {
  while (options.size() >= 4) {
    const std::uint16_t code = wire::read_u16(options.data());
    const std::size_t length = wire::read_u16(options.data() + 2);
    const auto data = options.subspan(4, length);
    answer.options.emplace(code, Bytes(data.begin(), data.end()));
    if (code == 8) {
      const auto family = data[1] == 1 ? base::Family::V4 : base::Family::V6;
      answer.subnet = base::Address(family, data.subspan(4)).to_string() + "/" +
                      std::to_string(data[2]) + "/" + std::to_string(data[3]);
    }
    if (code == 3) answer.nsid.assign(data.begin(), data.end());
    options = options.subspan(4 + length);
  }
}

std::string rcode_text(const ldns_pkt& packet) {
  const unsigned extended = static_cast<unsigned>(ldns_pkt_edns_extended_rcode(&packet)) << 4U;
  const unsigned rcode = extended | static_cast<unsigned>(ldns_pkt_get_rcode(&packet));
  if (rcode == 16) return "BADVERS";
  if (rcode == LDNS_RCODE_NOTIMPL) return "NOTIMP";  // as RFC 6895 and dig have it
  return text_of(ldns_pkt_rcode2str(static_cast<ldns_pkt_rcode>(rcode)));
}

std::string flags_text(const ldns_pkt& packet) {
  std::string text;
  const auto add = [&](bool set, const char* name) {
    if (set) text += (text.empty() ? "" : " ") + std::string(name);
  };
  add(ldns_pkt_qr(&packet), "qr");
  add(ldns_pkt_aa(&packet), "aa");
  add(ldns_pkt_tc(&packet), "tc");
  add(ldns_pkt_rd(&packet), "rd");
  add(ldns_pkt_ra(&packet), "ra");
  add(ldns_pkt_ad(&packet), "ad");
  add(ldns_pkt_cd(&packet), "cd");
  return text;
}

}  // namespace

Bytes make_query(const Question& question) {
  const bool opt = question.payload || !question.subnet.empty() || question.nsid ||
                   !question.options.empty() || question.dnssec_ok || question.edns_version != 0;
  Bytes out{0x12, 0x34};
  append_u16(out, question.flags);
  append(out, Bytes{0, 1, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(opt ? 1 : 0)});
  append(out, wire::Name::parse(question.name, {})->bytes());
  append_u16(out, *wire::parse_type(question.type));
  append_u16(out, question.klass);
  if (opt) append_opt(out, question);
  return out;
}

Answer read_answer(const Bytes& message) {
  ldns_pkt* raw = nullptr;
  const ldns_status status = ldns_wire2pkt(&raw, message.data(), message.size());
  if (status != LDNS_STATUS_OK) throw std::runtime_error(ldns_get_errorstr_by_id(status));
  const std::unique_ptr<ldns_pkt, decltype(&ldns_pkt_free)> packet(raw, &ldns_pkt_free);
  Answer answer;
  answer.bytes = message;
  answer.rcode = rcode_text(*packet);
  answer.flags = flags_text(*packet);
  answer.questions = ldns_pkt_qdcount(packet.get());
  answer.answer = lines(ldns_pkt_answer(packet.get()));
  answer.authority = lines(ldns_pkt_authority(packet.get()));
  answer.additional = lines(ldns_pkt_additional(packet.get()));
  answer.has_opt = ldns_pkt_edns(packet.get());
  answer.dnssec_ok = ldns_pkt_edns_do(packet.get());
  if (const ldns_rdf* const options = ldns_pkt_edns_data(packet.get()))
    read_options({ldns_rdf_data(options), ldns_rdf_size(options)}, answer);
  return answer;
}

AnswerWorld::AnswerWorld(const std::map<std::string, std::string>& files,
                         std::vector<std::string> geoip, answer::ResponderOptions options) {
  std::vector<std::shared_ptr<const base::SourceFile>> sources;
  for (const auto& [name, text] : files) sources.push_back(model::make_source(name, text));
  model::LoadedZones loaded = model::load_zones(std::move(sources));
  base::Diagnostics diagnostics = loaded.diagnostics;
  std::vector<std::filesystem::path> databases(geoip.begin(), geoip.end());
  snapshot = answer::Snapshot::compile({.zones = loaded.zones,
                                        .master_files = loaded.master_files,
                                        .databases = geo::Databases::open(databases),
                                        .on_all_down = model::OnAllDown::Kind::All,
                                        .cookie_secrets = {kCookieSecret}},
                                       diagnostics);
  if (diagnostics.has_errors()) throw base::ConfigError(diagnostics.errors());
  for (const auto& pool : snapshot->pools()) {
    auto& states = states_.emplace_back();
    for (const model::Endpoint& endpoint : pool->endpoints)
      states.push_back(steer::endpoint_state(endpoint, std::nullopt, {}));
  }
  views_.resize(states_.size());
  publish();
  responder_ = std::make_unique<answer::Responder>(board, std::move(options), 1);
}

void AnswerWorld::publish() {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    views_[i] =
        steer::PoolView::make(snapshot->pools()[i], states_[i], views_[i].get(), ++sequence_);
  }
  board.publish(std::make_shared<const answer::State>(
      answer::State{snapshot, steer::PoolViews(views_), challenges}));
}

void AnswerWorld::set(std::string_view pool, std::string_view endpoint, steer::Liveness liveness) {
  std::size_t touched = 0;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const model::Pool& candidate = *snapshot->pools()[i];
    for (std::size_t j = 0; j < states_[i].size(); ++j) {
      if (candidate.name != pool || candidate.endpoints[j].id != endpoint) continue;
      states_[i][j].v4 = states_[i][j].v6 = liveness;
      ++touched;
    }
  }
  if (touched == 0) throw std::runtime_error("no such endpoint");
  publish();
}

void AnswerWorld::set_settled(std::string_view pool, std::uint32_t seconds) {
  for (std::size_t i = 0; i < states_.size(); ++i)
    for (auto& state : states_[i])
      if (snapshot->pools()[i]->name == pool) state.settled_seconds = seconds;
  publish();
}

Answer AnswerWorld::ask(const Question& question) {
  return send(make_query(question), question.transport, question.resolver);
}

Answer AnswerWorld::send(const Bytes& query, answer::Transport transport,
                         std::string_view resolver) {
  Bytes buffer(transport == answer::Transport::Udp ? answer::kUdpBuffer : 65'535);
  std::ranges::copy(query, buffer.begin());
  responder_->refresh(now);
  const answer::Reply reply =
      responder_->respond({buffer, query.size(), *base::Address::parse(resolver), transport});
  if (reply.size == 0 || reply.reason == answer::Reason::Transfer) {
    Answer dropped;
    dropped.dropped = true;
    dropped.reason = reply.reason;
    return dropped;
  }
  buffer.resize(reply.size);
  Answer answer = read_answer(buffer);
  answer.reason = reply.reason;
  return answer;
}

std::vector<Bytes> AnswerWorld::send_together(const std::vector<Bytes>& queries) {
  std::vector<Bytes> buffers;
  std::vector<answer::Exchange> exchanges;
  for (const Bytes& query : queries) {
    Bytes& buffer = buffers.emplace_back(answer::kUdpBuffer);
    std::ranges::copy(query, buffer.begin());
    exchanges.push_back({.buffer = buffer,
                         .query_size = query.size(),
                         .client = *base::Address::parse("192.0.2.200")});
  }
  std::vector<answer::Reply> replies(queries.size());
  responder_->refresh(now);
  responder_->respond(exchanges, replies.data());
  for (std::size_t i = 0; i < buffers.size(); ++i) buffers[i].resize(replies[i].size);
  return buffers;
}

std::vector<Bytes> AnswerWorld::transfer() {
  std::vector<Bytes> messages;
  const auto zone = responder_->take_transfer();
  if (zone == nullptr) return messages;
  Bytes buffer(65'535);
  while (const std::size_t size = zone->next(buffer, now.unix_seconds))
    messages.emplace_back(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
  return messages;
}

}  // namespace loadstar::test
