"""EDNS (RFC 6891, 3225, 5001): version, flags, options and sizes."""
from notation import A_IN, answers, ask, case, error, formerr, nodata, nxdomain, opt, option, query, referral
from wire import u16, u32

WWW = answers("www 300 A 192.0.2.1", "www 300 A 192.0.2.2")
BADVERS = error("BADVERS")
REFUSED = error("REFUSED")
NOT_OURS = REFUSED.explained(20)
VERSION = option(19, bytes([2, 0]) + u32(2024010101))
TEN_SECONDS = option(11, u16(100))


def raw_opt(rdata: bytes, version: int = 0) -> bytes:
    """An OPT with these bytes for options."""
    return b"\0" + u16(41) + u16(1232) + bytes([0, version, 0, 0]) + u16(len(rdata)) + rdata


def raw(rdata: bytes):
    """A query whose OPT is whole but for its options: OPT comes back with FORMERR."""
    return query("www A", edns=raw_opt(rdata))


def broken(edns: bytes, counts=(1, 0, 0, 1)):
    """A query with an OPT where none can be, or that is none: no OPT comes back."""
    return query("www A", tail=edns, counts=counts)


CASES = [
    # OPT in every kind of reply
    case("edns.answer", ask("www A"), WWW),
    case("edns.nodata", ask("www TXT"), nodata()),
    case("edns.nxdomain", ask("nowhere A"), nxdomain()),
    case("edns.referral", ask("x.signed A"), referral("signed 300 NS ns1.elsewhere.test.")),
    case("edns.refused", ask("www.elsewhere.test. A"), REFUSED, tcp=NOT_OURS),
    case("edns.refused-class", ask("www A HS"), REFUSED),
    case("edns.notimp-type", ask("www MAILB"), error("NOTIMP")),
    case("edns.formerr-type", ask("www NXNAME"), formerr(), tcp=formerr().explained(30)),
    case("edns.yxdomain", ask(f"{'y' * 60}.dlong A"), answers(
        "dlong 300 DNAME " + ".".join(("a" * 63, "b" * 63, "c" * 63)) + ".test.", rcode="YXDOMAIN")),
    case("edns.chain", ask("c3 A"), answers("c3 100 CNAME www", *WWW.answer)),
    case("edns.formerr-trailing", query("www A", edns=opt(), tail=b"\0"), formerr()),

    # DO is copied, other flags are not
    case("edns.do", ask("www A", do=True), WWW),
    case("edns.do-nodata", ask("www TXT", do=True), nodata()),
    case("edns.do-refused", ask("www.elsewhere.test. A", do=True), REFUSED, tcp=NOT_OURS),
    *(case(f"edns.flag-{bit:#06x}", query("www A", edns=opt(flags=bit)), WWW) for bit in (1, 0x40, 0x2000, 0x4000, 0x7fff, 0xffff)),
    case("edns.ext-rcode-set", query("www A", edns=opt(rcode=0xff)), WWW),

    # Sizes: below 512 is 512; ours in the reply
    *(case(f"edns.size-{size}", ask("www A", size=size), WWW) for size in (0, 1, 511, 512, 513, 1231, 1232, 1233, 4096, 65535)),

    # Versions
    *(case(f"edns.version-{version}", ask("www A", version=version), BADVERS) for version in (1, 2, 100, 255)),
    case("edns.version-1-do", ask("www A", version=1, do=True), BADVERS),
    case("edns.version-1-nxdomain", ask("nowhere A", version=1), BADVERS),
    case("edns.version-1-elsewhere", ask("www.elsewhere.test. A", version=1), BADVERS),
    case("edns.version-1-options", ask("www A", option(100), option(3), version=1), BADVERS),
    case("edns.version-1-overrun", query("www A", edns=raw_opt(u16(100) + u16(9) + b"x", version=1)), BADVERS),
    case("edns.version-1-flags", query("www A", edns=opt(version=1, flags=0xffff)), BADVERS),

    # Options that nobody knows
    *(case(f"edns.option-{code}", ask("www A", option(code, b"data")), WWW) for code in (0, 1, 2, 4, 13, 16, 100, 26946,
           65001, 65535)),
    case("edns.option-empty", ask("www A", option(100)), WWW),
    case("edns.option-100-times", ask("www A", *[option(100 + i, b"x") for i in range(100)]), WWW),
    case("edns.option-1000-bytes", ask("www A", option(65001, bytes(1000))), WWW),
    case("edns.option-nxdomain", ask("nowhere A", option(65001, b"x")), nxdomain()),
    case("edns.nsid-not-told", ask("www A", option(3)), WWW),
    case("edns.nsid-with-data", ask("www A", option(3, b"hello")), WWW),
    case("edns.nsid-root", ask(". A", option(3)), REFUSED, tcp=NOT_OURS),
    case("edns.nsid-one-label", ask("test. A", option(3)), REFUSED, tcp=NOT_OURS),
    case("edns.nsid-twice", ask("www A", option(3), option(3)), WWW),
    case("edns.report-channel", ask("www A", option(18, b"\0")), WWW),
    case("edns.report-channel-name", ask("www A", option(18, b"\5agent\4test\0")), WWW),

    # Options that overrun (CVE-2016-2848, CVE-2018-5744)
    case("edns.overrun-by-1", raw(u16(100) + u16(5) + b"four"), formerr()),
    case("edns.overrun-65535", raw(u16(100) + u16(65535) + b"four"), formerr()),
    case("edns.overrun-second", raw(option(100, b"x") + u16(101) + u16(1)), formerr()),
    case("edns.half-option-1", raw(b"\0"), formerr()),
    case("edns.half-option-3", raw(b"\0\3\0"), formerr()),
    case("edns.half-option-behind-whole", raw(option(3) + b"\0\x08"), formerr()),
    case("edns.rdlength-too-long", broken(opt()[:-1] + b"\1"), formerr()),
    case("edns.rdlength-65535", broken(opt(option(3))[:-6] + b"\xff\xff" + option(3)), formerr()),
    case("edns.rdlength-too-short", raw(option(3)[:3]), formerr()),

    # Where OPT does not belong
    case("edns.twice", query("www A", sections=(b"", b"", opt()), edns=opt()), formerr()),
    case("edns.twice-with-a-record-between", query("www A", sections=(b"", b"", opt() + b"\0" + A_IN + bytes(6)), edns=opt()),
         formerr()),
    case("edns.three-times", query("www A", sections=(b"", b"", opt() * 2), edns=opt()), formerr()),
    case("edns.in-answer", broken(opt(), (1, 1, 0, 0)), formerr()),
    case("edns.in-authority", broken(opt(), (1, 0, 1, 0)), formerr()),
    case("edns.owner-not-root", broken(opt(owner=b"\1x\0")), formerr()),
    case("edns.owner-pointer", broken(opt(owner=b"\xc0\x0c")), formerr()),
    case("edns.owner-pointer-to-root", broken(opt(owner=b"\xc0\x1a")), formerr()),
    case("edns.half-opt", broken(opt()[:-1]), formerr()),
    case("edns.none-asked-none-given", query("www A"), WWW),

    # cookies (RFC 7873 5.2.2); what the server makes of good ones is in the unit tests
    *(case(f"cookie.length-{length}", ask("www A", option(10, bytes(length))), formerr()) for length in (0, 1, 7, 9, 15, 41, 60)),

    # keepalive (RFC 7828): over TCP to who asks
    case("keepalive.asked", ask("www A", option(11)), WWW, tcp=WWW.with_options(TEN_SECONDS)),
    case("keepalive.payload", ask("www A", option(11, b"\0\1")), WWW, tcp=WWW.with_options(TEN_SECONDS)),
    case("keepalive.refused", ask("www.elsewhere.test. A", option(11)), REFUSED,
         tcp=REFUSED.with_options(TEN_SECONDS).explained(20)),

    # padding (RFC 8467): only over TLS
    case("padding.plain", ask("www A", option(12, bytes(100))), WWW),

    # ZONEVERSION (RFC 9660)
    case("zoneversion.answer", ask("www A", option(19)), WWW.with_options(VERSION)),
    case("zoneversion.nodata", ask("www TXT", option(19)), nodata().with_options(VERSION)),
    case("zoneversion.nxdomain", ask("nowhere A", option(19)), nxdomain().with_options(VERSION)),
    case("zoneversion.referral", ask("x.signed A", option(19)), referral("signed 300 NS ns1.elsewhere.test.")),
    case("zoneversion.refused", ask("www.elsewhere.test. A", option(19)), REFUSED, tcp=NOT_OURS),
    case("zoneversion.payload", ask("www A", option(19, b"\0")), formerr()),
]
