"""Classes, meta types, CHAOS and ANY (RFC 4892, 6895, 8482, 8906 8.1.2, 5936)."""
from notation import answers, ask, case, error, formerr, nodata, nxdomain, query

TYPES_WITHOUT_DATA = [3, 4, 7, 8, 9, 10, 11, 13, 14, 17, 24, 25, 30, 38, 46, 47, 48, 50, 51, 54, 56, 99, 100, 103, 127, 256, 257, 258,
                      259, 32768, 32769, 65279, 65280, 65534, 65535]
# Neither data nor a question that we know (RFC 6895 3.1): 129 to 248 are not assigned
UNASSIGNED_META = [129, 200, 248]

CASES = [
    # Other classes
    *(case(f"class.{word}", query(f"www A {klass}"), error("REFUSED"))
      for word, klass in (("cs", "CS"), ("hs", "HS"), ("none", "NONE"), ("any", "*"), ("0", "CLASS0"), ("5", "CLASS5"),
                          ("255-soa", "*"), ("65535", "CLASS65535"))),
    *(case(f"class.{klass.lower()}-edns", ask(f"@ SOA {klass}"), error("REFUSED")) for klass in ("CS", "HS", "NONE", "CH")),
    case("class.hs-nowhere", query("www.elsewhere.test. A HS"), error("REFUSED")),
    case("class.ch-our-name", query("www A CH"), error("REFUSED")),
    case("class.ch-any", query("@ ANY CH"), error("REFUSED")),
    case("class.ch-axfr", query("@ AXFR CH"), error("REFUSED")),

    # CHAOS: nothing is told without an identity
    *(case(f"chaos.{name}", query(f"{name}. TXT CH"), error("REFUSED"))
      for name in ("version.bind", "version.server", "id.server", "hostname.bind", "authors.bind", "VERSION.BIND", "nobody.bind", "bind")),
    case("chaos.id-server-a", query("id.server. A CH"), error("REFUSED")),
    case("chaos.id-server-any", query("id.server. ANY CH"), error("REFUSED")),
    case("chaos.id-server-in", query("id.server. TXT"), error("REFUSED")),
    case("chaos.root", query(". TXT CH"), error("REFUSED")),

    # Types that a name does not have: NODATA; where there is no name: NXDOMAIN
    *(case(f"type.{number}", query(f"www TYPE{number}"), nodata()) for number in TYPES_WITHOUT_DATA),
    *(case(f"type.{number}-nowhere", query(f"nowhere TYPE{number}"), nxdomain()) for number in (17, 65280, 65535)),
    *(case(f"type.{number}-elsewhere", query(f"www.elsewhere.test. TYPE{number}"), error("REFUSED")) for number in (65280, 65535)),
    *(case(f"type.{number}-unassigned", query(f"www TYPE{number}"), nodata()) for number in UNASSIGNED_META),

    # Types that are questions or parts of a message
    case("type.0", query("www TYPE0"), formerr()),
    case("type.opt", query("www OPT"), formerr()),
    case("type.opt-edns", ask("www OPT"), formerr(), tcp=formerr().explained(30)),
    case("type.nxname", query("www NXNAME"), formerr()),
    case("type.nxname-nowhere", query("nowhere NXNAME"), formerr()),
    case("type.tkey", query("www TKEY"), formerr()),
    case("type.tsig", query("www TSIG"), formerr()),
    case("type.maila", query("www MAILA"), error("NOTIMP")),
    case("type.mailb", query("www MAILB"), error("NOTIMP")),
    case("type.maila-edns", ask("www MAILA"), error("NOTIMP")),

    # Transfers: to nobody who is not listed
    *(case(f"transfer.{kind.lower()}{word}", make(f"{owner} {kind}"), error("REFUSED"))
      for kind in ("AXFR", "IXFR") for word, make, owner in (
          ("", query, "@"), ("-edns", ask, "@"), ("-below-an-apex", query, "www"), ("-elsewhere", query, "elsewhere.test."))),

    # ANY: one RRset (RFC 8482 4.1), the CNAME where there is one
    case("any.www", query("www ANY"), answers("www 300 A 192.0.2.1", "www 300 A 192.0.2.2")),
    case("any.one-type", query("sshfp ANY"), answers(
        "sshfp 300 SSHFP \\# 34 0402" + "0123456789abcdef" * 4)),
    case("any.apex", query("@ ANY"), answers("@ 3600 NS ns1", "@ 3600 NS ns2.elsewhere.test.")),
    case("any.cname", query("c3 ANY"), answers("c3 100 CNAME www")),
    case("any.wildcard", query("x.wild ANY"), answers("x.wild 300 A 192.0.2.40")),
    case("any.wildcard-cname", query("x.wcname ANY"), answers("x.wcname 300 CNAME www")),
    case("any.dname-owner", query("d ANY"), answers("d 300 A 192.0.2.70")),
    case("any.ent", query("ent ANY"), nodata()),
    case("any.nowhere", query("nowhere ANY"), nxdomain()),
    case("any.elsewhere", query("www.elsewhere.test. ANY"), error("REFUSED")),
    case("any.cut", query("signed ANY"), answers(authority=["signed 300 NS ns1.elsewhere.test."], flags="")),
    case("any.below-cut", query("x.signed ANY"), answers(authority=["signed 300 NS ns1.elsewhere.test."], flags="")),
    case("any.steered", query("www.steer.test. ANY"), answers("www.steer.test. 3600 HINFO \\# 9 075246433834383200")),
]
