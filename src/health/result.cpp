#include "loadstar/health/result.hpp"

namespace loadstar::health {

std::string_view to_string(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::Success: return "success";
    case Outcome::Refused: return "refused";
    case Outcome::Unreachable: return "unreachable";
    case Outcome::Timeout: return "timeout";
    case Outcome::Closed: return "closed";
    case Outcome::Malformed: return "malformed";
    case Outcome::BadHandshake: return "bad_handshake";
    case Outcome::BadCertificate: return "bad_certificate";
    case Outcome::WrongStatus: return "wrong_status";
    case Outcome::WrongBody: return "wrong_body";
    case Outcome::ReportedDown: return "reported_down";
    case Outcome::NotProbed: return "not_probed";
  }
  return "";
}

std::optional<select::ProbeResult> verdict_input(Outcome outcome) noexcept {
  if (outcome == Outcome::NotProbed) return std::nullopt;
  return outcome == Outcome::Success ? select::ProbeResult::Success : select::ProbeResult::Failure;
}

}  // namespace loadstar::health
