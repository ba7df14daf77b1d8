#include "probe_error.hpp"

#include <cerrno>

namespace loadstar::health {

Outcome outcome_of(const std::error_code& error) {
  switch (error.value()) {
    case ECONNREFUSED: return Outcome::Refused;
    case ETIMEDOUT: return Outcome::Timeout;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE: return Outcome::Closed;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EAGAIN: return Outcome::NotProbed;
    default: return Outcome::Unreachable;
  }
}

std::string text_of(const std::error_code& error) {
  switch (error.value()) {
    case ECONNREFUSED: return "connection refused";
    case ECONNRESET: return "connection reset";
    case EHOSTUNREACH: return "no route to host";
    case ENETUNREACH: return "network unreachable";
    case EMFILE: return "no free descriptors on this machine";
    default: return error.message();
  }
}

std::error_code last_error() noexcept { return {errno, std::generic_category()}; }

}  // namespace loadstar::health
