"""Answers from what zones hold (RFC 1034 4.3.2, 2308, 4592, 6672, 6604, 9471, 9460, 3597)."""
from notation import answers, ask, case, error, nodata, nxdomain, query, referral

WWW = ("www 300 A 192.0.2.1", "www 300 A 192.0.2.2")
MAIL = ("mail 300 A 192.0.2.25", "mail 300 AAAA 2001:db8::25")
CHILD_SOA = "child 300 SOA ns.child hostmaster.child 7 7200 1800 1209600 900"
LOOP = "loop.test."
CUT = referral("cut 300 NS ns.cut", "cut 300 NS NS2.cut", "cut 300 NS ns1.elsewhere.test.",
               glue=["ns.cut 300 A 192.0.2.60", "ns.cut 300 AAAA 2001:db8::60", "NS2.cut 300 A 192.0.2.61"])
WILD_SOA = "wild.test. 3600 SOA ns.example.com. hostmaster.wild.test. 1 7200 1800 1209600 3600"
WILD_TXT = "TXT \\# 19 12" + b"this is a wildcard".hex()
SVC = ("300 SVCB \\# 31 0001046d61696c04636173650474657374000001000302683200030002" "20fb",
       "300 SVCB \\# 45 000200" "00010003026833" "00040008c0000201c0000202" "0006001020010db8000000000000000000000001")
SIGNED = referral("signed 300 NS ns1.elsewhere.test.")
DS = "signed 300 DS \\# 36 30390d02" + "0123456789abcdef" * 4


def hops(*names: str, last: str = "") -> list[str]:
    """The CNAME records of a chain in loop.test."""
    return [f"{a}.{LOOP} 60 CNAME {b}.{LOOP}" for a, b in zip(names, names[1:])]


CASES = [
    # Data at the name
    case("content.apex-soa", query("@ SOA"), answers("@ 3600 SOA ns1 hostmaster 2024010101 7200 1800 1209600 60")),
    case("content.apex-ns", query("@ NS"), answers("@ 3600 NS ns1", "@ 3600 NS ns2.elsewhere.test.",
                                                   additional=["ns1 300 A 192.0.2.53", "ns1 300 AAAA 2001:db8::53"])),
    case("content.aaaa", query("www AAAA"), answers("www 300 AAAA 2001:db8::1")),
    case("content.hinfo", query("hinfo HINFO"), answers("hinfo 300 HINFO \\# 12 065044502d313104554e4958")),
    case("content.ttl-0", query("ttl0 A"), answers("ttl0 0 A 192.0.2.80")),
    case("content.ttl-2147483647", query("ttlmax A"), answers("ttlmax 2147483647 A 192.0.2.81")),
    case("content.txt-strings", query("txt TXT"), answers("txt 300 TXT \\# 9 036f6e650374776f00")),
    case("content.txt-bytes", query("txtbytes TXT"), answers("txtbytes 300 TXT \\# 6 0500ff225c3b")),
    case("content.ptr", query("ptr PTR"), answers("ptr 300 PTR www")),
    case("content.rp", query("rp RP"), answers("rp 300 RP mail txt")),
    case("content.afsdb", query("afsdb AFSDB"), answers("afsdb 300 AFSDB 1 mail")),

    # Unknown types (RFC 3597)
    case("content.type65280", query("unknown TYPE65280"), answers("unknown 300 TYPE65280 \\# 4 c0000201")),
    case("content.type65281-empty", query("empty TYPE65281"), answers("empty 300 TYPE65281 \\# 0")),
    case("content.type1-is-a", query("unknowna A"), answers("unknowna 300 A 192.0.2.3")),
    case("content.type15-is-mx", query("unknownmx MX"), answers("unknownmx 300 MX 10 mail", additional=MAIL)),

    # Nothing there
    case("negative.nxdomain", query("nowhere A"), nxdomain()),
    case("negative.nxdomain-deep", query("a.b.c.d.e.nowhere A"), nxdomain()),
    case("negative.nxdomain-edns-do", ask("nowhere A", do=True), nxdomain()),
    case("negative.below-a-name", query("x.www A"), nxdomain()),
    case("negative.below-a-name-with-cname", query("x.c1 A"), nxdomain()),
    case("negative.nodata", query("www TXT"), nodata()),
    case("negative.nodata-apex", query("@ A"), nodata()),
    case("negative.ent", query("ent A"), nodata()),
    case("negative.ent-deep", query("er.ent TXT"), nodata()),
    case("negative.ent-sibling", query("b.ent A"), nxdomain()),
    case("negative.ent-below-cut-parents", query("c.deepcut A"), nodata()),
    case("negative.ent-of-srv", query("_udp A"), nodata()),
    case("negative.soa-ttl-is-the-lesser", query("www.child TXT"), nodata(soa=CHILD_SOA)),
    case("negative.elsewhere", query("www.elsewhere.test. A"), error("REFUSED")),
    case("negative.elsewhere-soa", query("elsewhere.test. SOA"), error("REFUSED")),
    case("negative.parent-of-ours", query("test. NS"), error("REFUSED")),
    case("negative.sibling-of-ours", query("casf.test. A"), error("REFUSED")),

    # CNAME: in order, and the RCODE is that of the last name (RFC 6604). A name that is compressed takes the case of the one that
    # it points to (RFC 4343 4.1)
    case("cname.one", query("c3 A"), answers("c3 100 CNAME www", *WWW)),
    case("cname.three", query("c1 A"), answers("c1 300 CNAME c2", "c2 200 CNAME c3", "c3 100 CNAME www", *WWW)),
    case("cname.other-type", query("c1 AAAA"), answers("c1 300 CNAME c2", "c2 200 CNAME c3", "c3 100 CNAME www",
         "www 300 AAAA 2001:db8::1")),
    case("cname.asked-for", query("c1 CNAME"), answers("c1 300 CNAME c2")),
    case("cname.nodata-at-the-end", query("c3 TXT"), nodata("c3 100 CNAME www")),
    case("cname.nxdomain-at-the-end", query("cnx A"), nxdomain("cnx 300 CNAME nowhere")),
    case("cname.nxdomain-asked-for", query("cnx CNAME"), answers("cnx 300 CNAME nowhere")),
    case("cname.to-elsewhere", query("cout A"), answers("cout 300 CNAME target.elsewhere.test.")),
    case("cname.to-another-zone-of-ours", query("cchild A"), answers("cchild 300 CNAME www.child")),
    case("cname.to-the-parent-zone", query("up.child A"), answers("up.child 300 CNAME www")),
    case("cname.to-an-ent", query("cent A"), nodata("cent 300 CNAME ent")),
    case("cname.to-the-apex", query("capex MX"), answers("capex 300 CNAME @", "@ 300 MX 10 mail", additional=MAIL)),
    case("cname.to-a-wildcard", query("cwild A"), answers("cwild 300 CNAME x.wild", "x.wild 300 A 192.0.2.40")),
    case("cname.to-below-a-cut", query("ccut A"), referral(*CUT.authority, chain=["ccut 300 CNAME host.cut"], glue=CUT.additional,
                                                           flags="aa")),
    case("cname.to-glue", query("cglue A"), referral(*CUT.authority, chain=["cglue 300 CNAME ns.cut"], glue=CUT.additional,
                                                     flags="aa")),
    case("cname.to-ds-at-a-cut", query("cds DS"), answers("cds 300 CNAME signed", DS)),
    case("cname.to-below-a-dname", query("cdname A"),
         answers("cdname 300 CNAME www.d", "d 500 DNAME target", "www.d 500 CNAME www.target",
                                                              "www.target 300 A 192.0.2.73")),
    case("cname.target-in-mixed-case", query("mixed AAAA"), answers("mixed 300 CNAME WwW", "WwW 300 AAAA 2001:db8::1")),

    # Loops and long chains end (CVE-2021-25215, CoreDNS #4378, NSD "very long CNAME chain")
    case("loop.self", query(f"self.{LOOP} A"), answers(*hops("self", "self"))),
    case("loop.two", query(f"ping.{LOOP} A"), answers(*hops("ping", "pong", "ping"))),
    case("loop.into", query(f"in.{LOOP} A"), answers(*hops("in", "ping", "pong", "ping"))),
    case("loop.wildcard", query(f"x.wself.{LOOP} A"), answers(*hops("x.wself", "a.wself", "a.wself"))),
    case("loop.asked-for", query(f"self.{LOOP} CNAME"), answers(*hops("self", "self"))),
    case("loop.chain-15", query(f"l15.{LOOP} A"), answers(*hops(*(f"l{i:02d}" for i in range(15, 0, -1)), "end"),
                                                          f"end.{LOOP} 60 A 192.0.2.1")),
    case("loop.chain-18-ends-at-16", query(f"l18.{LOOP} A"), answers(*hops(*(f"l{i:02d}" for i in range(18, 1, -1))))),

    # Delegations
    case("cut.at", query("cut A"), CUT),
    case("cut.below", query("host.cut A"), CUT),
    case("cut.deep-below", query("a.b.c.host.cut TXT"), CUT),
    case("cut.ns", query("cut NS"), CUT),
    case("cut.soa", query("cut SOA"), CUT),
    case("cut.glue-is-no-answer", query("ns.cut A"), CUT),
    case("cut.data-below-is-hidden", query("hidden.cut TXT"), CUT),
    case("cut.wildcard-below-is-hidden", query("any.cut A"), CUT),
    case("cut.topmost-wins", query("x.sub.cut A"), CUT),
    case("cut.ds-below-the-cut", query("x.cut DS"), CUT),
    case("cut.ds-none", query("cut DS"), nodata()),
    case("cut.ds", query("signed DS"), answers(DS)),
    case("cut.ds-do", ask("signed DS", do=True), answers(DS)),
    case("cut.ds-any-below", query("x.signed ANY"), SIGNED),
    case("cut.signed", query("x.signed A"), SIGNED),
    case("cut.without-glue", query("x.glueless A"), referral("glueless 300 NS ns.glueless")),
    case("cut.sibling-glue", query("x.sib A"), referral("sib 300 NS ns.sibling", glue=["ns.sibling 300 A 192.0.2.64"])),
    case("cut.name-server-in-our-zone", query("x.upward A"), referral("upward 300 NS ns1", "upward 300 NS mail", glue=[
        "ns1 300 A 192.0.2.53", "ns1 300 AAAA 2001:db8::53", *MAIL])),
    case("cut.deep", query("x.a.b.c.deepcut A"), referral("a.b.c.deepcut 300 NS ns.a.b.c.deepcut",
         glue=["ns.a.b.c.deepcut 300 A 192.0.2.65"])),
    case("cut.mixed-case", query("HOST.CUT A"), referral(
        "CUT 300 NS ns.CUT", "CUT 300 NS NS2.CUT", "CUT 300 NS ns1.elsewhere.test.",
        glue=["ns.CUT 300 A 192.0.2.60", "ns.CUT 300 AAAA 2001:db8::60", "NS2.CUT 300 A 192.0.2.61"])),

    # Parent and child served together
    case("child.answer", query("www.child A"), answers("www.child 300 A 192.0.2.67")),
    case("child.apex-soa", query("child SOA"), answers("child 300 SOA ns.child hostmaster.child 7 7200 1800 1209600 900")),
    case("child.ds-is-the-parents", query("child DS"), answers("child 300 DS \\# 36 d4310d02" + "fedcba9876543210" * 4)),
    case("child.nxdomain", query("nowhere.child A"), nxdomain(soa=CHILD_SOA)),
    case("child.wildcard", query("x.w.child A"), answers("x.w.child 300 A 192.0.2.68")),
    case("child.ds-at-our-apex", query("@ DS"), nodata()),

    # DNAME (RFC 6672)
    case("dname.below", query("www.d A"), answers("d 500 DNAME target", "www.d 500 CNAME www.target",
         "www.target 300 A 192.0.2.73")),
    case("dname.owner-itself", query("d DNAME"), answers("d 500 DNAME target")),
    case("dname.owner-other-type", query("d TXT"), answers("d 300 TXT \\# 7 06626573696465")),
    case("dname.owner-address", query("d A"), answers("d 300 A 192.0.2.70")),
    case("dname.owner-nodata", query("d MX"), nodata()),
    case("dname.below-asked-for-dname", query("www.d DNAME"), nodata("d 500 DNAME target", "www.d 500 CNAME www.target")),
    case("dname.below-asked-for-cname", query("www.d CNAME"), answers("d 500 DNAME target", "www.d 500 CNAME www.target")),
    case("dname.nxdomain-at-the-end", query("x.d A"), nxdomain("d 500 DNAME target", "x.d 500 CNAME x.target")),
    case("dname.target-nowhere", query("x.dnx A"), nxdomain("dnx 300 DNAME nowhere", "x.dnx 300 CNAME x.nowhere")),
    case("dname.to-elsewhere", query("x.dout A"), answers("dout 300 DNAME elsewhere.test.", "x.dout 300 CNAME x.elsewhere.test.")),
    case("dname.then-cname", query("c.d A"), answers("d 500 DNAME target", "c.d 500 CNAME c.target", "c.target 300 CNAME www",
         *WWW)),
    case("dname.ttl-0", query("www.dzero A"), answers("dzero 0 DNAME target", "www.dzero 0 CNAME www.target",
         "www.target 300 A 192.0.2.73")),
    case("dname.to-wildcard", query("x.dwild A"), answers("dwild 300 DNAME wild", "x.dwild 300 CNAME x.wild",
         "x.wild 300 A 192.0.2.40")),
    case("dname.case-kept", query("WwW.D.case.test. A"),
         answers("D.case.test. 500 DNAME target", "WwW.D.case.test. 500 CNAME WwW.target",
                                                                 "WwW.target 300 A 192.0.2.73")),
    case("dname.two", query("www.dd.d A"), answers("d 500 DNAME target", "www.dd.d 500 CNAME www.dd.target",
         "dd.target 300 DNAME d",
                                                   "www.dd.target 300 CNAME www.d", "www.d 500 CNAME www.target",
                                                   "www.target 300 A 192.0.2.73")),
    case("dname.to-cut", query("x.dcut A"), referral(*CUT.authority, chain=["dcut 300 DNAME cut", "x.dcut 300 CNAME x.cut"],
                                                     glue=CUT.additional, flags="aa")),
    case("dname.yxdomain", query(f"{'y' * 60}.dlong A"), answers(
        "dlong 300 DNAME " + ".".join(("a" * 63, "b" * 63, "c" * 63)) + ".test.", rcode="YXDOMAIN")),
    case("dname.longest-that-fits", ask(f"{'y' * 56}.dlong A"), answers(
        "dlong 300 DNAME " + ".".join(("a" * 63, "b" * 63, "c" * 63)) + ".test.",
        f"{'y' * 56}.dlong 300 CNAME {'y' * 56}." + ".".join(("a" * 63, "b" * 63, "c" * 63)) + ".test.")),
    case("dname.apex-below", query("x.dname.test. A"),
         answers("dname.test. 300 DNAME target.test.", "x.dname.test. 300 CNAME x.target.test.")),
    case("dname.apex-itself", query("dname.test. TXT"), answers("dname.test. 300 TXT \\# 5 0461706578")),
    case("dname.apex-soa", query("dname.test. SOA"),
         answers("dname.test. 300 SOA ns.example.com. hostmaster.example.com. 1 7200 1800 1209600 60")),
    case("dname.data-below-is-hidden", query("x.d.hidden.test. A"), answers(
        "d.hidden.test. 300 DNAME target.hidden.test.", "x.d.hidden.test. 300 CNAME x.target.hidden.test.",
        "x.target.hidden.test. 300 A 192.0.2.4")),
    case("dname.cut-below-is-hidden", query("y.x.d.hidden.test. A"), nxdomain(
        "d.hidden.test. 300 DNAME target.hidden.test.", "y.x.d.hidden.test. 300 CNAME y.x.target.hidden.test.",
        soa="hidden.test. 60 SOA ns.example.com. hostmaster.example.com. 1 7200 1800 1209600 60")),
    case("dname.loop-to-itself", query(f"x.dself.{LOOP} A"),
         answers(f"dself.{LOOP} 60 DNAME dself.{LOOP}", *hops("x.dself", "x.dself"))),

    # Wildcards: from the closest encloser only (RFC 4592)
    case("wild.one-label", query("x.wild A"), answers("x.wild 300 A 192.0.2.40")),
    case("wild.many-labels", query("a.b.c.wild A"), answers("a.b.c.wild 300 A 192.0.2.40")),
    case("wild.nodata", query("x.wild AAAA"), nodata()),
    case("wild.asterisk-asked", query("*.wild A"), answers("*.wild 300 A 192.0.2.40")),
    case("wild.below-the-asterisk", query("a.*.wild A"), nxdomain()),
    case("wild.parent-is-an-ent", query("wild A"), nodata()),
    case("wild.blocked-by-a-name", query("host.wild A"), nodata()),
    case("wild.blocked-below-a-name", query("x.host.wild A"), nxdomain()),
    case("wild.blocked-by-an-ent", query("ent.wild A"), nodata()),
    case("wild.blocked-below-an-ent", query("x.ent.wild A"), nxdomain()),
    case("wild.mx-additional", query("x.wild MX"), answers("x.wild 300 MX 10 mail", additional=MAIL)),
    case("wild.srv-additional", query("x.wsrv SRV"), answers("x.wsrv 300 SRV 0 5 5060 mail", additional=MAIL)),
    case("wild.cname", query("x.wcname A"), answers("x.wcname 300 CNAME www", *WWW)),
    case("wild.cname-asked-for", query("x.wcname CNAME"), answers("x.wcname 300 CNAME www")),
    case("wild.cname-nodata", query("x.wcname TXT"), nodata("x.wcname 300 CNAME www")),
    case("wild.cname-nxdomain", query("x.wnx A"), nxdomain("x.wnx 300 CNAME nowhere")),
    case("wild.cname-to-elsewhere", query("x.wout A"), answers("x.wout 300 CNAME a.elsewhere.test.")),
    case("wild.rfc4592-mx", query("host3.wild.test. MX"), answers("host3.wild.test. 3600 MX 10 host1.wild.test.",
                                                                  additional=["host1.wild.test. 3600 A 192.0.2.1"])),
    case("wild.rfc4592-a", query("host3.wild.test. A"), nodata(soa=WILD_SOA)),
    case("wild.rfc4592-txt", query("foo.bar.wild.test. TXT"), answers(f"foo.bar.wild.test. 3600 {WILD_TXT}")),
    case("wild.rfc4592-host1-mx", query("host1.wild.test. MX"), nodata(soa=WILD_SOA)),
    case("wild.rfc4592-sub-mx", query("sub.*.wild.test. MX"), nodata(soa=WILD_SOA)),
    case("wild.rfc4592-telnet", query("_telnet._tcp.host1.wild.test. SRV"), nxdomain(soa=WILD_SOA)),
    case("wild.rfc4592-subdel", query("host.subdel.wild.test. A"), referral(
        "subdel.wild.test. 3600 NS ns.example.com.", "subdel.wild.test. 3600 NS ns.example.net.")),
    case("wild.rfc4592-ghost", query("ghost.*.wild.test. MX"), nxdomain(soa=WILD_SOA)),
    case("wild.chain-of-wildcards", query("y.chain.wild.test. TXT"), answers(
        "y.chain.wild.test. 3600 CNAME x.end.wild.test.", "x.end.wild.test. 3600 TXT \\# 4 03656e64")),
    case("wild.below-two-asterisks", query("x.*.two.wild.test. TXT"), answers("x.*.two.wild.test. 3600 TXT \\# 4 0374776f")),
    case("wild.two-asterisks-need-two", query("x.two.wild.test. TXT"), nodata(soa=WILD_SOA)),
    case("wild.asterisk-within-a-label", query("xab.wild.test. TXT"), answers(f"xab.wild.test. 3600 {WILD_TXT}")),

    # Additional data
    case("additional.mx", query("mx MX"), answers(
        "mx 300 MX 10 mail", "mx 300 MX 20 mail.elsewhere.test.", "mx 300 MX 30 x.wild", "mx 300 MX 40 nowhere", "mx 300 MX 50 ns.cut",
        additional=[*MAIL, "x.wild 300 A 192.0.2.40"])),
    case("additional.null-mx", query("nullmx MX"), answers("nullmx 300 MX 0 .")),
    case("additional.srv", query("_sip._udp SRV"), answers(
        "_sip._udp 300 SRV 0 5 5060 mail", "_sip._udp 300 SRV 1 5 5060 www", additional=[*MAIL, *WWW, "www 300 AAAA 2001:db8::1"])),

    # SVCB and HTTPS (RFC 9460)
    case("svcb.keys-ascending", query("svc SVCB"), answers(*(f"svc {one}" for one in SVC), additional=MAIL)),
    case("svcb.alias", query("svcalias SVCB"), answers("svcalias 300 SVCB \\# 17 00000373766304636173650474657374" "00",
                                                       additional=[f"svc {one}" for one in SVC])),
    case("svcb.target-is-the-owner-by-name", query("svcself SVCB"), answers(
        "svcself 300 SVCB \\# 19 00010773766373656c6604636173650474657374" "00")),
    case("svcb.https", query("https HTTPS"), answers("https 300 HTTPS \\# 13 000100" "00010006026832026833")),
    case("svcb.https-alias", query("httpsalias HTTPS"), answers(
        "httpsalias 300 HTTPS \\# 17 00000377777704636173650474657374" "00", additional=[*WWW, "www 300 AAAA 2001:db8::1"])),
    case("svcb.unknown-key", query("httpskey HTTPS"), answers(
        "httpskey 300 HTTPS \\# 23 000100" "000000020001" "00010003026832" "fde80003616263")),
]
