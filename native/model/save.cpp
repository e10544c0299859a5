#include "model/save.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "model/files.h"
#include "model/json.h"

namespace medgym {
namespace {

constexpr int64_t default_shard_bytes = 5'000'000'000;  // the hub's

// Adds scale·B·A to elements [first, first+count) of W (out,in), in f32.
void add_update(const AdapterModule& m, int64_t first, int64_t count, float* values) {
  for (int64_t at = first; at < first + count;) {
    const int64_t row = at / m.in, column = at % m.in, length = std::min(m.in - column, first + count - at);
    float* out = values + (at - first);
    std::vector<float> sum(static_cast<size_t>(length), 0.0f);
    for (int64_t r = 0; r < m.rank; ++r) {
      const float b = m.b.f32()[row * m.rank + r];
      const float* a = m.a.f32() + r * m.in + column;
      for (int64_t j = 0; j < length; ++j) sum[static_cast<size_t>(j)] += b * a[j];
    }
    for (int64_t j = 0; j < length; ++j) out[j] += m.scale * sum[static_cast<size_t>(j)];
    at += length;
  }
}

TensorSource head_of(const Adapter& adapter, Dtype dtype) {
  const float* from = adapter.scalar_head.data();
  return {scalar_head_name, {1, adapter.model->config.hidden}, dtype,
      [from](int64_t first, int64_t count, float* out) { std::copy(from + first, from + first + count, out); }};
}

TensorSource source_of(const Parameter& p, const Adapter* adapter, Dtype dtype) {
  const AdapterModule* update = nullptr;
  if (adapter)
    for (const AdapterModule& m : adapter->modules)
      if (p.name == m.name + ".weight") update = &m;
  return {p.name, p.shape, dtype, [&p, update](int64_t first, int64_t count, float* out) {
            p.read(first, count, out);
            if (update) add_update(*update, first, count, out);
          }};
}

}  // namespace

void save_model(Model& model, const Adapter* adapter, const std::string& directory, Dtype dtype, int64_t max_shard_bytes) {
  if (!std::filesystem::is_directory(directory)) throw Error(MG_NOT_FOUND, directory + ": not a directory. Create it first.");
  if (max_shard_bytes < 0) throw Error(MG_INVALID_ARGUMENT, "max_shard_bytes is " + std::to_string(max_shard_bytes) +
      "; it must be 0 (5 GB) or more.");
  if (max_shard_bytes == 0) max_shard_bytes = default_shard_bytes;
  std::vector<std::vector<TensorSource>> shards(1);
  int64_t in_shard = 0, total = 0;
  auto add = [&](TensorSource source) {
    const int64_t bytes = element_count(source.shape) * static_cast<int64_t>(dtype_size(dtype));
    if (in_shard && in_shard + bytes > max_shard_bytes) {
      shards.emplace_back();
      in_shard = 0;
    }
    shards.back().push_back(std::move(source));
    in_shard += bytes;
    total += bytes;
  };
  // With the adapter's scalar head the folder is a reward model's: its head takes the place of the base's and of the language model's.
  const bool with_head = adapter && adapter->scalar_head.value;
  for (const Parameter& p : model.parameters)
    if (!with_head || (p.vector != &model.scalar_head && (!model.head.weight || p.matrix != &model.head))) add(source_of(p, adapter, dtype));
  if (with_head) add(head_of(*adapter, dtype));
  const std::map<std::string, std::string> metadata{{"format", "pt"}};
  const std::string single = directory + "/model.safetensors", index = single + ".index.json";
  if (shards.size() == 1) {
    write_safetensors(single, shards[0], metadata);
    unlink(index.c_str());  // of an earlier, sharded save here: it would name other weights
    return;
  }
  std::string map;
  for (size_t i = 0; i < shards.size(); ++i) {
    model.device->throw_if_cancelled();
    char name[64];
    std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", i + 1, shards.size());
    write_safetensors(directory + "/" + name, shards[i], metadata);
    for (const TensorSource& t : shards[i]) map += (map.empty() ? "\n    " : ",\n    ") + quote_json(t.name) + ": " + quote_json(name);
  }
  write_text_file(index, "{\n  \"metadata\": {\"total_size\": " + std::to_string(total) + "},\n  \"weight_map\": {" + map + "\n  }\n}\n");
  unlink(single.c_str());
}

}  // namespace medgym
