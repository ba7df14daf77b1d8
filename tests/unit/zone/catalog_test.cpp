#include "loadstar/zone/catalog.hpp"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "loadstar/wire/types.hpp"

#include "catch.hpp"

using namespace loadstar;
using Kind = zone::Match::Kind;

namespace {

struct RecordLine {
  const char* owner;
  const char* type;
  const char* rdata;
};

zone::Content content(std::string_view origin, const std::vector<RecordLine>& records) {
  const wire::Name apex = *wire::Name::parse(origin, {});
  base::Diagnostics diagnostics;
  zone::ContentBuilder builder(apex, {}, diagnostics);
  zone::SoaFields soa;
  soa.rname = apex;
  soa.minimum = 30;
  soa.ttl = 300;
  builder.generate_soa(soa);
  builder.add_text(apex, wire::type::kNs, 60, "ns.example.", {});
  for (const RecordLine& record : records) {
    builder.add_text(*wire::Name::parse(record.owner, apex), *wire::parse_type(record.type), 60,
                     record.rdata, {});
  }
  zone::Content made = builder.finish();
  for (const auto& error : diagnostics.errors()) FAIL_CHECK(error.to_string());
  return made;
}

std::unique_ptr<const zone::Catalog> catalog(std::vector<zone::Content> zones) {
  return zone::Catalog::build(zones, 0x5eed);
}

std::string record_name(const zone::Match& match) {
  if (match.record == nullptr) return "-";
  return wire::Name::from_wire({match.record->name(), match.record->name_length()})->to_string();
}

zone::Match find(const zone::Catalog& names, std::string_view text) {
  const wire::Name name = wire::Name::parse(text, {})->lowered();
  return names.find(name.bytes().data(), name.length());
}

std::unique_ptr<const zone::Catalog> example() {
  std::vector<zone::Content> zones;
  zones.push_back(content("example.", {
                                          {"www", "A", "192.0.2.1"},
                                          {"a.b.c", "A", "192.0.2.2"},
                                          {"*.wild", "A", "192.0.2.3"},
                                          {"here.wild", "A", "192.0.2.4"},
                                          {"x.ent.wild", "A", "192.0.2.4"},
                                          {"cut", "NS", "ns.cut"},
                                          {"ns.cut", "A", "192.0.2.5"},
                                          {"deep.below.cut", "A", "192.0.2.6"},
                                          {"below.cut", "NS", "ns.below.cut"},
                                          {"dname", "DNAME", "www.example."},
                                          {"*.star.dname2", "A", "192.0.2.7"},
                                      }));
  return catalog(std::move(zones));
}

}  // namespace

TEST_CASE("a name is found in the order of RFC 1034", "[zone][rfc1034][rfc4592][rfc6672]") {
  const auto names = example();
  struct Row {
    const char* name;
    Kind kind;
    const char* record;
  };
  const Row row = GENERATE(values<Row>({
      {"example.", Kind::Node, "example."},
      {"www.example.", Kind::Node, "www.example."},
      {"WWW.eXample.", Kind::Node, "www.example."},
      {"b.c.example.", Kind::Node, "b.c.example."},  // an empty non-terminal
      {"c.example.", Kind::Node, "c.example."},
      {"x.www.example.", Kind::NxDomain, "www.example."},
      {"nope.example.", Kind::NxDomain, "example."},
      {"x.y.z.nope.example.", Kind::NxDomain, "example."},
      {"d.c.example.", Kind::NxDomain, "c.example."},
      {"any.wild.example.", Kind::Wildcard, "*.wild.example."},
      {"any.thing.wild.example.", Kind::Wildcard, "*.wild.example."},
      {"here.wild.example.", Kind::Node, "here.wild.example."},
      {"x.here.wild.example.", Kind::NxDomain, "here.wild.example."},
      {"ent.wild.example.", Kind::Node, "ent.wild.example."},
      {"y.ent.wild.example.", Kind::NxDomain, "ent.wild.example."},
      {"*.wild.example.", Kind::Node, "*.wild.example."},
      {"a.*.wild.example.", Kind::NxDomain, "*.wild.example."},
      {"cut.example.", Kind::Delegation, "cut.example."},
      {"ns.cut.example.", Kind::Delegation, "cut.example."},
      {"x.cut.example.", Kind::Delegation, "cut.example."},
      {"below.cut.example.", Kind::Delegation, "cut.example."},  // the topmost cut
      {"x.y.deep.below.cut.example.", Kind::Delegation, "cut.example."},
      {"dname.example.", Kind::Node, "dname.example."},
      {"a.b.dname.example.", Kind::Dname, "dname.example."},
      {"other.", Kind::NotOurs, "-"},
      {"notexample.", Kind::NotOurs, "-"},
      {".", Kind::NotOurs, "-"},
  }));
  CAPTURE(row.name);
  const zone::Match match = find(*names, row.name);
  CHECK(match.kind == row.kind);
  CHECK(record_name(match) == row.record);
}

TEST_CASE("a name as deep as names can be is found to be missing", "[zone]") {
  const auto names = example();
  std::string deep;
  for (int i = 0; i < 118; ++i) deep += "a.";
  CHECK(find(*names, deep + "example.").kind == Kind::NxDomain);
  CHECK(find(*names, deep + "cut.example.").kind == Kind::Delegation);
  CHECK(find(*names, deep + "wild.example.").kind == Kind::Wildcard);
  CHECK(find(*names, deep + "other.").kind == Kind::NotOurs);
}

TEST_CASE("the most specific zone owns a name", "[zone]") {
  const bool child_first = GENERATE(false, true);
  const bool delegated = GENERATE(false, true);
  std::vector<RecordLine> parent_records{{"www.child", "A", "192.0.2.66"},
                                         {"www", "A", "192.0.2.1"}};
  if (delegated) {
    parent_records.push_back({"child", "NS", "ns.example."});
    parent_records.push_back({"child", "DS",
                              "1 13 2 "
                              "00000000000000000000000000000000"
                              "00000000000000000000000000000000"});
  }
  std::vector<zone::Content> zones;
  zones.push_back(content("example.", parent_records));
  zones.push_back(content("child.example.", {{"www", "A", "192.0.2.2"}}));
  if (child_first) std::swap(zones[0], zones[1]);
  const auto names = catalog(std::move(zones));

  const auto origin_of = [&](std::string_view name) {
    return names->zone(find(*names, name).record->zone()).origin.to_string();
  };
  CHECK(origin_of("www.child.example.") == "child.example.");
  CHECK(origin_of("nope.child.example.") == "child.example.");
  CHECK(origin_of("child.example.") == "child.example.");
  CHECK(origin_of("www.example.") == "example.");
  CHECK(find(*names, "child.example.").kind == Kind::Node);

  const auto& child = names->zones()[child_first ? 0 : 1];
  REQUIRE((child.parent_side != nullptr) == delegated);
  if (delegated) CHECK(child.parent_side->find(wire::type::kDs) != nullptr);
}

TEST_CASE("the SOA of negative answers has the least of TTL and MINIMUM", "[zone][rfc2308]") {
  const auto names = example();
  const auto& soa = names->zones()[0].negative_soa;
  REQUIRE(soa.size() > 8);
  CHECK(soa[1] == wire::type::kSoa);
  CHECK(soa[7] == 30);
}

TEST_CASE("the catalog agrees with a walk over a plain map of names", "[zone][rfc4592]") {
  // The oracle follows RFC 1034 4.3.2 label by label from the apex, over sets of names.
  std::mt19937 random(7);
  const std::vector<std::string> labels{"a", "b", "c", "*"};
  const auto any = [&](std::size_t bound) { return random() % bound; };
  for (int round = 0; round < 60; ++round) {
    std::map<std::string, std::string> types;  // relative name -> "A", "NS" or "DNAME"
    std::vector<std::string> owners;
    for (int i = 0; i < 12; ++i) {
      std::string owner = labels[any(4)];
      for (std::size_t depth = any(3); depth > 0; --depth) owner += "." + labels[any(4)];
      const bool star = owner.find('*') != std::string::npos;
      types[owner] = star || any(4) != 0 ? "A" : (any(2) == 0 ? "NS" : "DNAME");
    }
    std::vector<RecordLine> records;
    for (const auto& [owner, type] : types) {
      owners.push_back(owner);
      records.push_back({owner.c_str(), type.c_str(), type == "A" ? "192.0.2.1" : "target."});
    }
    std::vector<zone::Content> zones;
    zones.push_back(content("z.", records));
    const auto names = catalog(std::move(zones));

    const auto exists = [&](const std::string& name) {
      for (const std::string& owner : owners)
        if (owner == name || owner.ends_with("." + name)) return true;
      return false;
    };
    const auto expected = [&](const std::vector<std::string>& question) {  // from the apex down
      std::string at;
      for (std::size_t i = 0; i < question.size(); ++i) {
        const std::string next = at.empty() ? question[i] : question[i] + "." + at;
        if (!at.empty() && types.contains(at) && types[at] == "DNAME") return Kind::Dname;
        if (!exists(next)) {
          return exists(at.empty() ? "*" : "*." + at) ? Kind::Wildcard : Kind::NxDomain;
        }
        at = next;
        if (types.contains(at) && types[at] == "NS") return Kind::Delegation;
      }
      return Kind::Node;
    };
    for (int i = 0; i < 200; ++i) {
      std::vector<std::string> question;
      std::string text = "z.";
      for (std::size_t depth = 1 + any(4); depth > 0; --depth) {
        question.push_back(any(6) == 0 ? "q" : labels[any(4)]);
        text = question.back() + "." + text;
      }
      CAPTURE(round, text, types);
      CHECK(find(*names, text).kind == expected(question));
    }
  }
}
