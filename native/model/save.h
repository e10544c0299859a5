// Writes the base as a Hugging Face directory's weights, with an adapter merged into it: W + scale·B·A.
#pragma once
#include <string>

#include "model/adapter.h"

namespace medgym {

// model.safetensors, or shards of at most max_shard_bytes and their index. One piece of one tensor is in memory at a time.
void save_model(Model&, const Adapter* adapter_or_null, const std::string& directory, Dtype, int64_t max_shard_bytes);

}  // namespace medgym
