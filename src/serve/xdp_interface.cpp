#include "xdp_interface.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <system_error>
#include <thread>

#include "socket.hpp"
#include "xdp_program.hpp"
#include "xdp_thread.hpp"

namespace loadstar::serve {
namespace {

// A second in all.
constexpr int kSocketTries = 50;
constexpr std::chrono::milliseconds kBetweenTries{20};

[[noreturn]] void fail(const char* what, int error) {
  throw std::system_error(error, std::generic_category(), what);
}

/// What the kernel knows of the interface of a name.
class Device {
 public:
  explicit Device(const std::string& name)
      : index_(static_cast<int>(::if_nametoindex(name.c_str()))),
        control_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    if (index_ == 0) fail("there is no such interface", errno);
    std::copy_n(name.begin(), std::min(name.size(), sizeof request_.ifr_name - 1),
                request_.ifr_name);
  }

  [[nodiscard]] int index() const noexcept { return index_; }

  void read_mac(std::span<std::uint8_t> mac) {
    if (::ioctl(control_.get(), SIOCGIFHWADDR, &request_) != 0)
      fail("cannot read the interface's address", errno);
    std::memcpy(mac.data(), request_.ifr_hwaddr.sa_data, mac.size());
  }

  /// Queues that frames are received by: one where the driver does not tell.
  [[nodiscard]] std::uint32_t queues() {
    ethtool_channels channels{};
    channels.cmd = ETHTOOL_GCHANNELS;
    request_.ifr_data = reinterpret_cast<char*>(&channels);
    if (::ioctl(control_.get(), SIOCETHTOOL, &request_) != 0) return 1;
    return std::max(1U, channels.combined_count + channels.rx_count);
  }

 private:
  int index_;
  Fd control_;
  ifreq request_{};
};

/// Whether the kernel looks routes up for the program. It does so only for who forwards: the
/// loopback interface, on which that means nothing else.
bool looks_up_routes(base::Family family) {
  const char* const version = family == base::Family::V4 ? "ipv4" : "ipv6";
  char forwards = '0';
  std::ifstream("/proc/sys/net/" + std::string(version) + "/conf/lo/forwarding") >> forwards;
  return forwards != '0';
}

/// What no query from outside can be for, or means nothing without an interface.
bool is_reachable(const base::Address& address) {
  static const std::array prefixes{*base::Prefix::parse("127.0.0.0/8"), *base::Prefix::parse("::1"),
                                   *base::Prefix::parse("fe80::/10")};
  return std::ranges::none_of(prefixes, [&](const auto& one) { return one.contains(address); });
}

/// As they are now: what comes later is answered by the sockets.
std::vector<base::Address> addresses_of_machine() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) fail("cannot read the addresses of this machine", errno);
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list(first, &::freeifaddrs);
  std::vector<base::Address> addresses;
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    const int family = one->ifa_addr == nullptr ? AF_UNSPEC : one->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    sockaddr_storage name{};
    std::memcpy(&name, one->ifa_addr,
                family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    read_address(name, addresses.emplace_back());
  }
  return addresses;
}

/// With the addresses that wildcards stand for.
std::vector<base::Endpoint> spelled_out(std::span<const base::Endpoint> listeners) {
  std::vector<base::Endpoint> endpoints;
  const auto machine = addresses_of_machine();
  for (const base::Endpoint& one : listeners) {
    if (!is_wildcard(one.address)) {
      endpoints.push_back(one);
      continue;
    }
    for (const base::Address& address : machine)
      if (address.family() == one.address.family()) endpoints.push_back({address, one.port});
  }
  std::erase_if(endpoints, [](const auto& one) { return !is_reachable(one.address); });
  return endpoints;
}

/// Takes out the listeners of a family whose routes are not looked up. Returns why.
std::string leave_out_unrouted(std::vector<base::Endpoint>& listeners) {
  std::string why;
  for (const auto family : {base::Family::V4, base::Family::V6}) {
    const auto is_of_family = [&](const auto& one) { return one.address.family() == family; };
    if (looks_up_routes(family) || std::erase_if(listeners, is_of_family) == 0) continue;
    if (!why.empty()) why += ", ";
    why += family == base::Family::V4 ? "net.ipv4.conf.lo.forwarding is 0"
                                      : "net.ipv6.conf.lo.forwarding is 0";
  }
  return why;
}

/// The kernel lets go of a queue only some time after the process that had it has ended: a restart
/// must not cost us XDP.
std::unique_ptr<XdpSocket> open_socket(const XdpOptions& options, std::uint32_t queue) {
  for (int tries_left = kSocketTries;; --tries_left) {
    try {
      return std::make_unique<XdpSocket>(options.interface, queue, options.zero_copy);
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::device_or_resource_busy || tries_left == 0) throw;
      std::this_thread::sleep_for(kBetweenTries);
    }
  }
}

}  // namespace

struct XdpInterface::Impl {
  Impl(const XdpOptions& options, Device& device)
      : program(settings_of(options, device), device.queues()) {
    status.interface = options.interface;
    status.queues = device.queues();
  }

  static xdp_settings settings_of(const XdpOptions& options, Device& device) {
    xdp_settings settings{};
    device.read_mac(settings.mac);
    settings.symmetric = options.symmetric ? 1 : 0;
    return settings;
  }

  void attach(int interface_index, const XdpOptions& options) {
    status.native = options.native.value_or(true);
    try {
      program.attach(interface_index, status.native ? XdpMode::Native : XdpMode::Generic);
    } catch (const std::system_error& error) {
      // Where somebody else's program is there is no place behind it, either.
      if (options.native || error.code() == std::errc::device_or_resource_busy) throw;
      status.native = false;
      program.attach(interface_index, XdpMode::Generic);
    }
  }

  void open_queues(const answer::StateBoard& board, const answer::ResponderOptions& responder,
                   const XdpOptions& options) {
    for (std::uint32_t queue = 0; queue < status.queues; ++queue) {
      auto socket = open_socket(options, queue);
      status.zero_copy = socket->is_zero_copy();
      program.give_socket(queue, socket->fd());
      threads.push_back(std::make_unique<XdpThread>(board, responder, std::move(socket)));
    }
  }

  XdpStatus status;
  XdpProgram program;
  std::vector<std::unique_ptr<XdpThread>> threads;
};

XdpInterface::XdpInterface(const answer::StateBoard& board,
                           const answer::ResponderOptions& responder, const XdpOptions& options,
                           std::span<const base::Endpoint> listeners) {
  Device device(options.interface);
  auto taken = spelled_out(listeners);
  std::string unrouted = options.symmetric ? "" : leave_out_unrouted(taken);
  if (taken.empty()) {
    throw std::runtime_error(unrouted.empty() ? "no address of ours can be asked through it"
                                              : "routes cannot be looked up while " + unrouted);
  }
  impl_ = std::make_unique<Impl>(options, device);
  if (!unrouted.empty()) impl_->status.problem = "routes cannot be looked up while " + unrouted;
  impl_->program.take_queries_to(taken);
  impl_->attach(device.index(), options);
  impl_->open_queues(board, responder, options);
}

XdpInterface::~XdpInterface() = default;
XdpInterface::XdpInterface(XdpInterface&&) noexcept = default;

void XdpInterface::start() {
  for (auto& thread : impl_->threads) thread->start();
}

void XdpInterface::request_stop() {
  impl_->program.detach();
  for (auto& thread : impl_->threads) thread->request_stop();
}

void XdpInterface::join() {
  for (auto& thread : impl_->threads) thread->join();
}

const XdpStatus& XdpInterface::status() const noexcept { return impl_->status; }

void XdpInterface::add_to(std::vector<WorkerCounts>& counts) const {
  for (const auto& thread : impl_->threads) counts.push_back(thread->counts());
}

}  // namespace loadstar::serve
