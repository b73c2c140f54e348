#!/usr/bin/env bash
# Who may include whom: `may_include` is the house's table, `only_in` says where each library lives.
#
#   tests/layering_test.sh [DIR]   checks the tree at DIR; without DIR, this one, after proving on a copy that each
#                                  kind of offence is found
#
# Prints one line for each offence; exit status 1 when there is one.
set -euo pipefail

# Our own headers, by prefix. Every folder may include itself and what is generated (quilter/…).
may_include() {
  case $1 in
    core/digest) echo ;;
    core/mail) echo core/digest ;;
    core/series) echo core/mail core/digest ;;
    core/mime) echo core/mail core/digest ;;
    core/spool) echo core/mail core/digest ;;
    core/source) echo core/mail core/digest core/spool/error.hpp core/spool/files.hpp ;;
    core/tracking) echo core/mail core/digest ;;
    core/store) echo core/series core/tracking core/mail core/digest ;;
    core/ingest) echo core/mail core/mime core/series core/store core/spool core/source core/digest ;;
    milter) echo core/ingest core/mail ;;
    config) echo core/mail/text.hpp core/store/connection_text.hpp core/series/stitch.hpp milter/options.hpp core/ingest/maillog.hpp core/ingest/metrics.hpp options.hpp ;;
    cli) echo core milter config ;;
    *) return 1 ;;
  esac
}

# Library headers and what may stand before them in the path; "nowhere" for what we never use.
only_in='
gmime/            core/mime
glib              core/mime
pqxx              core/store
libpq-fe.h        core/store
openssl/          core/digest
libmilter/        milter
spdlog/           core/ingest
fmt/              core/ingest
re2/              core/ingest
prometheus/       core/ingest
toml++/           config
CLI/              cli
nlohmann/         cli core/ingest core/store
systemd/          milter cli
regex             nowhere
'

# These know no world: standard library only, and none of what follows.
pure='core/mail core/series core/tracking'
worldly='thread mutex shared_mutex condition_variable future fstream iostream filesystem random ctime'
worldly_calls='::now\(|getenv|std::rand|\b(system|fopen|printf|fprintf|puts)\(|thread_local|static [a-z_:<>]+ [a-z_]+( =|;|\{)'

folder_of() {
  case $1 in
    core/*) cut -d/ -f1-2 <<<"$1" ;;
    *) cut -d/ -f1 <<<"$1" ;;
  esac
}

is_one_of() { case " $2 " in *" $1 "*) return 0 ;; esac; return 1; }

# $1 is the file's folder, $2 its path, $3 the header.
own_header_is_allowed() {
  local allowed
  case $3 in "$1"/* | quilter/*) return 0 ;; esac
  for allowed in $(may_include "$1"); do
    case $3 in "$allowed" | "$allowed"/*) return 0 ;; esac
    [ "$allowed" != options.hpp ] || case $3 in core/*/options.hpp) return 0 ;; esac
  done
  echo "$2 includes \"$3\": $1 may include only: $(may_include "$1")"
}

library_is_allowed() {
  local start folders
  while read -r start folders; do
    [ -n "$start" ] || continue
    case $3 in
      "$start"*) is_one_of "$1" "$folders" || echo "$2 includes <$3>: it belongs to: $folders" ;;
    esac
  done <<<"$only_in"
  is_one_of "$1" "$pure" || return 0
  if is_one_of "$3" "$worldly"; then echo "$2 includes <$3>: $1 knows no world"; fi
  case $3 in */* | *.h) echo "$2 includes <$3>: $1 uses the standard library only" ;; esac
}

check_file() {
  local path=$1 folder header
  folder=$(folder_of "$path")
  may_include "$folder" >/dev/null || { echo "$path: folder $folder is not in the table"; return; }
  while read -r header; do
    case $header in
      \"*) own_header_is_allowed "$folder" "$path" "${header//\"/}" ;;
      \<*) header=${header#<}; library_is_allowed "$folder" "$path" "${header%>}" ;;
    esac
  done < <(sed -nE 's/^ *# *include *(["<][^">]*[">]).*/\1/p' "$path")
  if is_one_of "$folder" "$pure"; then
    sed 's,//.*,,' "$path" | grep -nE "$worldly_calls" | sed "s|^|$path knows the world, line |" || true
  fi
}

check_tree() {
  (
    cd "$1"
    find core milter config cli -name '*.[ch]pp' | sort | while read -r path; do check_file "$path"; done
  )
}

# Plants offences, one a file, in the copy at $1; prints "file: offence" for each.
plant() {
  local path line number=0
  while IFS='|' read -r path line; do
    number=$((number + 1))
    path=${path/-N./-$number.}
    mkdir -p "$1/${path%/*}"
    printf '%s\n' "$line" >"$1/$path"
    echo "$path: $line"
  done <<'OFFENCES'
core/digest/planted-N.hpp|#include "core/mail/mail.hpp"
core/mail/planted-N.cpp|#include "core/series/stitch.hpp"
core/mail/planted-N.cpp|#include <thread>
core/mail/planted-N.cpp|#include <openssl/evp.h>
core/mail/planted-N.cpp|  const auto today = std::chrono::system_clock::now();
core/mail/planted-N.cpp|static int counter = 0;
core/series/planted-N.cpp|#  include <fstream>
core/series/planted-N.cpp|const char* home = std::getenv("HOME");
core/series/planted-N.hpp|#include "core/store/options.hpp"
core/mime/planted-N.cpp|#include "core/series/stitch.hpp"
core/tracking/planted-N.cpp|#include "core/series/stitch.hpp"
core/tracking/planted-N.cpp|const char* home = std::getenv("HOME");
core/store/planted-N.cpp|#include "core/mime/read_mail.hpp"
core/store/planted-N.cpp|#include <gmime/gmime.h>
core/store/planted-N.cpp|#include <spdlog/spdlog.h>
core/source/planted-N.cpp|#include "core/spool/spool.hpp"
core/ingest/planted-N.cpp|#include <pqxx/pqxx>
core/ingest/planted-N.cpp|#include <libmilter/mfapi.h>
core/ingest/planted-N.cpp|#include <regex>
milter/planted-N.cpp|#include "core/store/options.hpp"
milter/planted-N.cpp|#include "core/mime/read_mail.hpp"
config/planted-N.cpp|#include "core/store/pool.hpp"
config/planted-N.cpp|#include <CLI/CLI.hpp>
cli/planted-N.cpp|#include <toml++/toml.h>
core/ghost/planted-N.cpp|int of_no_folder();
OFFENCES
}

# A checker that finds nothing in a tree with offences proves nothing: each planted one must be found.
check_and_prove() {
  local found path rest status=0
  copy=$(mktemp -d)
  trap 'rm -rf "$copy"' EXIT
  (cd "$1" && tar cf - core milter config cli) | tar xf - -C "$copy"
  plant "$copy" >"$copy/planted"
  found=$(check_tree "$copy")
  while IFS=: read -r path rest; do
    grep -qF "$path" <<<"$found" || { echo "not found: $path:$rest"; status=1; }
  done <"$copy/planted"
  if grep -vF planted- <<<"$found"; then status=1; fi
  return "$status"
}

if [ $# -gt 0 ]; then
  offences=$(check_tree "$1")
  [ -z "$offences" ] || { printf '%s\n' "$offences"; exit 1; }
else
  check_and_prove "$(cd "$(dirname "$0")/.." && pwd)"
fi
