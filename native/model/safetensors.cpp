#include "model/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "model/files.h"
#include "model/json.h"
#include "runtime/error.h"

namespace medgym {
namespace {

constexpr uint64_t max_header = 100'000'000;  // the reference implementation's limit

size_t bits_of(const std::string& dtype) {
  for (const char* name : {"F64", "I64", "U64", "C64"}) if (dtype == name) return 64;
  for (const char* name : {"F32", "I32", "U32"}) if (dtype == name) return 32;
  for (const char* name : {"F16", "BF16", "I16", "U16"}) if (dtype == name) return 16;
  for (const char* name : {"I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2", "F8_E8M0"}) if (dtype == name) return 8;
  return 0;
}

bool whole_number(const Json& v, double limit) {
  return v.kind == Json::Kind::number && v.number >= 0 && v.number <= limit &&
      v.number == static_cast<double>(static_cast<uint64_t>(v.number));
}

// One entry of the header; `data` is where the tensors' bytes begin and `data_bytes` how many there are.
FileTensor parse_entry(const std::string& path, const std::string& name, const Json& entry, const unsigned char* data,
    uint64_t data_bytes) {
  auto fail = [&](const std::string& what) -> void {
    throw Error(MG_CORRUPT, path + ": tensor " + name + ": " + what + ". The file is damaged or cut short; fetch it again.");
  };
  if (entry.kind != Json::Kind::object) fail("its header entry is not an object");
  const Json* dtype = entry.find("dtype");
  const Json* shape = entry.find("shape");
  const Json* offsets = entry.find("data_offsets");
  if (!dtype || dtype->kind != Json::Kind::string) fail("no dtype in the header");
  if (!shape || shape->kind != Json::Kind::array) fail("no shape in the header");
  if (!offsets || offsets->kind != Json::Kind::array || offsets->array.size() != 2) fail("no data_offsets [begin, end] in the header");
  FileTensor t;
  t.file = path;
  t.name = name;
  t.dtype = dtype->string;
  const size_t bits = bits_of(t.dtype);
  if (!bits) fail("unknown dtype \"" + t.dtype + "\"");
  __uint128_t bytes = bits / 8;
  for (const Json& d : shape->array) {
    if (!whole_number(d, 1e15)) fail("a dimension is not a whole number");
    t.shape.push_back(static_cast<int64_t>(d.number));
    bytes *= static_cast<uint64_t>(d.number);
    if (bytes > (uint64_t{1} << 62)) fail("the shape " + shape_text(t.shape) + " is impossibly large");
  }
  for (const Json& o : offsets->array)
    if (!whole_number(o, 9e15)) fail("data_offsets are not whole numbers");
  const uint64_t begin = static_cast<uint64_t>(offsets->array[0].number), end = static_cast<uint64_t>(offsets->array[1].number);
  if (begin > end || end > data_bytes)
    fail("its bytes " + std::to_string(begin) + " to " + std::to_string(end) + " are not inside the file's " + std::to_string(data_bytes) +
        " bytes of data");
  if (end - begin != static_cast<uint64_t>(bytes))
    fail("shape " + shape_text(t.shape) + " of " + t.dtype + " takes " + std::to_string(static_cast<uint64_t>(bytes)) +
        " bytes, the header gives it " + std::to_string(end - begin));
  t.data = data + begin;
  t.bytes = end - begin;
  return t;
}

}  // namespace

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string out = "(";
  for (size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + std::to_string(shape[i]);
  return out + ")";
}

int64_t element_count(const std::vector<int64_t>& shape) {
  int64_t n = 1;
  for (const int64_t d : shape) n *= d;
  return n;
}

SafetensorsFile::SafetensorsFile(const std::string& path) : path_(path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw Error(errno == ENOENT ? MG_NOT_FOUND : MG_IO, path + ": " + std::strerror(errno) + ".");
  struct stat info{};
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    throw Error(MG_IO, path + ": not a regular file.");
  }
  size_ = static_cast<size_t>(info.st_size);
  if (size_ >= 8) map_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
  const int map_errno = errno;
  close(fd);
  if (size_ < 8) throw Error(MG_CORRUPT, path + ": " + std::to_string(size_) +
      " bytes is too short for a safetensors file. Fetch it again.");
  if (map_ == MAP_FAILED) {
    map_ = nullptr;
    throw Error(MG_IO, path + ": cannot be mapped: " + std::strerror(map_errno) + ".");
  }
  try {
    const auto* bytes = static_cast<const unsigned char*>(map_);
    uint64_t header = 0;
    for (int i = 7; i >= 0; --i) header = header << 8 | bytes[i];
    if (header > max_header || header > size_ - 8)
      throw Error(MG_CORRUPT, path + ": the header claims " + std::to_string(header) + " bytes, the file has " + std::to_string(size_) +
          ". The file is damaged or cut short; fetch it again.");
    const Json json = parse_json({reinterpret_cast<const char*>(bytes) + 8, header}, path);
    if (json.kind != Json::Kind::object) throw Error(MG_CORRUPT, path + ": the header is not a JSON object. Fetch the file again.");
    const unsigned char* data = bytes + 8 + header;
    const uint64_t data_bytes = size_ - 8 - header;
    for (const auto& [name, entry] : json.object) {
      if (name != "__metadata__") {
        tensors_.push_back(parse_entry(path, name, entry, data, data_bytes));
        continue;
      }
      for (const auto& [key, value] : entry.object)
        if (value.kind == Json::Kind::string) metadata_[key] = value.string;
    }
    std::stable_sort(tensors_.begin(), tensors_.end(), [](const FileTensor& a, const FileTensor& b) {
      return a.data != b.data ? a.data < b.data : a.bytes < b.bytes;
    });
    const unsigned char* next = data;
    for (const FileTensor& t : tensors_) {
      if (t.data != next)
        throw Error(MG_CORRUPT, path + ": tensor " + t.name + ": its bytes " +
            (t.data < next ? "overlap another tensor's" : "leave a hole before them") + ". The file is damaged; fetch it again.");
      next = t.data + t.bytes;
    }
    if (next != data + data_bytes)
      throw Error(MG_CORRUPT, path + ": " + std::to_string(data + data_bytes - next) + " bytes after the last tensor" +
          (tensors_.empty() ? "" : ", " + tensors_.back().name) + ". The file is damaged; fetch it again.");
  } catch (...) {
    munmap(map_, size_);
    throw;
  }
}

SafetensorsFile::~SafetensorsFile() {
  if (map_) munmap(map_, size_);
}

TensorFiles TensorFiles::open_file(const std::string& path) {
  TensorFiles out;
  out.where_ = path;
  out.files_.push_back(std::make_unique<SafetensorsFile>(path));
  for (const FileTensor& t : out.files_[0]->tensors()) out.tensors_[t.name] = t;
  return out;
}

TensorFiles TensorFiles::open_directory(const std::string& directory) {
  const std::string single = directory + "/model.safetensors", index = single + ".index.json";
  if (std::filesystem::exists(single)) return open_file(single);
  if (!std::filesystem::exists(index))
    throw Error(MG_NOT_FOUND, directory +
        ": neither model.safetensors nor model.safetensors.index.json. Weights in another format (.bin, .gguf) are not read; convert them "
        "to safetensors.");
  const Json json = parse_json(read_text_file(index), index);
  const Json* map = json.find("weight_map");
  if (!map || map->kind != Json::Kind::object || map->object.empty())
    throw Error(MG_CORRUPT, index + ": no weight_map from tensor names to files. Fetch it again.");
  TensorFiles out;
  out.where_ = index;
  std::map<std::string, SafetensorsFile*> open;
  for (const auto& [name, file] : map->object) {
    if (file.kind != Json::Kind::string || file.string.empty() || file.string.find('/') != std::string::npos)
      throw Error(MG_CORRUPT, index + ": weight_map of " + name + " is not a file name in the same folder.");
    SafetensorsFile*& shard = open[file.string];
    const std::string path = directory + "/" + file.string;
    if (!shard) {
      if (!std::filesystem::exists(path)) throw Error(MG_NOT_FOUND, path + ": this shard is named in the index (tensor " + name +
          ") but is not there. Fetch it.");
      out.files_.push_back(std::make_unique<SafetensorsFile>(path));
      shard = out.files_.back().get();
      for (const FileTensor& t : shard->tensors()) out.tensors_[t.name] = t;
    }
    const auto found = out.tensors_.find(name);
    if (found == out.tensors_.end() || found->second.file != path)
      throw Error(MG_CORRUPT, path + ": tensor " + name + " is not in this file, though " + index + " says so. Fetch both again.");
  }
  return out;
}

const FileTensor& TensorFiles::get(const std::string& name, const std::vector<int64_t>& shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end())
    throw Error(MG_NOT_FOUND, where_ + ": tensor " + name + " of shape " + shape_text(shape) +
        " is missing. The file belongs to another model or is incomplete.");
  const FileTensor& t = found->second;
  if (t.shape != shape)
    throw Error(MG_CORRUPT, t.file + ": tensor " + name + " has shape " + shape_text(t.shape) + ", wanted is " + shape_text(shape) +
        ". The configuration and the weights do not belong together.");
  if (t.dtype != "F32" && t.dtype != "BF16" && t.dtype != "F16")
    throw Error(MG_UNSUPPORTED, t.file + ": tensor " + name + " is " + t.dtype +
        "; F32, BF16 and F16 are read. Quantised checkpoints are not; use the original weights.");
  return t;
}

void read_f32(const FileTensor& t, int64_t first, int64_t count, float* values) {
  const Dtype type = t.dtype == "F32" ? Dtype::F32 : t.dtype == "BF16" ? Dtype::BF16 : Dtype::F16;
  const size_t size = dtype_size(type);
  const unsigned char* source = t.data + static_cast<size_t>(first) * size;
  if (reinterpret_cast<uintptr_t>(source) % size == 0) return convert(values, Dtype::F32, source, type, static_cast<size_t>(count));
  // A header that was not padded leaves the numbers at odd addresses.
  alignas(64) unsigned char aligned[4096];
  for (int64_t done = 0; done < count;) {
    const int64_t part = std::min<int64_t>(count - done, static_cast<int64_t>(sizeof aligned / size));
    std::memcpy(aligned, source + static_cast<size_t>(done) * size, static_cast<size_t>(part) * size);
    convert(values + done, Dtype::F32, aligned, type, static_cast<size_t>(part));
    done += part;
  }
}

void drop_pages(const FileTensor& t, int64_t first, int64_t count) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto size = static_cast<int64_t>(t.bytes) / std::max<int64_t>(element_count(t.shape), 1);
  const uintptr_t from = reinterpret_cast<uintptr_t>(t.data) + static_cast<uintptr_t>(first * size);
  const uintptr_t begin = from / page * page, end = (from + static_cast<uintptr_t>(count * size)) / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

void write_safetensors(const std::string& path, const std::vector<TensorSource>& sources, const std::map<std::string,
    std::string>& metadata) {
  constexpr const char* names[] = {"F32", "BF16", "F16"};
  std::string header = "{";
  if (!metadata.empty()) {
    header += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata) header += (header.back() == '{' ? "" : ",") + quote_json(key) + ":" + quote_json(value);
    header += "}";
  }
  uint64_t offset = 0;
  for (const TensorSource& t : sources) {
    const uint64_t end = offset + static_cast<uint64_t>(element_count(t.shape)) * dtype_size(t.dtype);
    if (header.size() > 1) header += ",";
    header += quote_json(t.name) + ":{\"dtype\":\"" + names[static_cast<int>(t.dtype)] + "\",\"shape\":[";
    for (size_t i = 0; i < t.shape.size(); ++i) header += (i ? "," : "") + std::to_string(t.shape[i]);
    header += "],\"data_offsets\":[" + std::to_string(offset) + "," + std::to_string(end) + "]}";
    offset = end;
  }
  header += "}";
  header.append((8 - header.size() % 8) % 8, ' ');  // so that the data begins on a multiple of 8

  AtomicFile file(path);
  unsigned char length[8];
  for (int i = 0; i < 8; ++i) length[i] = static_cast<unsigned char>(header.size() >> (8 * i));
  file.write(length, 8);
  file.write(header.data(), header.size());
  constexpr int64_t chunk = 1 << 18;
  std::vector<float> values(chunk);
  std::vector<uint16_t> halves(chunk);
  for (const TensorSource& t : sources) {
    const int64_t total = element_count(t.shape);
    for (int64_t first = 0; first < total; first += chunk) {
      const int64_t count = std::min(chunk, total - first);
      t.fill(first, count, values.data());
      if (t.dtype == Dtype::F32) {
        file.write(values.data(), static_cast<size_t>(count) * 4);
        continue;
      }
      convert(halves.data(), t.dtype, values.data(), Dtype::F32, static_cast<size_t>(count));
      file.write(halves.data(), static_cast<size_t>(count) * 2);
    }
  }
  file.commit();
}

}  // namespace medgym
