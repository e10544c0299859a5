// Kernels for any CPU: vectors of four floats without intrinsics.
#include "ops/kernels/standard.h"

#define MG_WIDTH 4

namespace medgym::portable {
namespace {
#include "ops/kernels/all.inl"
}  // namespace
const Kernels& table() {
  static const Kernels kernels = make_table("portable");
  return kernels;
}
}  // namespace medgym::portable
