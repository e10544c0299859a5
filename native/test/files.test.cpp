// Model directories, good and bad: every refusal names the file and what is wrong with it.
#include <signal.h>
#include <sys/resource.h>

#include <cstring>
#include <fstream>

#include "test/engine.h"

using namespace medgym;
using namespace medgym::test;
namespace fs = std::filesystem;

namespace {

std::string copy_of(const char* name) {
  const std::string out = temporary_directory();
  for (const char* file : {"config.json", "model.safetensors"}) fs::copy_file(fixture(std::string("models/") + name + "/" + file), out +
      "/" + file);
  return out;
}
void replace(const std::string& path, const std::string& from, const std::string& to) {
  std::string text = read_text_file(path);
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error(from + " is not in " + path);
  text.replace(at, from.size(), to);
  std::ofstream(path, std::ios::binary) << text;
}
// A safetensors file from a header and as many zero bytes of data.
std::string raw_file(const std::string& header, size_t data, uint64_t claimed = 0) {
  const std::string path = temporary_directory() + "/raw.safetensors";
  std::ofstream out(path, std::ios::binary);
  const uint64_t length = claimed ? claimed : header.size();
  out.write(reinterpret_cast<const char*>(&length), 8);
  out << header << std::string(data, '\0');
  return path;
}
std::vector<int32_t> a_sequence() { return {5, 9, 700, 3, 41}; }
Outputs score(mg_model* model) {
  Packed packed;
  packed.add(a_sequence(), a_sequence());
  return run_forward(model, packed, {});
}

}  // namespace

TEST(json_is_read_strictly) {
  const Json v = parse_json(" {\"a\": [1, -2.5e3, true, null], \"b\\u00e9\\ud83d\\ude00\": \"x\\n\\\"\"} ", "t");
  CHECK_EQ(v.find("a")->array[1].number, -2500.0);
  CHECK(v.find("a")->array[2].boolean);
  CHECK_EQ(v.find("b\xc3\xa9\xf0\x9f\x98\x80")->string, std::string("x\n\""));
  CHECK_EQ(quote_json("a\"\\\n"), std::string("\"a\\\"\\\\\\u000a\""));
  CHECK_THROWS(parse_json("{\"a\" 1}", "f.json"), "f.json: byte 5: expected ':'");
  CHECK_THROWS(parse_json("{\"a\": 1,}", "f"), "byte 8: expected a name in quotes");
  CHECK_THROWS(parse_json("[1 2]", "f"), "byte 3: expected ',' or ']'");
  CHECK_THROWS(parse_json("{\"a\": 01}", "f"), "may not begin with 0");
  CHECK_THROWS(parse_json("{\"a\": NaN}", "f"), "byte 6: expected a value");
  CHECK_THROWS(parse_json("{\"a\": \"x", "f"), "ends inside a string");
  CHECK_THROWS(parse_json("\"\\ud800\"", "f"), "half a surrogate pair");
  CHECK_THROWS(parse_json("{\"a\":1,\"a\":2}", "f"), "given twice");
  CHECK_THROWS(parse_json("{} x", "f"), "text after the end");
  CHECK_THROWS(parse_json(std::string(100000, '['), "f"), "nested more than 64 deep");
  CHECK_THROWS(parse_json("", "f"), "the text ends");
}

TEST(malformed_safetensors_are_refused_with_file_and_tensor) {
  auto open = [](const std::string& path) { TensorFiles::open_file(path); };
  const std::string good = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}";
  open(raw_file(good, 24));
  open(raw_file("{\"__metadata__\":{\"format\":\"pt\"},\"s\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[0,2]}}", 2));
  CHECK_THROWS(open(raw_file(good, 23)), "raw.safetensors: tensor w: its bytes 0 to 24 are not inside the file's 23 bytes");
  CHECK_THROWS(open(raw_file(good, 25)), "1 bytes after the last tensor, w");
  CHECK_THROWS(open(raw_file(good, 24, 1 << 20)), "the header claims 1048576 bytes");
  CHECK_THROWS(open(raw_file(good, 24, UINT64_MAX)), "the header claims");
  CHECK_THROWS(open(raw_file("{\"w\":", 0)), "byte 5");
  CHECK_THROWS(open(raw_file("[]", 0)), "the header is not a JSON object");
  auto entry = [](const char* e) { return raw_file("{\"w\":" + std::string(e) + "}", 24); };
  CHECK_THROWS(open(entry("{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,20]}")), "takes 24 bytes, the header gives it 20");
  CHECK_THROWS(open(entry("{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[24,0]}")), "tensor w: its bytes 24 to 0");
  CHECK_THROWS(open(entry("{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[4,28]}")), "not inside");
  CHECK_THROWS(open(entry("{\"dtype\":\"F32\",\"shape\":[-2,3],\"data_offsets\":[0,24]}")), "a dimension is not a whole number");
  CHECK_THROWS(open(entry("{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4294967296],\"data_offsets\":[0,24]}")), "impossibly large");
  CHECK_THROWS(open(entry("{\"dtype\":\"Q4\",\"shape\":[2,3],\"data_offsets\":[0,24]}")), "unknown dtype \"Q4\"");
  CHECK_THROWS(open(entry("{\"shape\":[2,3],\"data_offsets\":[0,24]}")), "no dtype");
  CHECK_THROWS(open(entry("{\"dtype\":\"F32\",\"shape\":[2,3]}")), "no data_offsets");
  CHECK_THROWS(open(raw_file("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}", 6)), "tensor b: its bytes overlap");
  CHECK_THROWS(open(raw_file("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[6,10]}}", 10)), "leave a hole");
  const std::string empty = temporary_directory() + "/empty.safetensors";
  std::ofstream(empty).flush();
  CHECK_THROWS(open(empty), "0 bytes is too short");
  CHECK_THROWS(open("/nowhere/x.safetensors"), "/nowhere/x.safetensors: No such file");
}

TEST(half_precision_files_are_widened_exactly_at_any_alignment) {
  for (const Dtype dtype : {Dtype::F32, Dtype::BF16, Dtype::F16}) {
    const std::string path = temporary_directory() + "/t.safetensors";
    const std::vector<float> values{0, 1, -2.5f, 0.15625f, 1024, -0.0078125f, 3};
    write_safetensors(path, {{"t", {7}, dtype, [&](int64_t first, int64_t count, float* out) { std::copy_n(values.data() + first, count,
        out); }}}, {});
    // The same file with a header one byte longer puts every number at an odd address.
    std::string bytes = read_text_file(path);
    uint64_t header = 0;
    std::memcpy(&header, bytes.data(), 8);
    bytes.insert(8 + header, " ");
    ++header;
    std::memcpy(bytes.data(), &header, 8);
    const std::string odd = temporary_directory() + "/odd.safetensors";
    std::ofstream(odd, std::ios::binary) << bytes;
    for (const std::string& file : {path, odd}) CHECK(read_fixture_tensor(TensorFiles::open_file(file), "t") == values);
  }
}

TEST(bad_configurations_are_refused_by_name) {
  const DevicePtr device = open_cpu();
  const std::string d = copy_of("qwen2_tied"), config = d + "/config.json", original = read_text_file(config);
  auto attempt = [&](const std::string& from, const std::string& to) {
    std::ofstream(config) << original;
    replace(config, from, to);
    load(device.get(), d);
  };
  CHECK_THROWS(attempt("Qwen2ForCausalLM", "PhiForCausalLM"),
      "architecture \"PhiForCausalLM\" is not known. Known are Qwen2ForCausalLM, Qwen3ForCausalLM, LlamaForCausalLM, MistralForCausalLM");
  CHECK_THROWS(attempt("\"hidden_size\": 64,", ""), "config.json: hidden_size is missing");
  CHECK_THROWS(attempt("\"hidden_size\": 64", "\"hidden_size\": \"64\""), "hidden_size is not a whole number");
  CHECK_THROWS(attempt("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3"),
      "num_attention_heads 4 is not a multiple of num_key_value_heads 3");
  CHECK_THROWS(attempt("\"silu\"", "\"gelu\""), "hidden_act \"gelu\"");
  CHECK_THROWS(attempt("\"rope_type\": \"default\"", "\"rope_type\": \"yarn\""),
      "rope type \"yarn\" is not supported. Supported are default, linear, llama3");
  CHECK_THROWS(attempt("\"use_cache\": true", "\"quantization_config\": {}"), "quantised");
  CHECK_THROWS(attempt("\"vocab_size\": 1024\n}", "\"vocab_size\": 1024"), "config.json: byte");
  CHECK_THROWS(attempt("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 0"), "num_hidden_layers is 0");
  CHECK_THROWS(load(device.get(), "/nowhere"), "/nowhere/config.json");
  for (const char* name : {"gemma2", "qwen3_moe", "qwen2_5_vl"}) CHECK_THROWS(load(device.get(), fixture(std::string("models/") + name)),
      "is not known. Known are");
}

TEST(old_and_new_rope_settings_mean_the_same) {
  const DevicePtr device = open_cpu();
  const ModelPtr model = load(device.get(), fixture("models/llama_rope3"));
  const std::string d = copy_of("llama_rope3");
  const std::string text = read_text_file(d + "/config.json");
  const size_t begin = text.find("  \"rope_parameters\""), end = text.find("},", begin) + 2;
  std::ofstream(d + "/config.json") << text.substr(0, begin)
      << "\"rope_theta\": 500000.0, \"rope_scaling\": {\"type\": \"llama3\", \"factor\": 8.0, \"high_freq_factor\": 4.0, "
          "\"low_freq_factor\": 1.0, \"original_max_position_embeddings\": 64}," << text.substr(end);
  CHECK(score(load(device.get(), d).get()).logprobs == score(model.get()).logprobs);
}

TEST(bad_weights_are_refused_with_file_and_tensor) {
  const DevicePtr device = open_cpu();
  {
    const std::string d = copy_of("qwen2_tied");
    replace(d + "/config.json", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
    CHECK_THROWS(load(device.get(), d), "model.safetensors: tensor model.layers.2.self_attn.q_proj.weight of shape (64, 64) is missing");
  }
  {
    const std::string d = copy_of("qwen2_tied");
    replace(d + "/config.json", "\"intermediate_size\": 160", "\"intermediate_size\": 161");
    CHECK_THROWS(load(device.get(), d), "tensor model.layers.0.mlp.gate_proj.weight has shape (160, 64), wanted is (161, 64)");
  }
  {
    const std::string d = copy_of("qwen2_tied");
    fs::resize_file(d + "/model.safetensors", fs::file_size(d + "/model.safetensors") - 100);
    CHECK_THROWS(load(device.get(), d), "model.safetensors: tensor model.");
  }
  {
    const std::string d = temporary_directory();
    fs::copy_file(fixture("models/qwen2_tied/config.json"), d + "/config.json");
    CHECK_THROWS(load(device.get(), d), "neither model.safetensors nor model.safetensors.index.json");
  }
}

TEST(nan_in_weights_is_found_when_asked_for) {
  const DevicePtr device = open_cpu();
  const std::string d = copy_of("qwen2_tied"), path = d + "/model.safetensors";
  const FileTensor t = TensorFiles::open_file(path).tensors().at("model.layers.1.mlp.up_proj.weight");
  const SafetensorsFile file(path);
  const auto offset = static_cast<int64_t>(fs::file_size(path)) - (file.tensors().back().data + file.tensors().back().bytes - [&] {
    for (const FileTensor& f : file.tensors()) if (f.name == t.name) return f.data;
    return static_cast<const unsigned char*>(nullptr);
  }());
  std::fstream out(path, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(offset + 4 * 37);
  const uint32_t nan = 0x7FC00000;
  out.write(reinterpret_cast<const char*>(&nan), 4);
  out.close();
  CHECK_THROWS(load(device.get(), d, MG_F32, true), "tensor model.layers.1.mlp.up_proj.weight holds a NaN or an infinity at element 37");
  const ModelPtr model = load(device.get(), d);  // not asked for: met in the first forward pass
  CHECK(status_of([&] { score(model.get()); }) == MG_NON_FINITE);
  CHECK_THROWS(score(model.get()), "logprobs: not finite at position 0");
}

TEST(a_saved_model_is_the_same_to_the_bit_whole_or_in_shards) {
  const DevicePtr device = open_cpu();
  const ModelPtr model = load(device.get(), fixture("models/qwen2_untied"));
  const std::vector<float> before = score(model.get()).logprobs;
  const std::string d = temporary_directory();
  fs::copy_file(fixture("models/qwen2_untied/config.json"), d + "/config.json");
  mg_save_options options = sized<mg_save_options>();
  for (const int64_t shard : {int64_t{200000}, int64_t{0}}) {
    options.max_shard_bytes = shard;
    call(mg_model_save, model.get(), static_cast<mg_adapter*>(nullptr), d.c_str(), &options);
    CHECK_EQ(fs::exists(d + "/model.safetensors"), shard == 0);
    CHECK_EQ(fs::exists(d + "/model.safetensors.index.json"), shard != 0);
    const ModelPtr again = load(device.get(), d);
    CHECK(score(again.get()).logprobs == before);
    for (const mg_tensor_info& info : tensor_list(model.get(), nullptr)) CHECK(read_tensor(model.get(), nullptr,
        info.name) == read_tensor(again.get(), nullptr, info.name));
    if (shard) {
      fs::remove(d + "/model-00002-of-" + [&] {
        for (const auto& e : fs::directory_iterator(d)) if (e.path().filename().string().starts_with("model-00001")) return e.path().filename().string().substr(15);
        return std::string();
      }());
      CHECK_THROWS(load(device.get(), d), "this shard is named in the index");
    }
  }
  // A bf16 file rounds once; loading it in f32 and saving it in bf16 changes nothing more.
  options.dtype = MG_BF16;
  call(mg_model_save, model.get(), static_cast<mg_adapter*>(nullptr), d.c_str(), &options);
  const std::string bytes = read_text_file(d + "/model.safetensors");
  const ModelPtr rounded = load(device.get(), d);
  call(mg_model_save, rounded.get(), static_cast<mg_adapter*>(nullptr), d.c_str(), &options);
  CHECK(read_text_file(d + "/model.safetensors") == bytes);
}

TEST(a_full_disk_leaves_the_old_file_and_nothing_else) {
  const DevicePtr device = open_cpu();
  const ModelPtr model = load(device.get(), fixture("models/qwen2_tied"));
  const std::string d = temporary_directory();
  mg_save_options options = sized<mg_save_options>();
  call(mg_model_save, model.get(), static_cast<mg_adapter*>(nullptr), d.c_str(), &options);
  const std::string before = read_text_file(d + "/model.safetensors");
  // A limit on file size makes write() fail part of the way, as a full disk does.
  struct rlimit old {}, small {};
  getrlimit(RLIMIT_FSIZE, &old);
  small = old;
  small.rlim_cur = 100000;
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const mg_status saved = status_of([&] { call(mg_model_save, model.get(), static_cast<mg_adapter*>(nullptr), d.c_str(), &options); });
  const mg_status fresh = status_of([&] { call(mg_model_save, model.get(), static_cast<mg_adapter*>(nullptr), (d + "/..").c_str(),
      &options); });
  setrlimit(RLIMIT_FSIZE, &old);
  CHECK_EQ(static_cast<int>(saved), static_cast<int>(MG_IO));
  CHECK_EQ(static_cast<int>(fresh), static_cast<int>(MG_IO));
  CHECK(read_text_file(d + "/model.safetensors") == before);
  CHECK_EQ(std::distance(fs::directory_iterator(d), fs::directory_iterator()), 1);
  CHECK(status_of([&] { call(mg_model_save, model.get(), static_cast<mg_adapter*>(nullptr), "/nowhere", &options); }) == MG_NOT_FOUND);
}

TEST(a_model_from_a_configuration_is_random_and_seeded) {
  const DevicePtr device = open_cpu();
  const std::string config = read_text_file(fixture("models/qwen3/config.json"));
  auto create = [&](uint64_t seed, mg_dtype dtype = MG_F32) {
    mg_model_options options = sized<mg_model_options>();
    options.dtype = dtype;
    mg_model* out = nullptr;
    call(mg_model_create, device.get(), config.c_str(), seed, &options, &out);
    return ModelPtr(out);
  };
  const ModelPtr a = create(1), b = create(1), c = create(2);
  const std::string name = "model.layers.1.mlp.up_proj.weight";
  const std::vector<float> values = read_tensor(a.get(), nullptr, name);
  CHECK(values == read_tensor(b.get(), nullptr, name));
  CHECK(values != read_tensor(c.get(), nullptr, name));
  CHECK(values != read_tensor(a.get(), nullptr, "model.layers.1.mlp.gate_proj.weight"));
  CHECK_NEAR(norm(values) / std::sqrt(static_cast<double>(values.size())), 0.02, 0.001);
  for (const float v : read_tensor(a.get(), nullptr, "model.norm.weight")) CHECK_EQ(v, 1.0f);
  // bf16 rounds the same numbers.
  CHECK_NEAR(read_tensor(create(1, MG_BF16).get(), nullptr, name)[5], values[5], std::fabs(values[5]) / 256);
  // Its loss on anything is about log V.
  Packed packed;
  packed.add({1, 2, 3, 4, 5, 6, 7, 8}, {1, 2, 3, 4, 5, 6, 7, 8});
  CHECK_NEAR(run_forward(a.get(), packed, {}).loss, std::log(1024.0), 0.1);
}

TEST(the_description_is_json_with_every_key) {
  const DevicePtr device = open_cpu();
  const ModelPtr model = load(device.get(), fixture("models/mistral_sw"), MG_BF16);
  size_t needed = 0;
  call(mg_model_describe, model.get(), static_cast<char*>(nullptr), size_t{0}, &needed);
  std::string text(needed, '\0');
  call(mg_model_describe, model.get(), text.data(), text.size(), &needed);
  text.pop_back();
  const Json d = parse_json(text, "describe");
  CHECK_EQ(d.find("architecture")->string, std::string("MistralForCausalLM"));
  CHECK_EQ(d.find("dtype")->string, std::string("bf16"));
  CHECK_EQ(d.find("slidingWindow")->number, 5.0);
  CHECK_EQ(d.find("linears")->array.size(), size_t{14});
  CHECK_EQ(d.find("linears")->array[6].find("name")->string, std::string("model.layers.0.mlp.down_proj"));
  CHECK_EQ(d.find("linears")->array[6].find("in")->number, 160.0);
  for (const char* key : {"modelType", "parameters", "vocabSize", "hiddenSize", "intermediateSize", "layers", "heads", "kvHeads", "headDim",
      "maxPositions", "tiedEmbeddings", "weightBytes"})
    CHECK(d.find(key));
}
