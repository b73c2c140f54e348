#include <algorithm>
#include <array>

#include "cli/output.hpp"
#include "cli/table.hpp"
#include "core/mail/text.hpp"

namespace quilter::cli {
namespace {

constexpr std::size_t widest_cell_bytes = 400;
constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 6;  // of what is cut: less says nothing

// ECMA-48 §8.3.117; "" where nothing is painted.
std::string_view escape_of(Paint paint) {
  constexpr std::array<std::string_view, 5> escapes{"", "\x1b[1m", "\x1b[32m", "\x1b[31m",
                                                    "\x1b[33m"};
  return escapes.at(static_cast<std::size_t>(paint));
}

std::string painted(const Cell& cell, const Screen& screen) {
  const auto escape = screen.coloured ? escape_of(cell.paint) : std::string_view{};
  if (escape.empty()) return cell.text;
  return std::string{escape} + cell.text + "\x1b[0m";
}

void drop_empty_columns(std::vector<Row>& rows) {
  if (rows.size() < 2) return;
  for (auto i = rows.front().size(); i-- > 0;)
    if (std::all_of(rows.begin() + 1, rows.end(),
                    [i](const Row& row) { return row.at(i).text == "-"; }))
      for (auto& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(i));
}

std::vector<std::size_t> widths_of(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns(row[i].text));
  }
  return widths;
}

// What is over the screen's end comes off the widest of those that may be cut.
void shrink(std::vector<std::size_t>& widths, const Row& names, std::size_t room) {
  std::size_t taken = gap * (widths.size() - 1);
  for (const auto width : widths) taken += width;
  while (taken > room) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i)
      if (names[i].fit == Fit::cut && widths[i] > narrowest &&
          (widest == widths.size() || widths[i] >= widths[widest]))
        widest = i;
    if (widest == widths.size()) return;
    --widths[widest];
    --taken;
  }
}

std::string line_of(const Row& row, const std::vector<std::size_t>& widths, const Screen& screen) {
  std::string line;
  auto room = screen.columns.value_or(std::string::npos);
  for (std::size_t i = 0; i < row.size() && room > 0; ++i) {
    auto cell = row[i];
    if (screen.columns) cell.text = cut(cell.text, std::min(widths[i], room));
    line += painted(cell, screen);
    const auto blanks = i + 1 < row.size() ? widths[i] - columns(cell.text) + gap : 0;
    room -= std::min(room, columns(cell.text) + blanks);
    if (room > 0) line.append(blanks, ' ');
  }
  return line + '\n';
}

}  // namespace

Paint paint_of_state(std::string_view state) {
  if (state == "accepted") return Paint::good;
  if (state == "rejected" || state == "changes-requested") return Paint::bad;
  if (state == "new" || state == "under-review") return Paint::doubtful;
  return Paint::plain;
}

Paint paint_of_check(std::string_view state) {
  if (state == "success") return Paint::good;
  if (state == "fail") return Paint::bad;
  return state == "warning" ? Paint::doubtful : Paint::plain;
}

Row row(std::vector<std::string> texts) {
  Row cells;
  for (auto& text : texts) cells.push_back({.text = std::move(text)});
  return cells;
}

Row heading(std::vector<std::string> names, std::vector<Fit> fits) {
  fits.resize(names.size(), Fit::whole);
  Row cells;
  for (std::size_t i = 0; i < names.size(); ++i)
    cells.push_back({.text = std::move(names[i]), .paint = Paint::heading, .fit = fits[i]});
  return cells;
}

std::string table(std::vector<Row> rows, const Screen& screen) {
  for (auto& row : rows)
    for (auto& cell : row) cell.text = printable(cell.text, widest_cell_bytes);
  if (screen.columns) drop_empty_columns(rows);
  auto widths = widths_of(rows);
  if (screen.columns && !widths.empty()) shrink(widths, rows.front(), *screen.columns);
  std::string text;
  for (const auto& row : rows) text += line_of(row, widths, screen);
  return text;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<Row> cells;
  for (const auto& texts : rows) cells.push_back(row(texts));
  return table(std::move(cells), {});
}

}  // namespace quilter::cli
