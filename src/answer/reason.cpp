#include "loadstar/answer/responder.hpp"

namespace loadstar::answer {

std::string_view to_string(Reason reason) noexcept {
  switch (reason) {
    case Reason::Answered: return "answered";
    case Reason::NoData: return "no_data";
    case Reason::NxDomain: return "nx_domain";
    case Reason::Referral: return "referral";
    case Reason::Refused: return "refused";
    case Reason::FormErr: return "form_err";
    case Reason::NotImp: return "not_imp";
    case Reason::BadVers: return "bad_vers";
    case Reason::ServFail: return "serv_fail";
    case Reason::YxDomain: return "yx_domain";
    case Reason::NotAuth: return "not_auth";
    case Reason::Transfer: return "transfer";
    case Reason::Truncated: return "truncated";
    case Reason::RateLimited: return "rate_limited";
    case Reason::DroppedShort: return "dropped_short";
    case Reason::DroppedResponse: return "dropped_response";
    case Reason::DroppedRateLimited: return "dropped_rate_limited";
  }
  return "unknown";
}

}  // namespace loadstar::answer
