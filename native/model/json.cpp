#include "model/json.h"

#include <charconv>
#include <cstdio>
#include <unordered_set>

#include "runtime/error.h"

namespace medgym {
namespace {

constexpr int max_depth = 64;  // deeper than any config; keeps a hostile file from using up the stack

class Parser {
 public:
  Parser(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  Json document() {
    Json value = this->value(0);
    skip_space();
    if (at_ != text_.size()) fail("text after the end of the value");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(MG_CORRUPT, where_ + ": byte " + std::to_string(at_) + ": " + what + ". The file is damaged or not JSON; fetch it again.");
  }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void expect(char c, const char* what) {
    skip_space();
    if (at_ >= text_.size()) fail(std::string("the text ends where ") + what + " is expected");
    if (text_[at_] != c) fail(std::string("expected ") + what);
    ++at_;
  }
  bool word(std::string_view w) {
    if (text_.substr(at_, w.size()) != w) return false;
    at_ += w.size();
    return true;
  }

  Json value(int depth) {
    if (depth > max_depth) fail("nested more than 64 deep");
    skip_space();
    if (at_ >= text_.size()) fail("the text ends where a value is expected");
    Json v;
    switch (text_[at_]) {
      case '{':
        v.kind = Json::Kind::object;
        object(v, depth);
        return v;
      case '[':
        v.kind = Json::Kind::array;
        array(v, depth);
        return v;
      case '"':
        v.kind = Json::Kind::string;
        v.string = string();
        return v;
      default:
        break;
    }
    if (word("null")) return v;
    if (word("true") || word("false")) {
      v.kind = Json::Kind::boolean;
      v.boolean = text_[at_ - 2] == 'u';  // …ue or …se
      return v;
    }
    v.kind = Json::Kind::number;
    v.number = number();
    return v;
  }

  void object(Json& v, int depth) {
    ++at_;
    skip_space();
    if (peek() == '}') { ++at_; return; }
    std::unordered_set<std::string> seen;
    for (;;) {
      skip_space();
      if (peek() != '"') fail("expected a name in quotes");
      std::string name = string();
      if (!seen.insert(name).second) fail("the name \"" + name + "\" is given twice");
      expect(':', "':' after the name");
      v.object.emplace_back(std::move(name), value(depth + 1));
      skip_space();
      if (peek() == ',') { ++at_; continue; }
      expect('}', "',' or '}'");
      return;
    }
  }

  void array(Json& v, int depth) {
    ++at_;
    skip_space();
    if (peek() == ']') { ++at_; return; }
    for (;;) {
      v.array.push_back(value(depth + 1));
      skip_space();
      if (peek() == ',') { ++at_; continue; }
      expect(']', "',' or ']'");
      return;
    }
  }

  double number() {
    const size_t start = at_;
    auto digits = [&] {
      const size_t from = at_;
      while (peek() >= '0' && peek() <= '9') ++at_;
      if (at_ == from) { at_ = start; fail("expected a value"); }
    };
    if (peek() == '-') ++at_;
    const bool zero = peek() == '0';
    const size_t first = at_;
    digits();
    if (zero && at_ != first + 1) { at_ = start; fail("a number may not begin with 0"); }
    if (peek() == '.') { ++at_; digits(); }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      digits();
    }
    double out = 0;
    const auto [end, error] = std::from_chars(text_.data() + start, text_.data() + at_, out);
    if (error != std::errc() || end != text_.data() + at_) { at_ = start; fail("the number is out of range"); }
    return out;
  }

  unsigned hex4() {
    unsigned code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) fail("expected four hexadecimal digits after \\u");
      code = code * 16 + static_cast<unsigned>(digit);
    }
    return code;
  }

  static void append_utf8(std::string& out, unsigned code) {
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0 | code >> 6);
      out += static_cast<char>(0x80 | (code & 63));
    } else if (code < 0x10000) {
      out += static_cast<char>(0xE0 | code >> 12);
      out += static_cast<char>(0x80 | (code >> 6 & 63));
      out += static_cast<char>(0x80 | (code & 63));
    } else {
      out += static_cast<char>(0xF0 | code >> 18);
      out += static_cast<char>(0x80 | (code >> 12 & 63));
      out += static_cast<char>(0x80 | (code >> 6 & 63));
      out += static_cast<char>(0x80 | (code & 63));
    }
  }

  std::string string() {
    std::string out;
    for (++at_;;) {
      if (at_ >= text_.size()) fail("the text ends inside a string");
      const char c = text_[at_];
      if (c == '"') { ++at_; return out; }
      if (static_cast<unsigned char>(c) < 0x20) fail("a control character inside a string");
      ++at_;
      if (c != '\\') { out += c; continue; }
      const char e = peek();
      ++at_;
      switch (e) {
        case '"': case '\\': case '/': out += e; break;
        case 'b': out += '\b'; break;
        case 'f': out += '\f'; break;
        case 'n': out += '\n'; break;
        case 'r': out += '\r'; break;
        case 't': out += '\t'; break;
        case 'u': {
          unsigned code = hex4();
          if (code >= 0xD800 && code < 0xDC00) {  // first half of a surrogate pair
            if (!word("\\u")) fail("half a surrogate pair");
            const unsigned low = hex4();
            if (low < 0xDC00 || low > 0xDFFF) fail("half a surrogate pair");
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          } else if (code >= 0xDC00 && code < 0xE000) {
            fail("half a surrogate pair");
          }
          append_utf8(out, code);
          break;
        }
        default: --at_; fail("an unknown escape");
      }
    }
  }

  std::string_view text_;
  const std::string& where_;
  size_t at_ = 0;
};

}  // namespace

const Json* Json::find(std::string_view name) const {
  for (const auto& [key, value] : object)
    if (key == name) return value.kind == Kind::null ? nullptr : &value;
  return nullptr;
}

const char* Json::kind_name(Kind kind) {
  constexpr const char* names[] = {"null", "true or false", "a number", "a string", "an array", "an object"};
  return names[static_cast<int>(kind)];
}

Json parse_json(std::string_view text, const std::string& where) { return Parser(text, where).document(); }

std::string quote_json(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      out += escape;
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace medgym
