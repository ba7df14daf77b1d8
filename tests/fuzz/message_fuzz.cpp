// Reads any bytes as a query, and checks what a query promises to the code that answers it.
#include <array>
#include <cstdlib>
#include <vector>

#include "loadstar/wire/message.hpp"
#include "loadstar/wire/name.hpp"
#include "loadstar/wire/writer.hpp"

namespace {

using namespace loadstar::wire;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_question(std::span<const std::uint8_t> message, const Query& query) {
  require(query.question_end == kHeaderSize + query.name_length + 4);
  require(query.question_end <= message.size());
  const auto name = Name::from_wire(message.subspan(kHeaderSize, query.name_length));
  require(name.has_value());
  std::array<std::uint8_t, kLoweredRoom> lowered{};
  lower_name(name->bytes().data(), name->length(), lowered.data());
  require(Name::from_wire(std::span(lowered).first(name->length())) == name->lowered());
}

/// Answers with the question and its name once more, in a buffer as long as the message.
void write_over(std::span<const std::uint8_t> message, const Query& query) {
  std::vector<std::uint8_t> buffer(message.begin(), message.end());
  Writer writer(buffer, query.question_end);
  writer.remember(kHeaderSize);
  const auto mark = writer.mark();
  writer.name(message.subspan(kHeaderSize, query.name_length));
  require(!writer.ok() || query.name_length == 1 || writer.size() == mark.size + 2U);
  writer.rewind(mark);
  require(writer.ok() && writer.size() == query.question_end);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span message(data, size);
  Query query;
  const auto read = read_query(message, query);
  const bool has_question = read || read.error() == QueryError::FormErrQuestion;
  if (has_question) {
    check_question(message, query);
    write_over(message, query);
  }
  require(query.edns.present || !query.edns.asks(loadstar::wire::Ask::ClientSubnet));
  return 0;
}
