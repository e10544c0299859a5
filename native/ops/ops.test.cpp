// The list of ops against the files: each op listed has its header, its source and a test that includes the header, and no header is left out.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "test/check.h"

using namespace medgym::test;

namespace {

struct Op {
  const char *stem, *formats, *backends, *backward;
};
const Op ops[] = {
#define OP(stem, formats, backends, backward) {#stem, formats, backends, #backward},
#include "ops/ops.def"
#undef OP
};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST(ops_def_lists_every_op_with_its_files) {
  const std::filesystem::path folder = std::filesystem::path(fixture("")) / "../../native/ops";
  std::set<std::string> listed, tested;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".test.cpp")) continue;
    const std::string text = text_of(entry.path());
    for (const Op& op : ops)
      if (text.find("#include \"ops/" + std::string(op.stem) + ".h\"") != std::string::npos) tested.insert(op.stem);
  }
  for (const Op& op : ops) {
    CHECK(listed.insert(op.stem).second);
    CHECK(std::filesystem::exists(folder / (std::string(op.stem) + ".cpp")));
    const std::string header = text_of(folder / (std::string(op.stem) + ".h"));
    CHECK(!header.empty());
    if (!tested.count(op.stem)) fail(__FILE__, __LINE__, std::string("no test includes ops/") + op.stem + ".h");
    // Each function that the backward column names is declared in the op's header.
    const std::string names = op.backward;
    for (size_t at = 0; at < names.size() && names != "none";) {
      const size_t end = std::min(names.find(' ', at), names.size());
      CHECK(header.find("void " + names.substr(at, end - at) + "(") != std::string::npos);
      at = end + 1;
    }
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() == ".h" && stem != "testing" && !listed.count(stem)) fail(__FILE__, __LINE__, "ops.def does not list " + stem);
  }
}
