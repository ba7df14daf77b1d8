"""Where ours answers otherwise than a peer, and what allows it. One row is one behaviour."""
from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Difference:
    peer: str  # nsd, knot
    names: str  # patterns in lower case, separated by spaces
    types: str  # separated by spaces; * is all
    fields: str  # what differs, at most: of rcode aa tc answer authority glue
    section: str  # what allows ours
    reason: str
    variants: str = "*"

    def covers(self, peer: str, name: str, kind: str, variant: str, differing: tuple[str, ...]) -> bool:
        return (peer == self.peer and set(differing) <= set(self.fields.split())
                and any(fnmatchcase(name.lower(), pattern) for pattern in self.names.split())
                and (self.types == "*" or kind in self.types.split())
                and (self.variants == "*" or variant in self.variants.split()))


DIFFERENCES = [
    # ANY
    Difference("nsd", "case.test. child.case.test. wild.test. loop.test. dname.test. odd.test. big.test.", "ANY", "answer",
               "RFC 8482 4.1", "one RRset, of whichever type the responder likes: NSD gives SOA at an apex, ours the lowest type"),

    # Chains that leave a zone
    Difference("nsd", "cchild.case.test. up.child.case.test.", "*", "rcode answer authority", "RFC 1034 4.3.2 step 3a",
               "NSD follows a CNAME into another zone that it serves; ours stops, as BIND does: the resolver asks for the target"),
    Difference("nsd", "*.dchild.case.test.", "*", "rcode answer authority", "RFC 6672 3.2",
               "NSD follows a DNAME into another zone that it serves"),
    Difference("knot", "cchild.case.test.", "*", "authority glue", "RFC 1034 4.3.2 step 3b",
               "Knot adds the referral to the child zone; ours answers for the child zone itself and stops"),
    Difference("knot", "*.dchild.case.test.", "*", "authority glue", "RFC 1034 4.3.2 step 3b",
               "Knot adds the referral to the child zone behind a DNAME"),

    # Loops and long chains: a partial chain is right, its length is the server's own
    Difference("nsd", "l16.loop.test. l17.loop.test. l18.loop.test.", "*", "answer authority", "RFC 1034 3.6.2",
               "ours follows 16 CNAMEs"),
    Difference("knot", "l0[6-9].loop.test. l1?.loop.test.", "*", "answer authority", "RFC 1034 3.6.2", "Knot follows 5 CNAMEs"),
    Difference("nsd", "*.grow.loop.test. cgrow.loop.test.", "*", "answer", "RFC 6672 5.2", "ours follows a DNAME 16 times"),
    Difference("knot", "*.grow.loop.test. cgrow.loop.test.", "*", "answer", "RFC 6672 5.2", "Knot follows a DNAME 5 times"),
    Difference("knot", "*.dself.loop.test. *.dping.loop.test. *.dpong.loop.test. x.dc.loop.test.", "*", "answer", "RFC 2181 5",
               "Knot repeats the CNAMEs of a DNAME loop; ours ends where the loop closes"),

    # Referrals
    Difference("nsd", "deleg13.big.test. *.deleg13.big.test. deleg30.big.test. *.deleg30.big.test.", "*",
               "tc answer authority glue", "RFC 9471 3.1", "glue that is required does not fit: TC; NSD 4.6 leaves it out"),

    # Types of signed zones in zones that are not
    Difference("knot", "*", "NSEC RRSIG", "rcode answer authority glue", "RFC 1034 4.3.2 step 3a",
               "Knot does not follow a CNAME for the types that may stand beside one"),
]
