// What the terminal is, and what takes which room on it.
#include <clocale>
#include <cstdlib>
#include <cwchar>

#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/table.hpp"
#include "core/mail/text.hpp"

namespace quilter::cli {
namespace {

// UTF-8 for as long as this stands, whatever the user's locale: our text is that.
class Utf8 {
 public:
  Utf8() {
    static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (utf8 != nullptr) before_ = uselocale(utf8);
  }
  ~Utf8() {
    if (before_ != nullptr) uselocale(before_);
  }
  Utf8(const Utf8&) = delete;
  Utf8& operator=(const Utf8&) = delete;

 private:
  locale_t before_ = nullptr;
};

// One where the C library does not know the character.
std::size_t columns_of(std::string_view character) {
  if (character.size() == 1) return 1;  // ASCII
  wchar_t wide = 0;
  std::mbstate_t state{};
  const auto length = std::mbrtowc(&wide, character.data(), character.size(), &state);
  if (length == 0 || length > character.size()) return 1;
  const auto width = wcwidth(wide);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

std::string_view next_character(std::string_view& text) {
  const auto length = utf8_length(text);
  const auto character = text.substr(0, length == 0 ? 1 : length);
  text.remove_prefix(character.size());
  return character;
}

bool is_terminal() {
  return isatty(STDOUT_FILENO) == 1;
}

bool may_be_coloured() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return is_terminal() && (no_color == nullptr || *no_color == '\0') && terminal != nullptr &&
         std::string_view{terminal} != "dumb";
}

}  // namespace

std::size_t columns(std::string_view text) {
  const Utf8 utf8;
  std::size_t taken = 0;
  while (!text.empty()) taken += columns_of(next_character(text));
  return taken;
}

std::string cut(std::string_view text, std::size_t room) {
  if (columns(text) <= room) return std::string{text};
  if (room == 0) return {};
  const Utf8 utf8;
  std::string shown;
  for (std::size_t taken = 0; !text.empty();) {
    const auto character = next_character(text);
    taken += columns_of(character);
    if (taken > room - 1) break;
    shown += character;
  }
  return shown + "\xE2\x80\xA6";
}

Screen screen(const Common& common) {
  Screen screen;
  winsize size{};
  if (is_terminal() && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    screen.columns = size.ws_col;
  screen.coloured = common.color == "always" || (common.color == "auto" && may_be_coloured());
  return screen;
}

}  // namespace quilter::cli
