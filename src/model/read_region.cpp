#include "read_region.hpp"

#include "geography.hpp"
#include "read_maintenance.hpp"

namespace loadstar::model {
namespace {

constexpr Range<double> kLatitudes{-90, 90};
constexpr Range<double> kLongitudes{-180, 180};
constexpr Range<std::size_t> kTitleBytes{1, 100};

// "lat" and "lon" are one value in two keys.
struct Draft {
  Region& region;
  std::optional<double> latitude;
  std::optional<double> longitude;
};

void read_country(Context& context, json::Value value, Draft& draft) {
  const auto code = context.in.string(value);
  if (!code) return;
  if (is_country(*code)) {
    draft.region.country = std::string(*code);
    return;
  }
  context.in.error(value, fmt::format("\"{}\" is not an ISO 3166-1 country code{}", *code,
                                      code_hint(*code, is_country)));
}

constexpr std::array<Field<Context, Draft>, 5> kRegionFields{{
    {{"title"},
     [](Context& context, json::Value value, Draft& draft) {
       set(draft.region.title, context.in.text(value, kTitleBytes));
     }},
    {{"lat"},
     [](Context& context, json::Value value, Draft& draft) {
       draft.latitude = context.in.number(value, kLatitudes);
     }},
    {{"lon"},
     [](Context& context, json::Value value, Draft& draft) {
       draft.longitude = context.in.number(value, kLongitudes);
     }},
    {{"country"}, read_country},
    {{"maintenance"},
     [](Context& context, json::Value value, Draft& draft) {
       read_maintenance(context, value, draft.region.maintenance);
     }},
}};

}  // namespace

void read_region(Context& context, json::Value value, Region& region) {
  Draft draft{region, {}, {}};
  read_object(context, value, kRegionFields, draft);
  if (draft.latitude && draft.longitude) region.coordinates = {*draft.latitude, *draft.longitude};
  if (value.member("lat").has_value() == value.member("lon").has_value()) return;
  const std::string_view missing = value.member("lat") ? "lon" : "lat";
  context.in.error(
      value, fmt::format("\"{}\" is missing: a place needs both \"lat\" and \"lon\"", missing));
}

std::vector<std::string_view> region_keys() { return names_of(kRegionFields); }

}  // namespace loadstar::model
