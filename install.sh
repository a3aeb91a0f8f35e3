#!/bin/sh
# Installs the expyrun binary of this machine, from the releases on GitHub:
#
#     curl -fsSL https://github.com/expyrun/expyrun/releases/latest/download/install.sh | sh
#     sh install.sh --to /opt/bin --version 0.1.0
#
# EXPYRUN_INSTALL   the folder to install into, like --to; default: ~/.local/bin
# EXPYRUN_RELEASES  where the releases are, for mirrors
set -eu

releases=${EXPYRUN_RELEASES:-https://github.com/expyrun/expyrun/releases}
work=
staged=

fail() {
  printf 'error: %s\n' "$1" >&2
  [ -z "${2:-}" ] || printf '  = hint: %s\n' "$2" >&2
  exit 1
}

clean_up() {
  [ -z "$work" ] || rm -rf "$work"
  [ -z "$staged" ] || rm -f "$staged"
}

usage() {
  cat <<'END'
Usage: install.sh [--to DIR] [--version VERSION]

  --to DIR           Install into DIR (default: $EXPYRUN_INSTALL, else ~/.local/bin)
  --version VERSION  Install this version (default: the latest)
END
}

# The name of this machine's binary.
file_name() {
  system=$(uname -s)
  machine=$(uname -m)
  case $machine in
    x86_64 | amd64) machine=x86_64 ;;
    aarch64 | arm64) machine=aarch64 ;;
  esac
  case $system-$machine in
    Linux-x86_64 | Linux-aarch64) echo "expyrun-$machine-unknown-linux-gnu" ;;
    Darwin-x86_64 | Darwin-aarch64) echo "expyrun-$machine-apple-darwin" ;;
    MINGW*-x86_64 | MSYS*-x86_64 | CYGWIN*-x86_64) echo "expyrun-x86_64-pc-windows-msvc.exe" ;;
    *)
      fail "Cannot install expyrun: there is no binary for $system on $machine" \
        "Where Deno runs: deno install -g -A -n expyrun jsr:@expyrun/cli"
      ;;
  esac
}

download() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL -o "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$2" "$1"
  else
    fail "Cannot download: neither curl nor wget is on the PATH"
  fi || fail "Cannot download $1"
}

# By redirection: no name of a file gets into the answer.
sha256_of() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum <"$1"
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 <"$1"
  else
    fail "Cannot check the download: neither sha256sum nor shasum is on the PATH"
  fi | cut -d ' ' -f 1
}

check_sum() {
  expected=$(awk -v file="$file" '$2 == file || $2 == "*" file { print $1 }' "$work/SHA256SUMS")
  [ -n "$expected" ] || fail "Cannot check $file: SHA256SUMS does not name it"
  actual=$(sha256_of "$work/$file")
  [ -n "$actual" ] || exit 1
  [ "$actual" = "$expected" ] ||
    fail "Cannot install $file: its SHA-256 is $actual, SHA256SUMS says $expected" \
      "The download is broken, or not what was released: nothing was installed"
}

# Renamed into its place: an older one stays whole until then, and may be running.
place() {
  mkdir -p "$to" 2>/dev/null || fail "Cannot make the folder \"$to\"" "Choose another one: --to DIR"
  to=$(cd "$to" && pwd)
  [ ! -d "$to/$name" ] || fail "Cannot install \"$to/$name\": it is a folder"
  staged=$to/.$$.$name
  { cp "$work/$file" "$staged" && chmod 755 "$staged"; } 2>/dev/null ||
    fail "Cannot write into \"$to\"" "Choose another folder: --to DIR"
  version=$("$staged" --version 2>/dev/null | sed q)
  [ -n "$version" ] ||
    fail "Cannot run $file on this machine" "On Linux it needs the GNU C library"
  mv -f "$staged" "$to/$name" || fail "Cannot replace \"$to/$name\""
  staged=
}

report() {
  printf 'Installed %s: %s\n' "$version" "$to/$name"
  case :$PATH: in
    *":$to:"*) ;;
    *) printf 'It is not on your PATH yet: export PATH="%s:%s"\n' "$to" "\$PATH" ;;
  esac
}

main() {
  to=${EXPYRUN_INSTALL:-}
  version=
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help) usage && exit ;;
      --to | --version)
        [ -n "${2:-}" ] || fail "Cannot read \"$1\": it needs a value"
        if [ "$1" = --to ]; then to=$2; else version=${2#v}; fi
        shift 2
        ;;
      *) fail "Cannot read \"$1\": no such option" "Usage: install.sh [--to DIR] [--version VERSION]" ;;
    esac
  done
  if [ -z "$to" ]; then
    [ -n "${HOME:-}" ] || fail "Cannot choose a folder: HOME is not set" "Choose one: --to DIR"
    to=$HOME/.local/bin
  fi

  file=$(file_name)
  case $file in *.exe) name=expyrun.exe ;; *) name=expyrun ;; esac
  from=$releases/latest/download
  [ -z "$version" ] || from=$releases/download/v$version

  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  work=$(mktemp -d "${TMPDIR:-/tmp}/expyrun-install.XXXXXX")
  printf 'Downloading %s\n' "$from/$file"
  download "$from/$file" "$work/$file"
  download "$from/SHA256SUMS" "$work/SHA256SUMS"
  check_sum
  place
  report
}

# Last, so that nothing happens when only a part of this text has arrived.
main "$@"
