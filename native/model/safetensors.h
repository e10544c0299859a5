// Reading and writing safetensors: 8 bytes of header length (little endian), a JSON header
// {"name": {"dtype", "shape", "data_offsets": [begin, end]}, …}, then the data, without holes or overlaps.
// https://github.com/huggingface/safetensors#format
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/dtype.h"

namespace medgym {

std::string shape_text(const std::vector<int64_t>& shape);  // "(64, 32)"
int64_t element_count(const std::vector<int64_t>& shape);

// A tensor inside a mapped file; valid while its file is open.
struct FileTensor {
  std::string file;   // path, for errors
  std::string name;
  std::string dtype;  // as written: "F32", "BF16", …
  std::vector<int64_t> shape;
  const unsigned char* data = nullptr;
  size_t bytes = 0;
};

// One mapped file. Every offset is checked before anything is read.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::string& path);
  ~SafetensorsFile();
  SafetensorsFile(const SafetensorsFile&) = delete;
  SafetensorsFile& operator=(const SafetensorsFile&) = delete;
  const std::vector<FileTensor>& tensors() const { return tensors_; }  // in the order of their data
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  void* map_ = nullptr;
  size_t size_ = 0;
  std::vector<FileTensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

// All tensors of one file, or of a directory (model.safetensors, or model.safetensors.index.json and its shards).
class TensorFiles {
 public:
  static TensorFiles open_directory(const std::string& directory);
  static TensorFiles open_file(const std::string& path);

  bool has(const std::string& name) const { return tensors_.count(name) != 0; }
  // Missing tensor, other shape, other dtype than F32/BF16/F16: an error naming file, tensor and what is wanted.
  const FileTensor& get(const std::string& name, const std::vector<int64_t>& shape) const;
  const std::map<std::string, FileTensor>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return files_.front()->metadata(); }
  const std::string& where() const { return where_; }

 private:
  std::string where_;
  std::vector<std::unique_ptr<SafetensorsFile>> files_;
  std::map<std::string, FileTensor> tensors_;
};

// values[i] = the tensor's element first+i as f32 (bf16 and f16 widen exactly).
void read_f32(const FileTensor&, int64_t first, int64_t count, float* values);

// Tells the system that these elements' pages need not stay in memory; they are read from the file again when touched.
void drop_pages(const FileTensor&, int64_t first, int64_t count);

// A tensor to be written: `fill` gives elements [first, first+count) as f32, so that nothing needs to be whole in memory.
struct TensorSource {
  std::string name;
  std::vector<int64_t> shape;
  Dtype dtype = Dtype::F32;
  std::function<void(int64_t first, int64_t count, float* values)> fill;
};
// Writes under a temporary name in the same folder, syncs, renames; on any failure the temporary file is removed and
// what stood under `path` before is untouched. f32 to bf16 rounds to nearest even.
void write_safetensors(const std::string& path, const std::vector<TensorSource>&, const std::map<std::string, std::string>& metadata);

}  // namespace medgym
