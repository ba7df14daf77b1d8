#pragma once
// JSON with // and /* */ comments as a flat tree that remembers where each value stands.
//
//   text ──► Parser ──► nodes in the order of the file ──► Value, a cursor over them
//     └────► find_fault(), when the Parser gives up: nlohmann's SAX parser and a Scanner say why
//
// A node is followed by its children; `size` leads to the next sibling. Keys and strings without
// escapes are views into the text, so that a value costs no allocation. The text must outlive the
// Document, and the Document its Values.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadstar/base/huge_pages.hpp"

namespace loadstar::model::json {

/// Most bytes of a file.
inline constexpr std::size_t kMaxFileBytes = 256 * 1024 * 1024;
/// Most objects and lists around a value.
inline constexpr std::size_t kMaxNesting = 64;

enum class Kind : std::uint8_t { Null, Boolean, Number, String, Array, Object };

/// One value as it is stored; see Value for reading it.
struct Node {
  std::string_view key;   ///< unescaped; "" outside of objects
  std::string_view text;  ///< a string's content, unescaped; of a scalar its source text
  std::uint32_t key_offset = 0;
  std::uint32_t offset = 0;
  std::uint32_t size =
      1;  ///< nodes from here to the next sibling; 0 while the value is not complete
  Kind kind = Kind::Null;
};

class Children;

/// A value of a Document: a pointer, to be passed by value.
class Value {
 public:
  explicit Value(const Node* node) noexcept : node_(node) {}

  [[nodiscard]] Kind kind() const noexcept { return node_->kind; }
  [[nodiscard]] bool is_string() const noexcept { return kind() == Kind::String; }
  [[nodiscard]] bool is_array() const noexcept { return kind() == Kind::Array; }
  [[nodiscard]] bool is_object() const noexcept { return kind() == Kind::Object; }
  /// A string's content, or the source text of a number, boolean or null.
  [[nodiscard]] std::string_view text() const noexcept { return node_->text; }
  [[nodiscard]] std::string_view key() const noexcept { return node_->key; }
  /// Where the value starts, and where the key before it does.
  [[nodiscard]] std::size_t offset() const noexcept { return node_->offset; }
  [[nodiscard]] std::size_t key_offset() const noexcept { return node_->key_offset; }

  /// Members of an object or items of a list, in the order of the file; of anything else none.
  [[nodiscard]] Children children() const noexcept;
  /// The value alone.
  [[nodiscard]] Children itself() const noexcept;
  /// Walks the members: for objects of a few keys.
  [[nodiscard]] std::optional<Value> member(std::string_view key) const noexcept;

 private:
  const Node* node_;
};

class Children {
 public:
  class Iterator {
   public:
    explicit Iterator(const Node* node) noexcept : node_(node) {}
    Value operator*() const noexcept { return Value(node_); }
    Iterator& operator++() noexcept {
      node_ += node_->size;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const Node* node_;
  };

  Children(const Node* first, const Node* last) noexcept : first_(first), last_(last) {}
  [[nodiscard]] Iterator begin() const noexcept { return Iterator(first_); }
  [[nodiscard]] Iterator end() const noexcept { return Iterator(last_); }
  [[nodiscard]] bool empty() const noexcept { return first_ == last_; }
  /// Walks them.
  [[nodiscard]] std::size_t count() const noexcept {
    std::size_t count = 0;
    for (const Node* node = first_; node != last_; node += node->size) ++count;
    return count;
  }

 private:
  const Node* first_;
  const Node* last_;
};

inline Children Value::children() const noexcept { return {node_ + 1, node_ + node_->size}; }
inline Children Value::itself() const noexcept { return {node_, node_ + node_->size}; }

/// What is wrong with the text as JSON.
struct Problem {
  std::size_t offset = 0;
  std::string message;
};

class Document {
 public:
  /// Grammar errors end the reading; keys that stand twice in one object do not.
  [[nodiscard]] static Document parse(std::string_view text);

  /// The outermost value; none when the text is not JSON.
  [[nodiscard]] std::optional<Value> root() const noexcept;
  /// A string member of the outermost object, also when the text is broken somewhere behind it.
  [[nodiscard]] std::optional<std::string_view> find_string(std::string_view key) const noexcept;
  [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }
  /// Keeps alive what keys and strings with escapes look at, beyond the document.
  [[nodiscard]] std::shared_ptr<const void> unescaped() const noexcept { return unescaped_; }

 private:
  friend class Parser;

  base::HugeVector<Node> nodes_;
  // Does not move what nodes look at.
  std::shared_ptr<std::deque<std::string>> unescaped_ = std::make_shared<std::deque<std::string>>();
  std::vector<Problem> problems_;
  bool complete_ = false;
};

}  // namespace loadstar::model::json
