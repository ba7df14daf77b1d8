"""Truncation and sizes (RFC 1035 4.2.1, 2181 9, 6891 6.2.5, 9471): whole RRsets or TC, and empty sections with it."""
from generated import texts
from notation import answers, ask, case, query, referral, truncated

Z = "big.test."


def addresses(owner: str, count: int, ttl: int = 300) -> list[str]:
    return [f"{owner}.{Z} {ttl} A 10.0.{i // 256}.{i % 256}" for i in range(count)]


def strings(owner: str, count: int) -> list[str]:
    lines = [line.split('"')[1] for line in texts(owner, count)]
    return [f"{owner}.{Z} 300 TXT {line}" for line in lines]


def delegation(owner: str, servers: int, within: bool = True):
    beside = "" if within else "beside-"
    hosts = [f"ns{i:02d}.{beside}{owner}.{Z}" for i in range(servers)]
    glue = [line for i, host in enumerate(hosts) for line in (f"{host} 300 A 10.1.0.{i}", f"{host} 300 AAAA 2001:db8:1::{i:x}")]
    return referral(*(f"{owner}.{Z} 300 NS {host}" for host in hosts), glue=glue)


CASES = [
    # Without EDNS 512 bytes: the name compressed, 28 addresses fit (12 + 18 + 28 * 16 = 478), 31 do not (12 + 18 + 31 * 16 = 526)
    case("size.a28", query(f"a28.{Z} A"), answers(*addresses("a28", 28))),
    case("size.a29", query(f"a29.{Z} A"), answers(*addresses("a29", 29))),
    case("size.a74", query(f"a74.{Z} A"), truncated(), answers(*addresses("a74", 74))),
    case("size.a200", query(f"a200.{Z} A"), truncated(), answers(*addresses("a200", 200))),
    case("size.a2000", query(f"a2000.{Z} A"), truncated(), answers(*addresses("a2000", 2000))),
    case("size.txt1", query(f"txt1.{Z} TXT"), answers(*strings("txt1", 1))),
    case("size.txt4", query(f"txt4.{Z} TXT"), truncated(), answers(*strings("txt4", 4))),
    case("size.txt60k", query(f"txt60k.{Z} TXT"), truncated(), answers(*strings("txt60k", 230))),

    # With EDNS what the client takes, and 1232 at most
    case("size.a74-1232", ask(f"a74.{Z} A", size=1232), answers(*addresses("a74", 74))),
    case("size.a74-to-the-byte", ask(f"a74.{Z} A", size=1225), answers(*addresses("a74", 74))),
    case("size.a74-a-byte-less", ask(f"a74.{Z} A", size=1224), truncated(), answers(*addresses("a74", 74))),
    case("size.a75-1232", ask(f"a75.{Z} A", size=1232), truncated(), answers(*addresses("a75", 75))),
    case("size.a200-4096", ask(f"a200.{Z} A", size=4096), truncated(), answers(*addresses("a200", 200))),
    case("size.a200-65535", ask(f"a200.{Z} A", size=65535), truncated(), answers(*addresses("a200", 200))),
    case("size.a28-0", ask(f"a28.{Z} A", size=0), answers(*addresses("a28", 28))),
    case("size.a28-512", ask(f"a28.{Z} A", size=512), answers(*addresses("a28", 28))),
    case("size.a74-512", ask(f"a74.{Z} A", size=512), truncated(), answers(*addresses("a74", 74))),
    case("size.txt4-1232", ask(f"txt4.{Z} TXT", size=1232), answers(*strings("txt4", 4))),
    case("size.txt5-1232", ask(f"txt5.{Z} TXT", size=1232), truncated(), answers(*strings("txt5", 5))),
    case("size.do", ask(f"a200.{Z} A", do=True), truncated(), answers(*addresses("a200", 200))),

    # Chains and wildcards: a target that does not fit takes all with it
    case("size.cname-to-a200", query(f"big.{Z} A"), truncated(), answers(f"big.{Z} 300 CNAME a200.{Z}", *addresses("a200", 200))),
    case("size.cname-asked-for", query(f"big.{Z} CNAME"), answers(f"big.{Z} 300 CNAME a200.{Z}")),
    case("size.wildcard", query(f"x.wild.{Z} A"), truncated(), answers(*addresses("x.wild", 200))),
    case("size.any", query(f"a200.{Z} ANY"), truncated(), answers(*addresses("a200", 200))),

    case("size.dname-too-long-to-say", query(f"{'y' * 63}.{'y' * 63}.{'y' * 63}.{'y' * 40}.dlonger A"), truncated(), answers(
        "dlonger 300 DNAME " + ".".join(("a" * 63, "b" * 63, "c" * 63, "d" * 50)) + ".test.", rcode="YXDOMAIN")),

    # Referrals: all glue within the delegation, or TC (RFC 9471); beside it as far as it fits
    case("size.deleg4", query(f"x.deleg4.{Z} A"), delegation("deleg4", 4)),
    case("size.deleg13", query(f"x.deleg13.{Z} A"), truncated(flags="tc"), delegation("deleg13", 13)),
    case("size.deleg13-1232", ask(f"x.deleg13.{Z} A"), delegation("deleg13", 13)),
    case("size.deleg30", query(f"x.deleg30.{Z} A"), truncated(flags="tc"), delegation("deleg30", 30)),
    case("size.deleg30-1232", ask(f"x.deleg30.{Z} A"), truncated(flags="tc"), delegation("deleg30", 30)),
    case("size.deleg13out-1232", ask(f"x.deleg13out.{Z} A"), delegation("deleg13out", 13, within=False)),
]
