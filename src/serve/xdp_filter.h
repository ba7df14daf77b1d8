/* What the XDP program (xdp_filter.bpf.c) and the server have in common, in C. */
#pragma once

#include <linux/types.h>

enum {
  /** Addresses with their ports. */
  kMostXdpListeners = 4096,
  /** Bytes of a frame that find room behind the 256 that the kernel keeps free in 2,048. */
  kLargestXdpFrame = 1792,
  /** Bytes of the largest answer with its IP and UDP headers, by the version of IP. */
  kLargestXdpAnswer4 = 20 + 8 + 1232,
  kLargestXdpAnswer6 = 40 + 8 + 1232,
};

/** An address that is answered on, all of it in network order; IPv4 as ::ffff:192.0.2.1. */
struct xdp_listener {
  __u32 address[4];
  __u16 port;
  __u16 unused;
};

/** What is fixed when the program is loaded. */
struct xdp_settings {
  /** Of the interface. */
  __u8 mac[6];
  /** Answers go back to where the query came from; no route is looked up. */
  __u8 symmetric;
};
