"""Header, opcode and counts (RFC 1035 4.1.1, 9619, 8906)."""
from dataclasses import replace

from notation import DO, DROPPED, answers, case, error, formerr, nodata, nxdomain, opt, query, question, record, referral

WWW = answers("www 300 A 192.0.2.1", "www 300 A 192.0.2.2")
OPCODES = {"iquery": 1, "status": 2, "3": 3, "notify": 4, "update": 5, "dso": 6, **{str(i): i for i in range(7, 16)}}
A_RECORD = record("www 1 A 192.0.2.9").packed()
SOA_RECORD = record("@ 1 SOA ns1 hostmaster 1 1 1 1 1").packed()

CASES = [
    case("header.plain", query("www A"), WWW),
    case("header.rd", query("www A", flags="rd"), WWW),
    case("header.ra", query("www A", flags="ra"), WWW),
    case("header.z", query("www A", flags="z"), WWW),
    case("header.ad", query("www A", flags="ad"), WWW),
    case("header.cd", query("www A", flags="cd"), WWW),
    case("header.aa", query("www A", flags="aa"), WWW),
    case("header.tc", query("www A", flags="tc"), WWW),
    case("header.all-flags", query("www A", flags="aa tc rd ra z ad cd"), WWW),
    case("header.all-flags-edns", query("www A", flags="aa tc rd ra z ad cd", edns=opt(flags=0xffff)), WWW),
    case("header.rcode-set", query("www A").patched(3, b"\x0f"), WWW),
    case("header.id-0", query("www A", ident=0), WWW),
    case("header.id-65535", query("www A", ident=0xffff), WWW),
    case("header.rd-refused", query("www.elsewhere.test. A", flags="rd"), error("REFUSED")),
    case("header.rd-nxdomain", query("nowhere A", flags="rd cd ad"), nxdomain()),
    case("header.rd-nodata", query("www TXT", flags="rd cd ad"), nodata()),
    case("header.rd-referral", query("x.signed A", flags="rd cd ad"), referral("signed 300 NS ns1.elsewhere.test.")),
    case("header.rd-formerr", query("www A", flags="rd", tail=b"\0"), formerr()),
    case("header.rd-notimp", query("www A", flags="rd", opcode=2), error("NOTIMP").without_question()),

    # QR=1 is never answered, whatever else the packet says
    case("header.response", query("www A", flags="qr"), DROPPED),
    case("header.response-edns", query("www A", flags="qr", edns=opt()), DROPPED),
    case("header.response-bare", query(b"", flags="qr"), DROPPED),
    case("header.response-malformed", query("www A", flags="qr", tail=b"xx"), DROPPED),
    case("header.response-formerr", query("www A", flags="qr").patched(3, b"\x01"), DROPPED),
    case("header.response-servfail", query("www A", flags="qr").patched(3, b"\x02"), DROPPED),
    case("header.response-other-opcode", query("www A", flags="qr", opcode=15), DROPPED),
    case("header.response-notify", query("@ SOA", flags="qr aa", opcode=4), DROPPED),
    case("header.response-badvers", query("www A", flags="qr", edns=opt(version=1)), DROPPED),
    *(case(f"header.response-opcode-{word}", query("www A", flags="qr", opcode=number), DROPPED)
      for word, number in OPCODES.items()),

    # Other opcodes: NOTIMP, with nothing repeated but the header
    *(case(f"opcode.{word}", query("@ SOA", opcode=number), error("NOTIMP").without_question())
      for word, number in OPCODES.items()),
    *(case(f"opcode.{word}-bare", query(b"", opcode=number), error("NOTIMP")) for word, number in OPCODES.items()),
    *(case(f"opcode.{word}-edns", query("@ SOA", opcode=number, edns=opt(flags=DO)), error("NOTIMP").without_question())
      for word, number in OPCODES.items()),
    case("opcode.update-record", query("@ SOA", opcode=5, sections=(b"", A_RECORD)), error("NOTIMP").without_question()),
    case("opcode.update-any", query("@ ANY *", opcode=5, sections=(A_RECORD, A_RECORD)), error("NOTIMP").without_question()),
    case("opcode.notify-soa", query("@ SOA", flags="aa", opcode=4, sections=(SOA_RECORD,)), error("NOTIMP").without_question()),
    case("opcode.notify-not-ours", query("elsewhere.test. SOA", flags="aa", opcode=4), error("NOTIMP").without_question()),
    case("opcode.unknown-malformed", query("www A", opcode=15, tail=b"\0\0"), error("NOTIMP").without_question()),
    case("opcode.unknown-two-questions", query(question("www A") * 2, opcode=15, counts=(2, 0, 0, 0)),
         error("NOTIMP").without_question()),

    # Counts
    case("counts.qd-0", query(b""), formerr()),
    case("counts.qd-0-edns", query(b"", edns=opt()), formerr()),
    case("counts.qd-0-rd", query(b"", flags="rd"), formerr()),
    case("counts.qd-0-with-question", query("www A", counts=(0, 0, 0, 0)), formerr().without_question()),
    case("counts.qd-2", query(question("www A") * 2, counts=(2, 0, 0, 0)), formerr().without_question()),
    case("counts.qd-2-different", query(question("www A") + question("www AAAA"), counts=(2, 0, 0, 0)),
         formerr().without_question()),
    case("counts.qd-2-one-there", query("www A", counts=(2, 0, 0, 0)), formerr().without_question()),
    case("counts.qd-65535", query("www A", counts=(65535, 0, 0, 0)), formerr().without_question()),
    case("counts.an-1-none-there", query("www A", counts=(1, 1, 0, 0)), formerr()),
    case("counts.ns-1-none-there", query("www A", counts=(1, 0, 1, 0)), formerr()),
    case("counts.ar-1-none-there", query("www A", counts=(1, 0, 0, 1)), formerr()),
    case("counts.ar-65535-none-there", query("www A", counts=(1, 0, 0, 65535)), formerr()),
    case("counts.all-65535", query("www A", counts=(65535, 65535, 65535, 65535)), formerr().without_question()),
    case("counts.ar-0-opt-there", query(question("www A"), tail=opt()), formerr()),
    case("counts.ar-2-opt-there", query("www A", edns=opt(), counts=(1, 0, 0, 2)), formerr()),
    case("counts.answer-in-query", query("www A", sections=(A_RECORD,)), WWW),
    case("counts.authority-in-query", query("www A", sections=(b"", SOA_RECORD)), WWW),
    case("counts.additional-in-query", query("www A", sections=(b"", b"", A_RECORD)), WWW),
    case("counts.record-in-each", query("www A", sections=(A_RECORD, SOA_RECORD, A_RECORD), edns=opt()), WWW),
    case("counts.record-behind-opt", replace(query("www A", sections=(b"", b"", opt() + A_RECORD)), opt=opt()), WWW),
    case("counts.records-100", query("www A", sections=(A_RECORD * 10, A_RECORD * 10, A_RECORD * 10), edns=opt()), WWW),

    # Bytes behind the message: FORMERR
    case("trailing.one", query("www A", tail=b"\0"), formerr()),
    case("trailing.zeros", query("www A", tail=bytes(100)), formerr()),
    case("trailing.text", query("www A", tail=b"GET / HTTP/1.0\r\n\r\n"), formerr()),
    case("trailing.message", query("www A", tail=query("www A").data), formerr()),
    case("trailing.behind-opt", query("www A", edns=opt(), tail=b"\0"), formerr()),
    case("trailing.behind-record", query("www A", sections=(A_RECORD,), tail=b"\0"), formerr()),
]
