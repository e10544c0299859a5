#include "runtime/cpu.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>

#include "runtime/error.h"
#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace medgym {

static const char* const names[] = {"portable", "avx2", "avx512", "avx512bf16", "amx"};
const char* isa_name(Isa isa) { return names[int(isa)]; }

#if defined(__x86_64__)
// Which register files the operating system saves (XCR0).
static uint64_t saved_state() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t(high) << 32 | low;
}
// Linux gives the 8 KB of tile state to a process only when it asks: arch_prctl(ARCH_REQ_XCOMP_PERM, XTILEDATA).
static bool request_tiles() {
  constexpr int kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}
static Isa detect() {
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return Isa::portable;
  const bool fma = c & (1u << 12), osxsave = c & (1u << 27), f16c = c & (1u << 29);
  if (!osxsave || !fma || !f16c) return Isa::portable;
  const uint64_t saved = saved_state();
  if ((saved & 6) != 6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & (1u << 5))) return Isa::portable;
  const uint32_t wanted = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;  // F, DQ, BW, VL
  if ((saved & 0xe6) != 0xe6 || (b & wanted) != wanted) return Isa::avx2;
  const uint32_t tiles = 1u << 22 | 1u << 24 | 1u << 25;  // bf16, tiles, int8
  const bool amx = (d & tiles) == tiles && (saved & (3u << 17)) == (3u << 17), vnni = c & (1u << 11);
  uint32_t a1, b1, c1, d1;
  if (!vnni || !__get_cpuid_count(7, 1, &a1, &b1, &c1, &d1) || !(a1 & (1u << 5))) return Isa::avx512;
  return amx && request_tiles() ? Isa::amx : Isa::avx512bf16;
}
#else
static Isa detect() { return Isa::portable; }
#endif

Isa best_isa() {
  static const Isa best = detect();
  return best;
}

std::vector<Isa> available_isas() {
  std::vector<Isa> all;
  for (int i = 0; i <= int(best_isa()); i++) all.push_back(Isa(i));
  return all;
}

static Isa choose() {
  const char* wanted = std::getenv("MEDGYM_ISA");
  if (!wanted || !*wanted) return best_isa();
  std::string known;
  for (Isa isa : available_isas()) {
    if (!std::strcmp(wanted, isa_name(isa))) return isa;
    known += std::string(known.empty() ? "" : ", ") + isa_name(isa);
  }
  fail(MG_INVALID_ARGUMENT, "MEDGYM_ISA is \"%s\"; this CPU runs %s", wanted, known.c_str());
}

static std::atomic<int>& chosen() {
  static std::atomic<int> isa{int(choose())};
  return isa;
}
Isa current_isa() { return Isa(chosen().load(std::memory_order_relaxed)); }
void use_isa(Isa isa) {
  if (int(isa) > int(best_isa())) fail(MG_UNSUPPORTED, "this CPU has no %s; its best is %s", isa_name(isa), isa_name(best_isa()));
  chosen().store(int(isa), std::memory_order_relaxed);
}

}  // namespace medgym
