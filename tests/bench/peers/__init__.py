"""The servers that are measured, each with a configuration of its own for the same zone."""
from .bind import Bind
from .echo import Echo
from .gdnsd import Gdnsd
from .knot import Knot
from .loadstar import Before, Loadstar
from .nsd import Nsd
from .peer import Peer, PeerError, Setting
from .powerdns import PowerDns
from .wired import Sockets, XdpBefore, XdpEcho, XdpKnot, XdpLoadstar

PEERS = (Echo, Loadstar, Before, Gdnsd, Knot, Nsd, PowerDns, Bind)
XDP_PEERS = (XdpEcho, XdpLoadstar, XdpBefore, Sockets, XdpKnot)
