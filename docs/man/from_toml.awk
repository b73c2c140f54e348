# quilter.toml(5) from config/quilter.toml, where every key stands with its default, below what there is to say of it.
#   awk -f from_toml.awk config/quilter.toml

function roff(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  while (match(text, /`[^`]*`/))
    text = substr(text, 1, RSTART - 1) "\\fB" substr(text, RSTART + 1, RLENGTH - 2) "\\fR" substr(text, RSTART + RLENGTH)
  if (text ~ /^[.']/) text = "\\&" text
  return text
}

# A paragraph: some text, and the keys below it that it is about.
function flush() {
  if (keys != "") printf "%s%s", keys, text
  else if (text != "") printf ".PP\n%s", text
  keys = text = ""
}

BEGIN {
  print ".TH QUILTER.TOML 5 \"\" Quilter\n.SH NAME\nquilter.toml \\- how quilterd runs\n.SH SYNOPSIS"
  print ".I /etc/quilter/quilter.toml\n.SH DESCRIPTION"
}
FNR == 1 || /^#$/ { flush(); next }
/^$/ { if (keys != "") flush(); next }
/^\[/ { flush(); print ".SH \"" $0 "\""; next }
/^#[a-z]/ { keys = keys (keys == "" ? ".TP\n" : ".TQ\n") "\\fB" roff(substr($0, 2)) "\\fR\n"; next }
/^# / { if (keys != "") flush(); text = text roff(substr($0, 3)) "\n"; next }
END {
  flush()
  print ".SH \"SEE ALSO\"\n.BR quilterd (8),\n.BR quilter (1)"
}
