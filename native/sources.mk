# The engine's sources below model/: stated once for the Node-free build and the addon.
# Per-ISA kernels choose their instruction set inside the file (#pragma GCC target), so no file needs flags of its own.
RUNTIME_SOURCES := runtime/error.cpp runtime/dtype.cpp runtime/cpu.cpp runtime/philox.cpp runtime/memory.cpp runtime/thread_pool.cpp
OPS_SOURCES := ops/gemm.cpp ops/linear.cpp ops/nf4.cpp ops/lora.cpp ops/embedding.cpp ops/rms_norm.cpp ops/rope.cpp ops/attention.cpp \
  ops/paged_attention.cpp ops/swiglu.cpp ops/lm_head.cpp ops/scalar_head.cpp ops/adamw.cpp ops/l2_norm.cpp ops/vector.cpp ops/sampling.cpp
OPS_SOURCES += ops/kernels/kernels.cpp ops/kernels/portable.cpp ops/kernels/avx2.cpp ops/kernels/avx512.cpp ops/kernels/avx512bf16.cpp \
  ops/kernels/amx.cpp
