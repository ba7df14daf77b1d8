#include "loadstar/base/file_stamp.hpp"

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <thread>

#include "catch.hpp"
#include "temporary_folder.hpp"

using loadstar::base::FileStamp;
namespace fs = std::filesystem;

TEST_CASE("a file that was changed just now is not surely the same", "[base][file_stamp]") {
  const loadstar::test::TemporaryFolder folder;
  folder.write("fresh", "1");
  CHECK_FALSE(
      FileStamp::of(folder.path() / "fresh").is_same_as(FileStamp::of(folder.path() / "fresh")));
  CHECK_FALSE(
      FileStamp::of(folder.path() / "none").is_same_as(FileStamp::of(folder.path() / "none")));
}

TEST_CASE("a file that has settled is the same until it changes", "[base][file_stamp]") {
  const loadstar::test::TemporaryFolder folder;
  folder.write("one", "1");
  folder.write("other", "1");
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  const fs::path one = folder.path() / "one";
  const FileStamp before = FileStamp::of(one);
  CHECK(FileStamp::of(one).is_same_as(before));
  CHECK_FALSE(FileStamp::of(folder.path() / "other").is_same_as(before));

  // Also when its size is as before, and its time of modification is set back.
  struct stat status{};
  REQUIRE(::stat(one.c_str(), &status) == 0);
  folder.write("one", "2");
  const timespec times[] = {status.st_atim, status.st_mtim};
  REQUIRE(::utimensat(AT_FDCWD, one.c_str(), times, 0) == 0);
  CHECK_FALSE(FileStamp::of(one).is_same_as(before));
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  CHECK_FALSE(FileStamp::of(one).is_same_as(before));
}
