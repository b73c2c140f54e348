# A man page from a document: what it says stays the one truth. Of Markdown it knows what docs/tool.md uses: headings,
# paragraphs, lists, indented code, tables, `code`, **bold**, [links](…).
#   awk -v name=quilter -v section=1 -v what="one line" -v see="other(8)" -f from_markdown.awk FILE

function roff(text) {
  gsub(/\\\|/, "|", text)
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  while (match(text, /\[[^]]*\]\([^)]*\)/)) {
    link = substr(text, RSTART + 1, RLENGTH - 2)
    sub(/\]\(.*/, "", link)
    text = substr(text, 1, RSTART - 1) link substr(text, RSTART + RLENGTH)
  }
  while (match(text, /`[^`]*`/))
    text = substr(text, 1, RSTART - 1) "\\fB" substr(text, RSTART + 1, RLENGTH - 2) "\\fR" substr(text, RSTART + RLENGTH)
  while (match(text, /\*\*[^*]*\*\*/))
    text = substr(text, 1, RSTART - 1) "\\fB" substr(text, RSTART + 2, RLENGTH - 4) "\\fR" substr(text, RSTART + RLENGTH)
  if (text ~ /^[.']/) text = "\\&" text
  return text
}

# `kind` is what the last line was: text, item, code, row or heading; "" after a blank line.
function close_code() { if (coding) print ".fi\n.RE"; coding = 0 }
function flush_row() { if (held != "") row(held); held = "" }
function heading(text) {
  flush_row(); close_code()
  print ".SH \"" toupper(text) "\""
  kind = "heading"
}

# The first column is the term, the last one its text; what is between stands in brackets behind the term.
function row(line,    cells, count, i, term) {
  gsub(/\\\|/, "\001", line)
  sub(/^\| */, "", line); sub(/ *\|$/, "", line)
  count = split(line, cells, / *\| */)
  for (i = 1; i <= count; i++) gsub(/\001/, "|", cells[i])
  term = cells[1]
  for (i = 2; i < count; i++) term = term " (" cells[i] ")"
  print ".TP\n" roff(term) "\n" roff(cells[count])
}

BEGIN {
  print ".TH " toupper(name) " " section " \"\" Quilter"
  heading("Name")
  print name " \\- " what
  heading("Synopsis")
}
/^# / { next }
/^#+ / { heading(substr($0, index($0, " ") + 1)); next }
/^$/ { flush_row(); close_code(); kind = ""; next }
/^    / {
  if (!coding) print ".RS 4\n.nf"
  coding = synopsis = 1
  print roff(substr($0, 5))
  next
}
/^\| *-/ { held = ""; next }  # what stands above it is the heading of the table
/^\|/ { flush_row(); held = $0; next }
/^- / { kind = "item"; print ".IP \\(bu 2\n" roff(substr($0, 3)); next }
kind == "item" { sub(/^ +/, ""); print roff($0); next }
{
  if (synopsis && !described++) heading("Description")
  else if (kind != "text" && kind != "heading") print ".PP"
  kind = "text"
  print roff($0)
}
END {
  flush_row(); close_code()
  heading("Files"); print ".I /etc/quilter/quilter.toml"
  heading("See also"); print roff(see)
}
