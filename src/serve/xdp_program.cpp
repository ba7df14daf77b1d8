#include "xdp_program.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <cstring>
#include <linux/if_link.h>
#include <system_error>

// The object file that clang has made of xdp_filter.bpf.c, as a part of this program.
asm(R"(
  .section .rodata
  .balign 8
loadstar_xdp_filter:
  .incbin ")" LOADSTAR_XDP_FILTER R"("
loadstar_xdp_filter_end:
  .previous
)");
extern "C" const char loadstar_xdp_filter[];
extern "C" const char loadstar_xdp_filter_end[];

namespace loadstar::serve {
namespace {

[[noreturn]] void fail(const char* what, int error) {
  throw std::system_error(error, std::generic_category(), what);
}

/// Of the calls of libbpf, which return less than 0 and set errno.
int checked(int result, const char* what) {
  if (result < 0) fail(what, errno);
  return result;
}

/// Wildcards are not for here: an address stands for itself.
xdp_listener listener_of(const base::Endpoint& endpoint) noexcept {
  xdp_listener listener{};
  const auto bytes = endpoint.address.bytes();
  auto* const address = reinterpret_cast<std::uint8_t*>(listener.address);
  if (endpoint.address.is_v4()) std::memset(address + 10, 0xff, 2);
  std::memcpy(address + sizeof listener.address - bytes.size(), bytes.data(), bytes.size());
  listener.port = htons(endpoint.port);
  return listener;
}

}  // namespace

void XdpProgram::Close::operator()(bpf_object* object) const noexcept {
  ::bpf_object__close(object);
}

XdpProgram::XdpProgram(const xdp_settings& settings, std::uint32_t queues) {
  constexpr const char* what = "cannot load the program";
  ::libbpf_set_print(nullptr);  // it would print by itself
  const auto size = static_cast<std::size_t>(loadstar_xdp_filter_end - loadstar_xdp_filter);
  object_.reset(::bpf_object__open_mem(loadstar_xdp_filter, size, nullptr));
  if (object_ == nullptr) fail(what, errno);
  bpf_map* const constants = ::bpf_object__find_map_by_name(object_.get(), ".rodata");
  bpf_map* const sockets = ::bpf_object__find_map_by_name(object_.get(), "sockets");
  checked(::bpf_map__set_initial_value(constants, &settings, sizeof settings), what);
  checked(::bpf_map__set_max_entries(sockets, queues), what);
  checked(::bpf_object__load(object_.get()), what);
}

int XdpProgram::map(const char* name) const {
  return ::bpf_object__find_map_fd_by_name(object_.get(), name);
}

void XdpProgram::take_queries_to(std::span<const base::Endpoint> listeners) {
  for (const base::Endpoint& endpoint : listeners) {
    const xdp_listener listener = listener_of(endpoint);
    const std::uint8_t present = 1;
    checked(::bpf_map_update_elem(map("listeners"), &listener, &present, BPF_ANY),
            "cannot tell the program where queries go to");
  }
}

void XdpProgram::attach(int interface_index, XdpMode mode) {
  LIBBPF_OPTS(bpf_link_create_opts, options);
  options.flags = mode == XdpMode::Native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
  const bpf_program* const program =
      ::bpf_object__find_program_by_name(object_.get(), "take_queries");
  link_ =
      Fd(checked(::bpf_link_create(::bpf_program__fd(program), interface_index, BPF_XDP, &options),
                 mode == XdpMode::Native ? "cannot attach the program to the driver"
                                         : "cannot attach the program"));
}

void XdpProgram::give_socket(std::uint32_t queue, int socket) {
  checked(::bpf_map_update_elem(map("sockets"), &queue, &socket, BPF_ANY),
          "cannot give the program a socket");
}

}  // namespace loadstar::serve
