// A test harness of one header: TEST(name) { CHECK(…); }. A failed check is printed with its place and the test goes on;
// an exception ends the test. main.cpp runs everything and prints "native: N passed, N failed".
#pragma once
#include <cmath>
#include <cstdio>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace medgym::test {

struct Case {
  const char* file;
  const char* name;
  void (*run)();
};
std::vector<Case>& cases();
struct Registration {
  Registration(const char* file, const char* name, void (*run)()) { cases().push_back({file, name, run}); }
};
// Thrown by skip(): the case counts as skipped, and the reason is printed.
struct Skipped : std::runtime_error {
  using std::runtime_error::runtime_error;
};
[[noreturn]] inline void skip(const std::string& why) { throw Skipped(why); }
void fail(const char* file, int line, const std::string& what);
// test/fixtures, whichever folder the program was started in.
std::string fixture(const std::string& path);
// A fresh folder for this test, removed when the program ends.
std::string temporary_directory();

template <class A, class B>
void check_equal(const char* file, int line, const char* text, const A& a, const B& b) {
  if (a == b) return;
  std::ostringstream out;
  out << text << ": " << a << " against " << b;
  fail(file, line, out.str());
}
inline void check_near(const char* file, int line, const char* text, double a, double b, double tolerance) {
  if (std::fabs(a - b) <= tolerance) return;
  char out[512];
  std::snprintf(out, sizeof out, "%s: %.9g against %.9g, off by %.3g (allowed %.3g)", text, a, b, std::fabs(a - b), tolerance);
  fail(file, line, out);
}
template <class F>
void check_throws(const char* file, int line, const char* text, const std::string& wanted, F&& run) {
  try {
    run();
  } catch (const std::exception& e) {
    if (std::string(e.what()).find(wanted) != std::string::npos) return;
    return fail(file, line, std::string(text) + ": threw \"" + e.what() + "\", which does not contain \"" + wanted + "\"");
  }
  fail(file, line, std::string(text) + ": did not throw");
}
}  // namespace medgym::test

#define TEST(name)                                                                        \
  static void test_##name();                                                              \
  static const medgym::test::Registration register_##name{__FILE__, #name, test_##name}; \
  static void test_##name()
#define CHECK(condition) \
  do { if (!(condition)) medgym::test::fail(__FILE__, __LINE__, #condition); } while (0)
#define CHECK_EQ(a, b) medgym::test::check_equal(__FILE__, __LINE__, #a " == " #b, (a), (b))
#define CHECK_NEAR(a, b, tolerance) medgym::test::check_near(__FILE__, __LINE__, #a " ~ " #b, (a), (b), (tolerance))
// The message of what is thrown must contain `wanted`.
#define CHECK_THROWS(expression, wanted) medgym::test::check_throws(__FILE__, __LINE__, #expression, (wanted), [&] { expression; })
