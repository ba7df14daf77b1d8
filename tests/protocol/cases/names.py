"""Names of any legal bytes are answered, matched without regard to the case of A-Z only, and repeated byte by byte (RFC 4343,
2181 11)."""
from notation import A_IN, answers, ask, case, error, nxdomain, query, u16
from wire import TYPES, labels, name_text

TXT_IN = u16(TYPES["TXT"]) + A_IN[2:]


def odd(*parts: bytes) -> bytes:
    return labels(*parts, b"odd", b"test")


def found(case_name: str, owner: bytes, text: bytes):
    """A query for TXT at the name, answered with one string."""
    rdata = bytes([len(text)]) + text
    return case(case_name, query(owner + TXT_IN), answers(f"{name_text(owner)} 300 TXT \\# {len(rdata)} {rdata.hex()}"))


ASTERISK = b"the decimal way to write an asterisk is a wildcard too"
LONGEST = odd(b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 52)
assert len(LONGEST) == 255

CASES = [
    found("name.zero-byte", odd(b"\0"), b"zero byte"),
    found("name.high-bytes", odd(b"\xff\xfe"), b"high bytes"),
    found("name.latin-1-upper", odd(b"\xc0\xc1"), b"upper in Latin-1"),
    found("name.latin-1-lower", odd(b"\xe0\xe1"), b"lower in Latin-1"),
    found("name.dot-within", odd(b"a.b"), b"dot within"),
    found("name.dot-between", odd(b"a", b"b"), b"dot between"),
    found("name.space", odd(b"a b"), b"space"),
    found("name.backslash", odd(b"a\\b"), b"backslash"),
    found("name.quote", odd(b'a"b'), b"quote"),
    found("name.semicolon", odd(b"a;b"), b"semicolon"),
    found("name.parentheses", odd(b"a(b)"), b"parentheses"),
    found("name.at", odd(b"a@b"), b"at"),
    found("name.at-alone", odd(b"@"), b"at alone"),
    found("name.beside-letters", odd(b"[{"), b"not letters"),
    found("name.underscore", odd(b"_under"), b"underscore"),
    found("name.hyphens", odd(b"-hyphen-"), b"hyphen"),
    found("name.digits", odd(b"0123"), b"digits"),
    found("name.idn", odd(b"xn--mller-kva"), b"idn"),
    found("name.idn-upper", odd(b"XN--MLLER-KVA"), b"idn"),
    found("name.label-63", odd(b"l" * 63), b"63"),
    found("name.label-63-mixed", odd(b"lL" * 31 + b"L"), b"63"),
    found("name.octets-255", LONGEST, b"255"),
    found("name.octets-255-upper", LONGEST.upper(), b"255"),
    found("name.labels-124", odd(*[b"x"] * 122), b"many labels"),
    found("name.asterisk-by-number", odd(b"*"), ASTERISK),
    found("name.below-the-asterisk", odd(b"nobody"), ASTERISK),
    found("name.octets-254", odd(b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 51), ASTERISK),

    # Case: the answer's owner is the question's, names in RDATA are the file's
    case("case.upper", query("WWW.CASE.TEST. A"), answers("WWW.CASE.TEST. 300 A 192.0.2.1", "WWW.CASE.TEST. 300 A 192.0.2.2")),
    case("case.mixed", query("wWw.CaSe.tEsT. A"), answers("wWw.CaSe.tEsT. 300 A 192.0.2.1", "wWw.CaSe.tEsT. 300 A 192.0.2.2")),
    case("case.mixed-edns", ask("wWw.CaSe.tEsT. A"), answers("wWw.CaSe.tEsT. 300 A 192.0.2.1", "wWw.CaSe.tEsT. 300 A 192.0.2.2")),
    case("case.rdata-kept", query("casekept.odd.test. CNAME"), answers("casekept.odd.test. 300 CNAME TaRgEt.odd.test.")),
    case("case.nxdomain", query("NoWhere.CaSe.TeSt. A"), nxdomain(soa="CaSe.TeSt. 60 SOA ns1.case.test. hostmaster.case.test. "
                                                                      "2024010101 7200 1800 1209600 60")),
    case("case.refused", query("wWw.ElseWhere.TEST. A"), error("REFUSED")),

    # Longest and shortest names that are not there
    case("name.root", query(". A"), error("REFUSED")),
    case("name.root-ns", query(". NS"), error("REFUSED")),
    case("name.root-edns", ask(". SOA"), error("REFUSED"), tcp=error("REFUSED").explained(20)),
    case("name.one-label", query("test. A"), error("REFUSED")),
    case("name.one-label-63", query(labels(b"a" * 63) + A_IN), error("REFUSED")),
    case("name.labels-127", query(labels(*[b"a"] * 127) + A_IN), error("REFUSED")),
    case("name.octets-255-elsewhere", query(labels(b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 61) + A_IN), error("REFUSED")),
    case("name.octets-255-below-us", query(labels(b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 51, b"case", b"test") + A_IN),
         nxdomain()),
    case("name.zone-as-suffix-of-a-label", query("wwwcase.test. A"), error("REFUSED")),
    case("name.zone-in-front", query("case.test.elsewhere. A"), error("REFUSED")),
    case("name.zone-within-a-label", query(labels(b"case.test") + A_IN), error("REFUSED")),
    case("name.length-byte-like-a-label", query(labels(b"x\4case\4test") + A_IN), error("REFUSED")),
]
