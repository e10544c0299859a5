#include "ops/kernels/kernels.h"

#include "runtime/error.h"

namespace medgym {

namespace portable { const Kernels& table(); }
#if defined(__x86_64__)
namespace avx2 { const Kernels& table(); }
namespace avx512 { const Kernels& table(); }
namespace avx512bf16 { const Kernels& table(); }
namespace amx { const Kernels& table(); }
#endif

const Kernels& kernels_of(Isa isa) {
  switch (isa) {
#if defined(__x86_64__)
    case Isa::amx: return amx::table();
    case Isa::avx512bf16: return avx512bf16::table();
    case Isa::avx512: return avx512::table();
    case Isa::avx2: return avx2::table();
#endif
    default: return portable::table();
  }
}

const Kernels& kernels() { return kernels_of(current_isa()); }

}  // namespace medgym
