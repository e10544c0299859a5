// A small strict JSON reader (RFC 8259) for config.json, safetensors headers and shard indexes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace medgym {

struct Json {
  enum class Kind { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  bool boolean = false;
  double number = 0;
  std::string string;
  std::vector<Json> array;
  std::vector<std::pair<std::string, Json>> object;  // in the file's order; a repeated name is refused

  // The member called `name`, or nullptr; also nullptr where it is null, as configs write "not set".
  const Json* find(std::string_view name) const;
  static const char* kind_name(Kind);
};

// `where` names the file in errors: "config.json: byte 17: expected ':' after the name".
Json parse_json(std::string_view text, const std::string& where);

// "text" with the quotes and escapes of JSON.
std::string quote_json(std::string_view text);

}  // namespace medgym
