/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The XDP program: which frames go to the server instead of to the kernel.
 *
 *   UDP in one IPv4 packet without options, or in an IPv6 packet without extension headers,
 *   all lengths and the header checksum right        (what else comes the kernel knows better)
 *     to an address and port that we listen on       (map `listeners`)
 *       whose answer can leave by the same interface (the kernel's routes and neighbors)
 *         ─► the AF_XDP socket of the queue          (map `sockets`)
 *
 * Everything else, tagged frames (VLAN) among it, goes on to the kernel as if there were no
 * program, and what is for us is answered by the ordinary sockets. Left to the server are the UDP
 * checksum, since it has to read the query anyway, and whether the frame is as long as its headers
 * say: to reckon with a length is allowed only to a program whose loader may trace the kernel, too.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

/* Behind <linux/bpf.h>, whose types they take. */
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "xdp_filter.h"

#define VERSION_4_WITHOUT_OPTIONS 0x45
#define DONT_FRAGMENT 0x4000
/* Of <sys/socket.h>, which is not for the kernel. */
#define FAMILY_INET 2
#define FAMILY_INET6 10
/* In every network namespace. The route of a packet that this machine sends itself is looked up as
 * if it came from there. */
#define LOOPBACK_INDEX 1

struct {
  __uint(type, BPF_MAP_TYPE_XSKMAP);
  __type(key, __u32);     /* queue */
  __type(value, __u32);   /* socket */
  __uint(max_entries, 1); /* as many as there are queues */
} sockets SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __type(key, struct xdp_listener);
  __type(value, __u8);
  __uint(max_entries, kMostXdpListeners);
} listeners SEC(".maps");

const volatile struct xdp_settings settings = {};

/** Whether the header of an IPv4 packet is as it was sent (RFC 1071). */
static __always_inline int is_intact(const struct iphdr* ip) {
  const __u16* words = (const __u16*)ip;
  __u32 sum = 0;
#pragma unroll
  for (unsigned i = 0; i < sizeof *ip / sizeof *words; ++i) sum += words[i];
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return sum == 0xffff;
}

/** Not this network, loopback, multicast or what is reserved above: no answer can go there. */
static __always_inline int can_be_client4(__u32 address) {
  const __u8 first = bpf_ntohl(address) >> 24;
  return first != 0 && first != 127 && first < 224;
}

/** Not unspecified, loopback or an IPv4 address in disguise, link-local, or multicast. */
static __always_inline int can_be_client6(const __u32* address) {
  const __u32 first = bpf_ntohl(address[0]);
  return first != 0 && first >> 22 != 0xfe80 >> 6 && first >> 24 != 0xff;
}

static __always_inline int is_same_mac(const volatile __u8* one, const volatile __u8* other) {
  __u8 different = 0;
#pragma unroll
  for (unsigned i = 0; i < ETH_ALEN; ++i) different |= one[i] ^ other[i];
  return !different;
}

/** Whether the answer can leave as the query came. Then the query's source becomes the neighbor
 * that the answer goes to, so that the server has to swap the two and knows nothing of routes. */
static __always_inline int can_return(struct xdp_md* context, struct ethhdr* ethernet,
                                      struct bpf_fib_lookup* route) {
  if (settings.symmetric)
    return is_same_mac(ethernet->h_dest, settings.mac) && !(ethernet->h_source[0] & 1);
  route->ifindex = LOOPBACK_INDEX;
  route->l4_protocol = IPPROTO_UDP;
  if (bpf_fib_lookup(context, route, sizeof *route, 0) != BPF_FIB_LKUP_RET_SUCCESS) return 0;
  if (route->ifindex != context->ingress_ifindex) return 0;
  /* A frame for somebody else is seen where the interface is promiscuous. */
  if (!is_same_mac(ethernet->h_dest, route->smac)) return 0;
  __builtin_memcpy(ethernet->h_source, route->dmac, ETH_ALEN);
  return 1;
}

static __always_inline int take(struct xdp_md* context, struct ethhdr* ethernet,
                                const struct xdp_listener* listener, struct bpf_fib_lookup* route) {
  if (!bpf_map_lookup_elem(&listeners, listener)) return XDP_PASS;
  if (!can_return(context, ethernet, route)) return XDP_PASS;
  return bpf_redirect_map(&sockets, context->rx_queue_index, XDP_PASS);
}

static __always_inline int take_v4(struct xdp_md* context, struct ethhdr* ethernet, void* end) {
  struct iphdr* ip = (void*)(ethernet + 1);
  struct udphdr* udp = (void*)(ip + 1);
  if ((void*)(udp + 1) > end) return XDP_PASS;
  if (*(__u8*)ip != VERSION_4_WITHOUT_OPTIONS || ip->protocol != IPPROTO_UDP) return XDP_PASS;
  if (ip->frag_off & ~bpf_htons(DONT_FRAGMENT)) return XDP_PASS;
  const __u16 length = bpf_ntohs(udp->len);
  if (length < sizeof *udp || bpf_ntohs(ip->tot_len) != sizeof *ip + length) return XDP_PASS;
  if (!udp->source || !can_be_client4(ip->saddr) || !is_intact(ip)) return XDP_PASS;

  const struct xdp_listener listener = {{0, 0, bpf_htonl(0xffff), ip->daddr}, udp->dest, 0};
  struct bpf_fib_lookup route = {.family = FAMILY_INET,
                                 .sport = udp->dest,
                                 .dport = udp->source,
                                 .tot_len = kLargestXdpAnswer4};
  route.ipv4_src = ip->daddr;
  route.ipv4_dst = ip->saddr;
  return take(context, ethernet, &listener, &route);
}

static __always_inline int take_v6(struct xdp_md* context, struct ethhdr* ethernet, void* end) {
  struct ipv6hdr* ip = (void*)(ethernet + 1);
  struct udphdr* udp = (void*)(ip + 1);
  if ((void*)(udp + 1) > end) return XDP_PASS;
  if (*(__u8*)ip >> 4 != 6 || ip->nexthdr != IPPROTO_UDP) return XDP_PASS;
  const __u16 length = bpf_ntohs(udp->len);
  if (length < sizeof *udp || ip->payload_len != udp->len) return XDP_PASS;
  if (!udp->source || !can_be_client6(ip->saddr.in6_u.u6_addr32)) return XDP_PASS;

  struct xdp_listener listener = {.port = udp->dest};
  struct bpf_fib_lookup route = {.family = FAMILY_INET6,
                                 .sport = udp->dest,
                                 .dport = udp->source,
                                 .tot_len = kLargestXdpAnswer6};
  __builtin_memcpy(listener.address, &ip->daddr, sizeof listener.address);
  __builtin_memcpy(route.ipv6_src, &ip->daddr, sizeof route.ipv6_src);
  __builtin_memcpy(route.ipv6_dst, &ip->saddr, sizeof route.ipv6_dst);
  return take(context, ethernet, &listener, &route);
}

SEC("xdp")
int take_queries(struct xdp_md* context) {
  void* const start = (void*)(long)context->data;
  void* const end = (void*)(long)context->data_end;
  struct ethhdr* const ethernet = start;
  if ((void*)(ethernet + 1) > end || start + kLargestXdpFrame < end) return XDP_PASS;
  switch (ethernet->h_proto) {
    case bpf_htons(ETH_P_IP): return take_v4(context, ethernet, end);
    case bpf_htons(ETH_P_IPV6): return take_v6(context, ethernet, end);
    default: return XDP_PASS;
  }
}

/* The kernel lets only programs under the GPL look up routes, which this file therefore is, too. */
char program_license[] SEC("license") = "GPL";
