// Runs every TEST of every *.test.cpp, or those whose file or name contains one of the arguments.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "test/check.h"

namespace medgym::test {
namespace {
int failures_in_case = 0;
std::vector<std::string> temporaries;
}  // namespace

std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}
void fail(const char* file, int line, const std::string& what) {
  // Twenty lines show the pattern; a wrong kernel would otherwise print thousands.
  if (++failures_in_case <= 20) std::fprintf(stderr, "  %s:%d: %s\n", file, line, what.c_str());
}
std::string fixture(const std::string& path) {
  // This file is native/test/main.cpp; the program may be started in native/ or in the repository's root.
  for (const char* root : {"../test/fixtures/", "test/fixtures/", "../../test/fixtures/"})
    if (std::filesystem::exists(root)) return root + path;
  throw std::runtime_error("test/fixtures not found: run `make -C native test`");
}
std::string temporary_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "medgym-test-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed");
  temporaries.push_back(pattern);
  return pattern;
}
}  // namespace medgym::test

int main(int argc, char** argv) {
  using namespace medgym::test;
  int passed = 0, failed = 0, skipped = 0;
  const auto wanted = [&](const Case& c) {
    return argc < 2 || std::any_of(argv + 1, argv + argc, [&](const char* part) { return std::strstr(c.file, part) || std::strstr(c.name, part); });
  };
  std::stable_sort(cases().begin(), cases().end(), [](const Case& a, const Case& b) { return std::strcmp(a.file, b.file) < 0; });
  for (const Case& c : cases()) {
    if (!wanted(c)) continue;
    failures_in_case = 0;
    const auto start = std::chrono::steady_clock::now();
    try {
      c.run();
    } catch (const Skipped& e) {
      std::printf("skipped %s %s: %s\n", c.file, c.name, e.what());
      ++skipped;
      continue;
    } catch (const std::exception& e) {
      fail(c.file, 0, std::string("threw: ") + e.what());
    }
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    std::printf("%s %s %s (%.0f ms)\n", failures_in_case ? "FAILED " : "ok     ", c.file, c.name, ms);
    std::fflush(stdout);
    ++(failures_in_case ? failed : passed);
  }
  for (const std::string& path : temporaries) std::filesystem::remove_all(path);
  if (skipped) std::printf("native: %d skipped\n", skipped);
  std::printf("native: %d passed, %d failed\n", passed, failed);
  return failed ? 1 : 0;
}
