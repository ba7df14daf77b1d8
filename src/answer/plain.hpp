#pragma once
// The fast path: nearly every query is one question of class IN for a name that exists or does
// not, with no EDNS, or an OPT record that holds nothing, a client subnet or our cookie. It is
// answered here in a few steps, from the catalog to the buffer; everything else takes the slow
// path, which gives the same answers to these, too, and a test compares the two.

#include "loadstar/answer/challenges.hpp"
#include "loadstar/answer/responder.hpp"

#include "chance.hpp"
#include "contents.hpp"

namespace loadstar::answer {

/// What the fast path works with; it stays from one State to the next.
struct PlainContext {
  const Snapshot::Contents* contents;  ///< null: nothing is loaded, and nothing plain
  steer::LivePools pools;
  const Challenges* challenges;  ///< null: none
  Chance& chance;
  const ResponderOptions& options;
  const Moment& now;
};

/// Not a plain query, or its answer does not fit or may not go out.
inline constexpr Reply kNotPlain{0xffff, Reason::DroppedShort};

/// The answer, written over the query. With kNotPlain nothing was written, and the slow path
/// decides.
[[nodiscard]] Reply answer_plain(const PlainContext& context, const Exchange& exchange) noexcept;
/// The answers to at most kMostAtOnce queries. Each step is taken for all of them before the next
/// one, so that they wait for memory together.
void answer_plain(const PlainContext& context, std::span<const Exchange> exchanges,
                  Reply* replies) noexcept;

}  // namespace loadstar::answer
