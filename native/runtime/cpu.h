// What this CPU can do, and which of the engine's kernel sets is in use.
#pragma once
#include <vector>

namespace medgym {

enum class Isa { portable = 0, avx2, avx512, avx512bf16, amx };

const char* isa_name(Isa);
// Best set that the CPU and the operating system allow (AMX needs the kernel's permission for its tile state).
Isa best_isa();
// Set in use: best_isa(), or a lower one that MEDGYM_ISA names. An unknown or unavailable name fails with the list.
Isa current_isa();
// Every set this machine can run, lowest first.
std::vector<Isa> available_isas();
// Chooses a set at run time: for tests and benches.
void use_isa(Isa);

}  // namespace medgym
