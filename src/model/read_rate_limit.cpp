#include "read_rate_limit.hpp"

#include "read_prefixes.hpp"

namespace loadstar::model {
namespace {

struct RateContext {
  Reader& in;
};
using RateField = Field<RateContext, RateLimit>;

template <auto Member, auto Least, auto Most>
void read_whole(RateContext& context, json::Value value, RateLimit& limit) {
  using Number = std::remove_reference_t<decltype(limit.*Member)>;
  set(limit.*Member, context.in.whole(value, Range<Number>{Least, Most}));
}

constexpr std::array<RateField, 6> kRateFields{{
    {{"per_second", Presence::Required}, read_whole<&RateLimit::per_second, 1, 1'000'000>},
    {{"burst"}, read_whole<&RateLimit::burst, 1, 10'000'000>},
    {{"slip"}, read_whole<&RateLimit::slip, 0, 1000>},
    {{"ipv4_prefix"}, read_whole<&RateLimit::v4_bits, 8, 32>},
    {{"ipv6_prefix"}, read_whole<&RateLimit::v6_bits, 16, 64>},
    {{"exempt"},
     [](RateContext& context, json::Value value, RateLimit& limit) {
       read_prefixes(context.in, value, limit.exempt);
     }},
}};

}  // namespace

RateLimit read_rate_limit(Reader& in, json::Value value) {
  RateContext context{in};
  RateLimit limit;
  limit.burst = 0;
  read_object(context, value, kRateFields, limit);
  if (limit.burst == 0) limit.burst = limit.per_second;
  return limit;
}

std::vector<std::string_view> rate_limit_keys() { return names_of(kRateFields); }

}  // namespace loadstar::model
