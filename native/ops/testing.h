// What the tests of ops share: every instruction set in turn, random arrays, comparison with a tolerance.
#pragma once
#include <cmath>
#include <functional>
#include <vector>

#include "runtime/context.h"
#include "runtime/cpu.h"
#include "runtime/philox.h"
#include "test/check.h"

namespace medgym::test {

// Runs `body` once with every instruction set that this machine has, with a context of `threads`.
inline void every_isa(const std::function<void(Context&)>& body, int threads = 2) {
  const Isa before = current_isa();
  for (Isa isa : available_isas()) {
    use_isa(isa);
    Context ctx(threads);
    body(ctx);
  }
  use_isa(before);
}

inline std::vector<float> random_values(size_t count, uint64_t seed, float scale = 1) {
  std::vector<float> v(count);
  fill_normal(v.data(), int64_t(count), scale, seed, 0);
  return v;
}
inline std::vector<float> rounded(std::vector<float> v) {
  for (float& f : v) f = from_bf16(to_bf16(f));
  return v;
}

// Largest |a−b| over max(1, |b|), reported once with its index when above the tolerance.
template <class A, class B>
void check_close(const char* file, int line, const char* what, const A& a, const B& b, double tolerance) {
  if (a.size() != b.size()) return fail(file, line, std::string(what) + ": sizes differ");
  double worst = -1;
  size_t at = 0;
  for (size_t i = 0; i < a.size(); i++) {
    const double x = double(a[i]), y = double(b[i]);
    double error = std::fabs(x - y) / std::max(1.0, std::fabs(y));
    if (std::isnan(x) != std::isnan(y)) error = INFINITY;
    if (error > worst) worst = error, at = i;
  }
  if (worst <= tolerance) return;
  char text[300];
  std::snprintf(text, sizeof text, "%s [%s]: element %zu of %zu is %.9g, expected %.9g; relative error %.3g > %.3g", what,
                isa_name(current_isa()), at, a.size(), double(a[at]), double(b[at]), worst, tolerance);
  fail(file, line, text);
}
#define CHECK_CLOSE(a, b, tolerance) medgym::test::check_close(__FILE__, __LINE__, #a, (a), (b), (tolerance))

}  // namespace medgym::test
