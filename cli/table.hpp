// Tables for people, as wide as their terminal and in its colours.
//
// Promise: nothing from a mail can move a terminal. Columns are as wide as their widest cell, two
// blanks apart; characters that take two columns, or none, are counted so. Where there is no
// terminal nothing is cut and nothing coloured, unless that is asked for.
// Error: none.
// Threads: pure functions but for screen().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/commands.hpp"

namespace quilter::cli {

enum class Paint : std::uint8_t { plain, heading, good, bad, doubtful };
Paint paint_of_state(std::string_view state);  // Patchwork's; others are plain
Paint paint_of_check(std::string_view state);

enum class Fit : std::uint8_t { whole, cut };

struct Cell {
  std::string text;
  Paint paint = Paint::plain;
  Fit fit = Fit::whole;  // of a heading: whether its column may be cut
};
using Row = std::vector<Cell>;

Row row(std::vector<std::string> texts);                                  // of plain cells
Row heading(std::vector<std::string> names, std::vector<Fit> fits = {});  // those left out: whole

struct Screen {
  std::optional<std::size_t> columns;  // nothing: without end
  bool coloured = false;
};

// Standard output. Coloured as --color says: `auto` on a terminal without NO_COLOR (no-color.org).
Screen screen(const Common& common);

// The first row is the heading. Where the screen ends, columns without a value are left out, and
// those that may be cut share what is left.
std::string table(std::vector<Row> rows, const Screen& screen);
std::string table(const std::vector<std::vector<std::string>>& rows);  // whole and plain

std::size_t columns(std::string_view text);                // that it takes on a terminal
std::string cut(std::string_view text, std::size_t room);  // ends in an ellipsis where it is cut

}  // namespace quilter::cli
