// What stands for xdp_interface.cpp in a build without libxdp, libbpf or clang.
#include <system_error>

#include "xdp_interface.hpp"

namespace loadstar::serve {

struct XdpInterface::Impl {
  XdpStatus status;
};

XdpInterface::XdpInterface(const answer::StateBoard&, const answer::ResponderOptions&,
                           const XdpOptions&, std::span<const base::Endpoint>) {
  throw std::system_error(std::make_error_code(std::errc::function_not_supported),
                          "this program was built without XDP");
}

XdpInterface::~XdpInterface() = default;
XdpInterface::XdpInterface(XdpInterface&&) noexcept = default;

void XdpInterface::start() {}
void XdpInterface::request_stop() {}
void XdpInterface::join() {}
const XdpStatus& XdpInterface::status() const noexcept { return impl_->status; }
void XdpInterface::add_to(std::vector<WorkerCounts>&) const {}

}  // namespace loadstar::serve
