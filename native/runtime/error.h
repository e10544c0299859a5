// The one exception type of the engine. The C ABI's guard turns it into a status and a message.
#pragma once
#include <exception>
#include <string>

#include "medgym.h"

namespace medgym {

struct Error : std::exception {
  mg_status status;
  std::string message;  // what, with numbers, then what to do
  Error(mg_status s, std::string m) : status(s), message(std::move(m)) {}
  const char* what() const noexcept override { return message.c_str(); }
};

// Throws Error with a printf-formatted message.
[[noreturn]] void fail(mg_status status, const char* format, ...) __attribute__((format(printf, 2, 3)));

}  // namespace medgym
