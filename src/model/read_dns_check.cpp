#include "read_dns_check.hpp"

#include <algorithm>

#include "names.hpp"

namespace loadstar::model {
namespace {

using Match = DnsExpectation::Match;

constexpr Range<std::size_t> kTypeBytes{1, 16};
constexpr Range<std::size_t> kRdataBytes{1, 1024};
constexpr std::size_t kMaxWantedRdata = 64;

/// IANA DNS RCODEs that a query over UDP without EDNS can get.
constexpr std::array<Word<std::uint16_t>, 6> kRcodes{{{"NOERROR", 0},
                                                      {"FORMERR", 1},
                                                      {"SERVFAIL", 2},
                                                      {"NXDOMAIN", 3},
                                                      {"NOTIMP", 4},
                                                      {"REFUSED", 5}}};

void read_query_name(Context& context, json::Value value, DnsQuestion& query) {
  const auto name = context.in.domain_name(value);
  if (!name) return;
  query.name = completed(*name, context.origin);
  if (context.origin.empty() && !name->ends_with('.')) {
    context.in.error(
        value,
        fmt::format("\"{}\" has no final dot: a library has no zone to complete it with", *name));
  }
}

/// Which types there are is known where records are read.
void read_query_type(Context& context, json::Value value, DnsQuestion& query) {
  query.type_where = context.in.where(value);
  set(query.type, context.in.text(value, kTypeBytes));
}

constexpr std::array<Field<Context, DnsQuestion>, 3> kQueryFields{{
    {{"name", Presence::Required}, read_query_name},
    {{"type"}, read_query_type},
    {{"recursion"},
     [](Context& context, json::Value value, DnsQuestion& query) {
       set(query.recursion, context.in.boolean(value));
     }},
}};

void read_rcodes(Context& context, json::Value value, DnsExpectation& expect) {
  expect.rcodes.clear();
  for (const json::Value item : context.in.items(value)) {
    if (const auto rcode = context.in.choice(item, kRcodes)) expect.rcodes.push_back(*rcode);
  }
}

template <Match Which>
void read_wanted(Context& context, json::Value value, DnsExpectation& expect) {
  const auto items = context.in.items(value);
  expect.match = Which;
  if (items.count() > kMaxWantedRdata)
    return context.in.error(value, fmt::format("more than {} texts", kMaxWantedRdata));
  for (const json::Value item : items) {
    if (const auto text = context.in.text(item, kRdataBytes))
      expect.rdata.push_back({std::string(*text), context.in.where(item)});
  }
}

constexpr std::array<Field<Context, DnsExpectation>, 2> kRdataFields{{
    {{"any_of"}, read_wanted<Match::AnyOf>},
    {{"all_of"}, read_wanted<Match::AllOf>},
}};

/// `{"any_of": [...]}` or `{"all_of": [...]}`; a list, or one text, is any of it.
void read_rdata(Context& context, json::Value value, DnsExpectation& expect) {
  if (!value.is_object()) return read_wanted<Match::AnyOf>(context, value, expect);
  if (!read_object(context, value, kRdataFields, expect)) return;
  if (value.children().count() != 1)
    context.in.error(value, "\"any_of\" or \"all_of\", one of them");
}

constexpr std::array<Field<Context, DnsExpectation>, 2> kExpectationFields{{
    {{"rcode"}, read_rcodes},
    {{"rdata"}, read_rdata},
}};

}  // namespace

void read_dns_query(Context& context, json::Value value, Monitor& monitor) {
  monitor.dns.query.type_where = context.in.where(value);
  read_object(context, value, kQueryFields, monitor.dns.query);
}

void read_dns_expectation(Context& context, json::Value value, Monitor& monitor) {
  read_object(context, value, kExpectationFields, monitor.dns.expect);
}

std::vector<std::string_view> dns_query_keys() { return names_of(kQueryFields); }
std::vector<std::string_view> dns_expectation_keys() { return names_of(kExpectationFields); }
std::vector<std::string_view> wanted_rdata_keys() { return names_of(kRdataFields); }

}  // namespace loadstar::model
