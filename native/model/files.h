// Whole-file reading, and writing that never leaves a half-written file under its final name.
#pragma once
#include <string>

namespace medgym {

std::string read_text_file(const std::string& path);
void write_text_file(const std::string& path, const std::string& text);

// Writes to "<path>.<pid>.tmp"; commit() syncs the file, renames it to `path` and syncs the folder. Destroyed before
// commit(), it removes the temporary file, so a full disk or a cancelled save leaves the old file as it was.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  void write(const void* data, size_t bytes);
  void commit();

 private:
  [[noreturn]] void fail(const char* what) const;
  std::string path_, temporary_;
  int fd_ = -1;
};

}  // namespace medgym
