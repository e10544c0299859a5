// Everything the kernel sources use from the standard library and the engine, included before an instruction set is chosen: inline
// functions compiled under a wider set must never be the copy that the linker keeps for everybody.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "ops/kernels/kernels.h"
#include "runtime/dtype.h"
